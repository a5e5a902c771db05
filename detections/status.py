"""What the status display says: every camera's state, all of them in one word, and the time of the newest row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cameras.choices import State
from cameras.models import Camera
from detections.messages import CameraPayload, camera_payload, iso
from detections.models import Detection

GOOD = (State.ONLINE, State.STARTING)


class HealthPayload(TypedDict):
    """``state`` is ok, degraded, trouble or unknown."""

    state: str
    words: str


def camera_states(user: AbstractBaseUser | AnonymousUser) -> list[CameraPayload]:
    cameras = Camera.objects.visible_to(user).filter(enabled=True).select_related("health")
    return [camera_payload(camera) for camera in cameras]


def overall(cameras: Sequence[CameraPayload]) -> HealthPayload:
    if not cameras:
        return {"state": "unknown", "words": _("No camera")}
    online = sum(camera["state"] == State.ONLINE for camera in cameras)
    if online == len(cameras):
        words = ngettext("%(count)s camera online", "All %(count)s cameras online", online)
        return {"state": "ok", "words": words % {"count": online}}
    words = _("%(online)s of %(count)s cameras online") % {"online": online, "count": len(cameras)}
    if len(cameras) == 1:
        words = _("Camera %(state)s") % {"state": State(cameras[0]["state"]).label}
    bad = any(camera["state"] not in (*GOOD, State.DEGRADED) for camera in cameras)
    return {"state": "trouble" if bad else "degraded", "words": words}


def newest_update(user: AbstractBaseUser | AnonymousUser) -> str | None:
    """What a page compares its own newest row with, to see a gap."""
    cameras = Camera.objects.visible_to(user)
    newest = Detection.objects.filter(camera__in=cameras).aggregate(newest=Max("updated_at"))["newest"]
    return iso(newest) if newest else None
