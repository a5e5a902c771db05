"""The addresses of cameras."""

from __future__ import annotations

from django.urls import path

from cameras import breakdown, views

app_name = "cameras"
urlpatterns = [
    path("", views.health_page, name="health"),
    path("<slug:slug>/", views.camera_detail, name="detail"),
    path("<slug:slug>/breakdown/", breakdown.camera_breakdown, name="breakdown"),
]
