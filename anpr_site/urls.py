"""The addresses of the site."""

from __future__ import annotations

from cameras.api import CameraViewSet
from detections.api import DetectionViewSet
from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

router = DefaultRouter()
router.register("cameras", CameraViewSet, basename="camera")
router.register("detections", DetectionViewSet, basename="detection")

urlpatterns = [
    path("", include("detections.urls")),
    path("cameras/", include("cameras.urls")),
    path("api/", include(router.urls)),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
]
