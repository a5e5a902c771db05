"""What the navigation shows on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypedDict

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from cameras.roles import is_labeler, is_staff
from detections.status import camera_states, overall
from labeling.models import DatasetSettings


class Link(NamedTuple):
    """``is_for`` says to whom it is shown; the page itself decides again."""

    name: str
    label: Promise
    icon: str
    is_for: Callable[[AbstractBaseUser | AnonymousUser], bool] = lambda user: True


class Shown(TypedDict):
    """``current`` is what ``aria-current`` says: ``page``, or ``true`` for a page below that of the link."""

    address: str
    label: Promise
    icon: str
    current: str


LINKS = (
    Link("detections:dashboard", _("Live"), "layout-dashboard"),
    Link("detections:list", _("Detections"), "search"),
    Link("detections:registry", _("Plates"), "book-user"),
    Link("detections:gates", _("Gates"), "traffic-cone"),
    Link("detections:statistics", _("Statistics"), "chart-column"),
    Link("labeling:list", _("Dataset"), "tags", is_labeler),
    Link("cameras:health", _("Health"), "activity"),
    Link("detections:scan", _("Scan"), "scan-line"),
    Link("admin:index", _("Settings"), "settings", is_staff),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user"):
        return {}
    if not request.user.is_authenticated:
        return {"is_unclaimed": SimpleLazyObject(lambda: not User.objects.exists())}
    cameras = camera_states(request.user)
    return {
        "links": links(request),
        "nav_cameras": cameras,
        "health": overall(cameras),
        "is_staff": is_staff(request.user),
        "dataset_mode": DatasetSettings.now() if is_labeler(request.user) else None,
    }


def links(request: HttpRequest) -> list[Shown]:
    shown: list[Shown] = [
        {"address": reverse(link.name), "label": link.label, "icon": link.icon, "current": ""}
        for link in LINKS
        if link.is_for(request.user)
    ]
    above = [item for item in shown if request.path.startswith(item["address"]) and item["address"] != "/"]
    for item in above and [max(above, key=lambda item: len(item["address"]))]:
        item["current"] = "true"
    for item in shown:
        if item["address"] == request.path:
            item["current"] = "page"
    return shown
