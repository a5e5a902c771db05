"""The addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog, set_language
from drf_spectacular.views import SpectacularAPIView

from anpr_site.docs import api_docs
from anpr_site.health import health
from anpr_site.metrics import metrics
from anpr_site.ready import Ready, alive

urlpatterns = [
    path("", include("detections.urls")),
    path("cameras/", include("cameras.urls")),
    path("welcome/", include("cameras.welcome_urls")),
    path("dataset/", include("labeling.urls")),
    path("", include("detections.recognition_urls")),
    path("api/v1/", include("anpr_site.api")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    path("account/", include("anpr_site.accounts.urls")),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("healthz", alive, name="alive"),
    path("readyz", Ready.as_view(), name="ready"),
    path("texts.js", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("admin/", admin.site.urls),
]

handler500 = "anpr_site.failures.server_error"
handler400 = "anpr_site.failures.bad_request"
handler404 = "anpr_site.failures.not_found"
