"""Deletes what is too old, rows and pictures; attempts also when they are too many."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from detections import pictures
from detections.models import Attempt, Detection

BATCH = 500
DETECTION_PICTURES = ("picture", "vehicle_picture", "plate_picture")
ATTEMPT_PICTURES = ("vehicle_picture", "plate_picture")


def before(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def old_detections(days: int) -> QuerySet[Detection]:
    """Seen last more than so many days ago; none for 0."""
    return Detection.objects.filter(last_seen__lt=before(days)) if days else Detection.objects.none()


def with_old_pictures(days: int) -> QuerySet[Detection]:
    """Those whose pictures are to go while the row stays."""
    return old_detections(days).exclude(picture="", vehicle_picture="", plate_picture="")


def old_attempts(days: int, rows: int) -> QuerySet[Attempt]:
    """Too old, or beyond the newest ``rows`` of all cameras together."""
    too_old = before(days) if days else datetime.min.replace(tzinfo=timezone.get_current_timezone())
    for newest in Attempt.objects.order_by("-at").values_list("at", flat=True)[rows : rows + 1]:
        return Attempt.objects.filter(at__lte=max(newest, too_old))
    return Attempt.objects.filter(at__lt=too_old) if days else Attempt.objects.none()


def prune_detections(days: int) -> int:
    return delete(old_detections(days), DETECTION_PICTURES)


def prune_attempts(days: int, rows: int) -> int:
    """``rows`` is the most that are kept of all cameras together."""
    return delete(old_attempts(days, rows), ATTEMPT_PICTURES)


def delete(rows: QuerySet[Any], fields: tuple[str, ...]) -> int:
    """In small transactions, rows first: a picture without a row is harmless, a row without its picture is not."""
    gone = 0
    while batch := list(rows.order_by("pk").values_list("pk", *fields)[:BATCH]):
        rows.model._default_manager.filter(pk__in=[row[0] for row in batch]).delete()
        pictures.delete(name for row in batch for name in row[1:])
        gone += len(batch)
    return gone


def delete_pictures(rows: QuerySet[Detection]) -> int:
    """Of how many detections the pictures are gone; what was read stays."""
    gone = 0
    while batch := list(rows.order_by("pk").values_list("pk", *DETECTION_PICTURES)[:BATCH]):
        nothing = dict.fromkeys(DETECTION_PICTURES, "")
        Detection.objects.filter(pk__in=[row[0] for row in batch]).update(**nothing)
        pictures.delete(name for row in batch for name in row[1:])
        gone += len(batch)
    return gone
