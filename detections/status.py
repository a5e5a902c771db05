"""What the status display says: every camera's state, all of them in one word, and the time of the newest row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypedDict

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cameras.choices import State
from cameras.models import Camera
from detections.messages import CameraPayload, camera_payload, iso
from detections.search import visible_detections

NEWS = timedelta(days=1)
"""A page that lost its connection for longer has caught up when it came back, so nothing older is news to it."""
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
    wanted = [camera for camera in cameras if camera["state"] != State.PAUSED]
    if not wanted:
        return {"state": "unknown", "words": _("Outside the hours of all cameras")}
    if online == len(cameras):
        words = ngettext("%(count)s camera online", "All %(count)s cameras online", online)
        return {"state": "ok", "words": words % {"count": online}}
    words = _("%(online)s of %(count)s cameras online") % {"online": online, "count": len(cameras)}
    if online == len(wanted):
        return {"state": "ok", "words": words}
    if len(cameras) == 1:
        words = _("Camera %(state)s") % {"state": State(cameras[0]["state"]).label}
    bad = any(camera["state"] not in (*GOOD, State.DEGRADED) for camera in wanted)
    return {"state": "trouble" if bad else "degraded", "words": words}


def newest_update(user: AbstractBaseUser | AnonymousUser) -> str | None:
    """What a page compares its own newest row with, to see a gap; every open page asks every few seconds."""
    rows = visible_detections(user).filter(updated_at__gte=timezone.now() - NEWS)
    newest = rows.order_by("-updated_at").values_list("updated_at", flat=True).first()
    return iso(newest) if newest else None
