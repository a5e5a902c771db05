"""The phone page: the browser's camera as a source, installable like an app."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from inference.plate_format import REGIONS

ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-mask.png", "512x512", "maskable"),
)
SHELL = ("bootstrap/css/bootstrap.min.css", "css/anpr.css", "img/mark.svg", "js/theme.js")
"""What the page needs that says there is no connection."""


@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    return render(request, "detections/scan.html", {"regions": [(code, code.upper()) for code in REGIONS]})


@login_not_required
@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    icons = [
        {"src": static(f"img/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    shown = {
        "id": reverse("detections:scan"),
        "name": _("Platewatch: scan plates"),
        "short_name": "Platewatch",
        "description": _("Point the phone at a plate: it is read, and said aloud when it is on a list."),
        "start_url": reverse("detections:scan"),
        "scope": reverse("detections:scan"),
        "display": "standalone",
        "orientation": "any",
        "background_color": "#0e1319",
        "theme_color": "#0e1319",
        "icons": icons,
    }
    return JsonResponse(shown, content_type="application/manifest+json")


@login_not_required
@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its place is its scope."""
    shell = [reverse("detections:scan-offline"), *(static(name) for name in SHELL)]
    return render(request, "detections/scan_worker.js", {"shell": shell}, content_type="text/javascript")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Kept by the service worker for when the server cannot be reached."""
    return render(request, "detections/scan_offline.html")


urlpatterns = [
    path("scan/", scan, name="scan"),
    path("scan/manifest.webmanifest", manifest, name="scan-manifest"),
    path("scan/worker.js", worker, name="scan-worker"),
    path("scan/offline/", offline, name="scan-offline"),
]
