"""The addresses of cameras."""

from __future__ import annotations

from django.urls import path

from cameras import views

app_name = "cameras"
urlpatterns = [
    path("", views.health_page, name="health"),
    path("<slug:slug>/", views.camera_detail, name="detail"),
]
