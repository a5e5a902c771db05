"""The addresses of the live wall, of detections and of their pictures."""

from __future__ import annotations

from django.urls import path

from detections import views

app_name = "detections"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("detections/", views.detection_list, name="list"),
    path("detections/export.<str:kind>", views.detection_export, name="export"),
    path("detections/<int:pk>/", views.detection_detail, name="detail"),
    path("media/<path:path>", views.picture, name="picture"),
]
