"""The addresses of cameras."""

from __future__ import annotations

from django.urls import path

from cameras import views

app_name = "cameras"
urlpatterns = [path("<slug:slug>/", views.camera_detail, name="detail")]
