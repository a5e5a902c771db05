"""Entries and exits paired into stays, and how many vehicles are on a site."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rapidfuzz.distance import Levenshtein

from detections.access import way_of
from detections.delivery_models import EventType
from detections.events import camera_name, tell
from detections.gate_models import AccessDecision, Gate, Stay, Way
from detections.messages import iso
from detections.models import Detection

SAME_PASS = timedelta(seconds=60)
"""The same plate at an entry again within this time has not left in between."""
AROUND = timedelta(seconds=5)


def pair(detection: Detection) -> Stay | None:
    """Begins or ends the stay of a vehicle that has just passed a gate of a site."""
    gate = Gate.objects.filter(camera=detection.camera_id).exclude(site=None).select_related("site", "camera").first()
    if gate is None or not detection.plate_text or not has_passed(gate, detection):
        return None
    way = way_of(gate, detection.direction)
    if way == Way.IN:
        return enter(gate, detection)
    return leave(gate, detection) if way == Way.OUT else None


def has_passed(gate: Gate, detection: Detection) -> bool:
    """Without a barrier of ours everyone passes; with one, those for whom it was opened."""
    if not gate.opens_by_itself:
        return True
    opened = AccessDecision.objects.filter(gate=gate, opened=True)
    if opened.filter(detection=detection).exists():
        return True
    meanwhile = (detection.first_seen - AROUND, detection.last_seen + AROUND)
    return opened.filter(at__range=meanwhile).exists()


def enter(gate: Gate, detection: Detection) -> Stay:
    """An open stay of the same plate has ended unseen, unless it began a moment ago."""
    now = detection.last_seen
    for known in Stay.objects.filter(site=gate.site, plate_norm=detection.plate_norm, left_at=None):
        if known.entry_id == detection.pk or known.entered_at > now - SAME_PASS:
            return known
        known.left_at = now
        known.save(update_fields=["left_at"])
    assert gate.site is not None, "pair() leaves out gates without a site"
    stay = Stay.objects.create(
        site=gate.site,
        plate_text=detection.plate_text,
        plate_norm=detection.plate_norm,
        registered=detection.registered,
        entry=detection,
        entered_at=now,
    )
    tell_stay(EventType.STAY_STARTED, stay, gate, detection)
    return stay


def leave(gate: Gate, detection: Detection) -> Stay | None:
    """Ends the stay of this plate, or of the only one inside that is a single character off."""
    stay = staying(gate, detection)
    if stay is None:
        return None
    stay.exit, stay.left_at = detection, detection.last_seen
    stay.save(update_fields=["exit", "left_at"])
    tell_stay(EventType.STAY_ENDED, stay, gate, detection)
    return stay


def staying(gate: Gate, detection: Detection) -> Stay | None:
    inside = Stay.objects.filter(site=gate.site, left_at=None, entered_at__lte=detection.last_seen)
    same = inside.filter(plate_norm=detection.plate_norm).order_by("-entered_at").first()
    if same is not None:
        return same
    if detection.registered_id is not None:
        owned = inside.filter(registered=detection.registered_id).order_by("-entered_at").first()
        if owned is not None:
            return owned
    wanted = detection.plate_norm
    alike = [
        pk
        for pk, plate in inside.values_list("pk", "plate_norm")
        if Levenshtein.distance(plate, wanted, score_cutoff=1) <= 1
    ]
    return inside.get(pk=alike[0]) if len(alike) == 1 else None


def end_by_hand(stay: Stay, at: datetime | None = None) -> None:
    """For a vehicle that left unseen."""
    Stay.objects.filter(pk=stay.pk, left_at=None).update(left_at=at or timezone.now(), ended_by_hand=True)


def tell_stay(event: EventType, stay: Stay, gate: Gate, detection: Detection) -> None:
    tell(
        event,
        {**stay_payload(stay), "camera": camera_name(gate.camera), "match": detection.match},
        key=f"{stay.pk}",
        camera_id=gate.camera_id,
        detection=detection,
        lists=detection.match["lists"] if detection.match else (),
        confidence=detection.confidence,
    )


def stay_payload(stay: Stay) -> dict[str, Any]:
    """``inside`` is how many vehicles are on the site now, ``limit`` how many fit."""
    return {
        "id": stay.pk,
        "site": {"id": stay.site_id, "name": stay.site.name},
        "plate_text": stay.plate_text,
        "entered_at": iso(stay.entered_at),
        "left_at": iso(stay.left_at) if stay.left_at else None,
        "seconds": round(stay.duration.total_seconds()) if stay.left_at else None,
        "inside": stay.site.inside,
        "limit": stay.site.limit,
    }
