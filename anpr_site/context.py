"""What the navigation shows on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from detections.status import camera_states, overall

LINKS = (
    ("detections:dashboard", _("Live"), "layout-dashboard"),
    ("detections:list", _("Detections"), "search"),
    ("cameras:health", _("Health"), "activity"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {}
    cameras = camera_states(request.user)
    return {"links": LINKS, "nav_cameras": cameras, "health": overall(cameras)}
