"""The addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog
from rest_framework.routers import DefaultRouter

from anpr_site.health import health
from cameras.api import CameraViewSet
from detections.api import DetectionViewSet

router = DefaultRouter()
router.register("cameras", CameraViewSet, basename="camera")
router.register("detections", DetectionViewSet, basename="detection")

urlpatterns = [
    path("", include("detections.urls")),
    path("cameras/", include("cameras.urls")),
    path("api/", include(router.urls)),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("health", health, name="health"),
    path("texts.js", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("admin/", admin.site.urls),
]

handler500 = "anpr_site.health.server_error"
