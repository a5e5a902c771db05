"""A plate read becomes a row: the only writer of Detection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import DatabaseError, transaction
from rapidfuzz.distance import Levenshtein

from detections import pictures
from detections.models import Attempt, Detection
from detections.pictures import FailedLook, Pictures
from inference.plate_format import normalize
from inference.types import Box, Corners, Observation, PlateRead

REAPPEAR_GAP = timedelta(seconds=45)
FIELDS = {"frame": "picture", "vehicle": "vehicle_picture", "plate": "plate_picture"}
NOT_STORED = "pictures are not stored: {}"


class Recorded(NamedTuple):
    """The row, whether it is new, and why its pictures could not be written."""

    detection: Detection
    created: bool
    picture_error: str = ""


def record(camera_id: int, read: PlateRead, evidence: Pictures, model_version: str = "") -> Recorded:
    """The row of this visit, made or brought up to date; the same read again changes nothing.

    Pictures are written before the transaction, which stays short. Raises the database's errors.
    """
    error = ""
    names: dict[str, str] = {}
    try:
        names = pictures.write(
            pictures.names_of(f"{camera_id}/detections", read.track_id, read.best.frame.captured_at), evidence
        )
    except OSError as refused:
        error = NOT_STORED.format(refused.strerror or refused)
    with transaction.atomic():
        found = visit_of(camera_id, read)
        row = found or Detection(track_id=read.track_id, camera_id=camera_id, first_seen=moment(read.first_seen))
        before = {getattr(row, field).name for field in FIELDS.values()}
        merge(row, read, names)
        row.model_version = row.model_version or model_version
        row.save()
        after = {getattr(row, field).name for field in FIELDS.values()}
        unused = (before | set(names.values())) - after
        transaction.on_commit(lambda: pictures.delete(unused))
    return Recorded(row, found is None, error)


def visit_of(camera_id: int, read: PlateRead) -> Detection | None:
    """The row of this track, or of a visit that it continues: the same plate, seen here a moment ago."""
    rows = Detection.objects.select_for_update().select_related("camera")
    row = rows.filter(track_id=read.track_id).first()
    if row is not None or not read.text:
        return row
    recent = rows.filter(
        camera_id=camera_id,
        last_seen__gte=moment(read.first_seen) - REAPPEAR_GAP,
        first_seen__lte=moment(read.last_seen),
    ).exclude(plate_text="")
    alike = [row for row in recent.order_by("-last_seen") if is_alike(row.plate_text, read.text)]
    return min(alike, key=lambda row: row.plate_text != read.text, default=None)


def is_alike(one: str, other: str) -> bool:
    return Levenshtein.distance(one, other, score_cutoff=1) <= 1


def merge(row: Detection, read: PlateRead, names: dict[str, str]) -> None:
    """A stronger vote replaces the text, never a weaker one; the pictures are those of the text that stands."""
    row.first_seen = min(row.first_seen, moment(read.first_seen))
    row.last_seen = max(row.last_seen or row.first_seen, moment(read.last_seen))
    if row.pk is None or is_stronger(row, read):
        is_same_text = row.pk is not None and row.plate_text == read.text
        take_text(row, read)
        if names or not is_same_text:
            take_evidence(row, read.best, names)
    row.looks = max(row.looks, read.looks)
    if read.direction != "unknown":
        row.direction = read.direction
    if read.best.vehicle and (row.kind == "unknown" or row.plate_text == read.text):
        row.kind = read.best.vehicle.kind
    seen = read.attributes
    if seen.brand != "unknown" and seen.brand_confidence >= row.brand_confidence:
        row.brand, row.brand_confidence = seen.brand, round(seen.brand_confidence, 4)
    if seen.color != "unknown" and seen.color_confidence >= row.color_confidence:
        row.color, row.color_confidence = seen.color, round(seen.color_confidence, 4)


def is_stronger(row: Detection, read: PlateRead) -> bool:
    """The same track has voted on all of its own looks; another one has to have more of them agreeing."""
    if not read.text or not row.plate_text:
        return bool(read.text) or not row.plate_text
    if row.track_id == read.track_id:
        return True
    return (read.votes, read.confidence) > (row.votes, row.confidence)


def take_text(row: Detection, read: PlateRead) -> None:
    row.plate_text = read.text
    row.plate_norm = normalize(read.text)
    row.raw_text = read.raw_text
    row.region = read.region or ""
    row.confidence = round(read.confidence, 4)
    row.char_confidences = [round(confidence, 4) for confidence in read.char_confidences]
    row.votes = read.votes
    row.others = [list(other) for other in read.others]


def take_evidence(row: Detection, best: Observation, names: dict[str, str]) -> None:
    """A picture of another text must not stay, not even when the disk refuses the new one."""
    for kind, field in FIELDS.items():
        setattr(row, field, names.get(kind, ""))
    row.plate_box = numbers(best.plate.box) if best.plate else None
    row.vehicle_box = numbers(best.vehicle.box) if best.vehicle else None
    row.corners = points(best.plate.corners) if best.plate and best.plate.corners is not None else None


def record_attempts(camera_id: int, failed: FailedLook) -> str:
    """One row a look that came to nothing; gives back why their pictures could not be written."""
    error = ""
    rows = []
    for number, (seen, evidence) in enumerate(failed.looks):
        names: dict[str, str] = {}
        try:
            stem = f"{camera_id}-{seen.frame.index}-{number}"
            names = pictures.write(pictures.names_of(f"{camera_id}/attempts", stem, failed.captured_at), evidence)
        except OSError as refused:
            error = NOT_STORED.format(refused.strerror or refused)
        rows.append(Attempt(camera_id=camera_id, ms=failed.ms, **attempt_fields(seen, names)))
    try:
        Attempt.objects.bulk_create(rows)
    except DatabaseError:
        pictures.delete(str(picture) for row in rows for picture in (row.vehicle_picture, row.plate_picture))
        raise
    return error


def attempt_fields(seen: Observation, names: dict[str, str]) -> dict[str, Any]:
    reading = seen.reading
    return {
        "at": moment(seen.frame.captured_at),
        "stage": seen.stage,
        "reason": seen.reason,
        "text": reading.text if reading else "",
        "confidence": round(reading.confidence, 4) if reading else 0.0,
        "char_confidences": [round(confidence, 4) for confidence in reading.char_confidences] if reading else [],
        "vehicle_box": numbers(seen.vehicle.box) if seen.vehicle else None,
        "plate_box": numbers(seen.plate.box) if seen.plate else None,
        "vehicle_picture": names.get("vehicle", ""),
        "plate_picture": names.get("plate", ""),
    }


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def numbers(box: Box) -> list[int]:
    return [int(box.x1), int(box.y1), int(box.x2), int(box.y2)]


def points(corners: Corners) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in corners]
