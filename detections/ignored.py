"""Vehicles of which nothing is stored: the plates of the lists to ignore, at the cameras and times where they count."""

from __future__ import annotations

from dataclasses import replace

from detections import retention
from detections.models import Attempt, Detection
from detections.pictures import KeptLooks
from detections.registry import is_ignored
from inference.types import PlateRead


def is_left_out(camera_id: int, read: PlateRead) -> bool:
    """Whether the read must not be stored; what was kept of its pass before its plate was known goes, too."""
    if not is_ignored(read.text, camera_id):
        return False
    retention.delete(Attempt.objects.filter(track_id=read.track_id), retention.ATTEMPT_PICTURES)
    retention.delete(Detection.objects.filter(track_id=read.track_id), retention.DETECTION_PICTURES)
    return True


def without_ignored(camera_id: int, kept: KeptLooks) -> KeptLooks:
    """The looks at other vehicles, and no frame that shows an ignored one."""
    looks = tuple(
        look for look in kept.looks if not (look.seen.reading and is_ignored(look.seen.reading.text, camera_id))
    )
    return kept if len(looks) == len(kept.looks) else replace(kept, looks=looks, frame=b"")
