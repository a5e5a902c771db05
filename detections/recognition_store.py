"""Pictures that were sent in, as detections of a camera."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from cameras.models import Camera
from detections.messages import DETECTIONS_GROUP, detection_message
from detections.models import Detection
from detections.pictures import sighting
from detections.recognition import Look
from detections.record import Recorded, moment, record, visit_of
from detections.registry import is_ignored
from inference.types import Attributes, Observation, PlateRead

logger = logging.getLogger(__name__)


def store(camera: Camera, look: Look) -> list[Detection]:
    """A row for each plate that counts and is not to be ignored; the same picture sent twice is the same rows.

    Raises the database's errors.
    """
    assert look.result is not None, "only a fresh look has pixels"
    counted = [seen for seen in look.result.observations if seen.plate and seen.reading and seen.reason is None]
    rows = []
    for number, seen in enumerate(counted):
        if seen.reading is None or is_ignored(seen.reading.text, camera.pk):
            continue
        recorded = store_one(camera, single_read(track_of(camera, look.sha256, number), seen), look)
        tell(recorded)
        rows.append(recorded.detection)
    return rows


def store_one(camera: Camera, read: PlateRead, look: Look) -> Recorded:
    told = sighting(read)
    with transaction.atomic():
        read = agreed(camera, told.read)
        return record(camera.pk, read, told.pictures, look.answer["model_version"], told.breakdown)


def agreed(camera: Camera, read: PlateRead) -> PlateRead:
    """A later picture of the same visit with the same text is one more look that agrees."""
    row, _unread = visit_of(camera.pk, read)
    if row is None or row.plate_text != read.text or moment(read.last_seen) <= row.last_seen:
        return read
    return replace(read, votes=row.votes + 1, looks=row.looks + 1)


def single_read(track_id: str, seen: Observation) -> PlateRead:
    """What one look says, as a vote of one."""
    reading, at = seen.reading, seen.frame.captured_at
    assert reading is not None
    return PlateRead(
        track_id=track_id,
        text=reading.text,
        confidence=reading.confidence,
        char_confidences=reading.char_confidences,
        votes=1,
        looks=1,
        first_seen=at,
        last_seen=at,
        direction="unknown",
        attributes=seen.attributes or Attributes(),
        best=seen,
        raw_text=reading.raw_text,
        region=reading.region,
        ended=True,
    )


def track_of(camera: Camera, sha256: str, number: int) -> str:
    return hashlib.sha256(f"{camera.pk} {sha256} {number}".encode()).hexdigest()[:32]


def tell(recorded: Recorded) -> None:
    """News to the open pages; when nobody carries it they catch up from the rows."""
    message = detection_message(recorded.detection, created=recorded.created)
    try:
        async_to_sync(get_channel_layer().group_send)(DETECTIONS_GROUP, dict(message))
    except (RedisError, OSError) as error:
        logger.warning("live messages do not go out: %s", error)
