"""What follows from a stored read, in the same transaction: whose plate it is, the gate, the stay, the events."""

from __future__ import annotations

from detections import access, events, registry, stays
from detections.models import Detection


def recognize_plate(row: Detection) -> None:
    """Sets ``registered`` and ``match``; what was read stays as it is."""
    found = registry.match(row.plate_text, row.camera_id) if row.plate_text else None
    row.match = dict(found) if found else None
    row.registered_id = found["registered_id"] if found else None


def follow(row: Detection, *, text_before: str, ended: bool) -> None:
    """``text_before`` is what the row said until now, empty for a new one; ``ended``: the vehicle has left."""
    events.tell_plate(row, text_before=text_before, ended=ended)
    access.judge(row, ended=ended)
    if ended:
        stays.pair(row)
