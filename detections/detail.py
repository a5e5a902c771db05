"""One detection: how it was read, step by step, and all looks of its visit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.rights import visible_cameras
from detections.breakdown import Look, look_of_attempt, look_of_detection
from detections.messages import address, detection_payload
from detections.models import Attempt, Detection

MOST_LOOKS = 60


@require_safe
def detection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Detection.objects.filter(camera__in=visible_cameras(request.user)).select_related("camera")
    detection = get_object_or_404(rows, pk=pk)
    shown = detection_payload(detection)
    record(request, Action.VIEW, request.path, detection.plate_text)
    pictures = {"frame": shown["picture"], "vehicle": shown["vehicle_picture"], "plate": shown["plate_picture"]}
    looks = looks_of(detection)
    context = {
        "detection": shown,
        "row": detection,
        "look": look_of_detection(detection, {name: picture for name, picture in pictures.items() if picture}),
        "duration_s": (detection.last_seen - detection.first_seen).total_seconds(),
        "counted": [look for look in looks if not look["attempt"].reason],
        "failed": [look for look in looks if look["attempt"].reason],
        "same_plate": same_plate(rows, detection),
    }
    return render(request, "detections/detection_detail.html", context)


def looks_of(detection: Detection) -> list[dict[str, Any]]:
    """The looks of the visit that are still kept, in order, each with its seconds since the first sight."""
    theirs = Q(detection=detection) | Q(track_id=detection.track_id, camera=detection.camera)
    attempts = Attempt.objects.filter(theirs).order_by("at", "id")[:MOST_LOOKS]
    return [look_line(attempt, detection.first_seen, detection.camera.min_plate_width) for attempt in attempts]


def look_line(attempt: Attempt, began: datetime, smallest_plate: int) -> dict[str, Any]:
    look: Look = look_of_attempt(attempt, smallest_plate)
    return {
        "attempt": attempt,
        "look": look,
        "after_s": (attempt.at - began).total_seconds(),
        "picture": address(attempt.plate_picture) or address(attempt.vehicle_picture),
    }


def same_plate(rows: Any, detection: Detection) -> list[Any]:
    if not detection.plate_norm:
        return []
    return [detection_payload(row) for row in rows.filter(plate_norm=detection.plate_norm).exclude(pk=detection.pk)[:5]]
