"""A plate read becomes a row: the only writer of Detection and Attempt."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from rapidfuzz.distance import Levenshtein

from detections import pictures
from detections.consequences import follow, recognize_plate
from detections.models import CONFIRMED_VOTES, Attempt, Detection
from detections.pictures import KeptLook, KeptLooks, Pictures
from detections.plate_index import fold
from inference.plate_format import normalize
from inference.types import Box, Corners, Observation, PlateRead

logger = logging.getLogger(__name__)

REAPPEAR_GAP = timedelta(seconds=45)
FIELDS = {"frame": "picture", "vehicle": "vehicle_picture", "plate": "plate_picture"}


class Recorded(NamedTuple):
    """The row, whether it is new, why its pictures could not be written, and the row that went up in it."""

    detection: Detection
    created: bool
    picture_error: str = ""
    removed: int | None = None


def record(
    camera_id: int,
    read: PlateRead,
    evidence: Pictures,
    model_version: str = "",
    breakdown: Mapping[str, Any] | None = None,
) -> Recorded:
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
        error = pictures.NOT_STORED.format(refused.strerror or refused)
    with transaction.atomic():
        found, unread = visit_of(camera_id, read)
        row = found or Detection(track_id=read.track_id, camera_id=camera_id, first_seen=moment(read.first_seen))
        before = {getattr(row, field).name for field in FIELDS.values()}
        text_before = row.plate_text
        merge(row, read, names, breakdown or {})
        if not row.model_version or (model_version and row.plate_text != text_before):
            row.model_version = model_version
        recognize_plate(row)
        row.save()
        follow(row, text_before=text_before, ended=read.ended)
        removed = absorb(row, unread) if unread is not None else None
        Attempt.objects.filter(track_id=read.track_id, detection=None).update(detection=row)
        after = {getattr(row, field).name for field in FIELDS.values()}
        unused = (before | set(names.values())) - after
        transaction.on_commit(lambda: pictures.delete(unused))
    return Recorded(row, found is None, error, removed)


def visit_of(camera_id: int, read: PlateRead) -> tuple[Detection | None, Detection | None]:
    """The row of this visit, and a second one that it makes needless.

    It is that of this track, or of the visit that the track continues: the same plate, seen here a moment ago. When the
    track had a row while its plate was not read yet, and then turns out to continue a visit, it has two.
    """
    rows = Detection.objects.select_for_update().select_related("camera")
    own = rows.filter(track_id=read.track_id).first()
    if not read.text or (own is not None and own.plate_text):
        return own, None
    earlier = recent_visit(camera_id, read, rows)
    return (own, None) if earlier is None else (earlier, own)


def recent_visit(camera_id: int, read: PlateRead, rows: QuerySet[Detection]) -> Detection | None:
    recent = rows.filter(
        camera_id=camera_id,
        last_seen__gte=moment(read.first_seen) - REAPPEAR_GAP,
        first_seen__lte=moment(read.last_seen),
    ).exclude(plate_text="")
    alike = [row for row in recent.order_by("-last_seen") if is_same_plate(row, read)]
    return min(alike, key=lambda row: row.plate_text != read.text, default=None)


def is_same_plate(row: Detection, read: PlateRead) -> bool:
    """One edit apart, a text that only one look said is a misreading; two that were confirmed are two plates.

    Unless they look alike (O and 0), or one is a part of the other and fits no region's format.
    """
    one, other = row.plate_text, read.text
    if one == other:
        return True
    if Levenshtein.distance(one, other, score_cutoff=1) > 1:
        return False
    if min(row.votes, read.votes) < CONFIRMED_VOTES or fold(one) == fold(other):
        return True
    shorter, longer, region = (one, other, row.region) if len(one) < len(other) else (other, one, read.region or "")
    return len(shorter) < len(longer) and shorter in longer and not region


def absorb(row: Detection, unread: Detection) -> int | None:
    """Removes the row of the time before the plate was read; what hangs on it now hangs on ``row``.

    Gives back the removed key, or ``None`` where somebody else's rows hold it.
    """
    key = unread.pk
    files = [getattr(unread, field).name for field in FIELDS.values()]
    try:
        with transaction.atomic():
            for relation in Detection._meta.related_objects:
                if relation.one_to_many:
                    theirs = relation.related_model._base_manager.filter(**{relation.field.name: unread})
                    theirs.update(**{relation.field.name: row})
            unread.delete()
    except (IntegrityError, ProtectedError, RestrictedError) as held:
        logger.warning("detection %s stays beside %s: %s", key, row.pk, held)
        return None
    if unread.first_seen < row.first_seen:
        row.first_seen = unread.first_seen
        row.save(update_fields=["first_seen"])
    transaction.on_commit(lambda: pictures.delete(files))
    return int(key)


def merge(row: Detection, read: PlateRead, names: dict[str, str], breakdown: Mapping[str, Any]) -> None:
    """A stronger vote replaces the text, never a weaker one; the pictures are those of the text that stands."""
    row.first_seen = min(row.first_seen, moment(read.first_seen))
    row.last_seen = max(row.last_seen or row.first_seen, moment(read.last_seen))
    if row.pk is None or is_stronger(row, read):
        is_same_text = row.pk is not None and row.plate_text == read.text
        take_text(row, read)
        if names or not is_same_text:
            take_evidence(row, read.best, names)
            row.breakdown = dict(breakdown)
        elif breakdown:
            row.breakdown = {**row.breakdown, "votes": breakdown["votes"]}
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


def replacement(name: str) -> str | None:
    """The address of the picture that took the place of the one that was called so; ``None`` when there is none."""
    camera_id, folder, *_ = *name.split("/"), ""
    stem, _, kind = Path(name).stem.rpartition("-")
    if folder != "detections" or kind not in FIELDS:
        return None
    row = Detection.objects.filter(track_id=stem.rpartition("-")[0], camera_id=camera_id).first()
    picture = getattr(row, FIELDS[kind]) if row else None
    return picture.url if picture and picture.name != name else None


def record_attempts(camera_id: int, kept: KeptLooks) -> str:
    """One row a look; gives back why their pictures could not be written. ``record`` links them to their visit."""
    error = ""
    rows = []
    for number, look in enumerate(kept.looks):
        names: dict[str, str] = {}
        try:
            stem = f"{camera_id}-{look.seen.frame.index}-{number}"
            names = pictures.write(pictures.names_of(f"{camera_id}/attempts", stem, kept.captured_at), look.pictures)
        except OSError as refused:
            error = pictures.NOT_STORED.format(refused.strerror or refused)
        rows.append(Attempt(camera_id=camera_id, ms=kept.ms, **attempt_fields(look, names)))
    try:
        Attempt.objects.bulk_create(rows)
    except DatabaseError:
        pictures.delete(str(picture) for row in rows for picture in (row.vehicle_picture, row.plate_picture))
        raise
    return error


def attempt_fields(look: KeptLook, names: dict[str, str]) -> dict[str, Any]:
    seen = look.seen
    reading = seen.reading
    return {
        "track_id": look.track_id,
        "at": moment(seen.frame.captured_at),
        "stage": seen.stage,
        "reason": seen.reason or "",
        "measures": look.measures,
        "corners": points(seen.plate.corners) if seen.plate and seen.plate.corners is not None else None,
        "text": reading.text[:20] if reading else "",
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
