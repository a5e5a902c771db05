"""Deletes what is too old, rows and pictures; attempts also when they are too many."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet
from django.utils import timezone

from detections import pictures
from detections.models import Attempt, Detection

logger = logging.getLogger(__name__)

EVERY_S = 300.0
BATCH = 500
DETECTION_PICTURES = ("picture", "vehicle_picture", "plate_picture")
ATTEMPT_PICTURES = ("vehicle_picture", "plate_picture")


class RetentionLoop:
    """Keeps to DETECTION_DAYS, ATTEMPT_DAYS and ATTEMPT_ROWS; 0 days keep for ever."""

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(EVERY_S):
            close_old_connections()
            try:
                self.step()
            except (OperationalError, InterfaceError) as error:
                connection.close()
                logger.warning("nothing old is deleted: %s", error)
        connection.close()

    def step(self) -> int:
        """How many rows are gone."""
        return prune_detections(settings.DETECTION_DAYS) + prune_attempts(settings.ATTEMPT_DAYS, settings.ATTEMPT_ROWS)


def prune_detections(days: int) -> int:
    if not days:
        return 0
    old = Detection.objects.filter(last_seen__lt=timezone.now() - timedelta(days=days))
    return delete(old, DETECTION_PICTURES)


def prune_attempts(days: int, rows: int) -> int:
    """``rows`` is the most that are kept of all cameras together."""
    gone = 0
    if days:
        gone += delete(Attempt.objects.filter(at__lt=timezone.now() - timedelta(days=days)), ATTEMPT_PICTURES)
    too_many = Attempt.objects.order_by("-at").values_list("at", flat=True)[rows : rows + 1]
    for newest in too_many:
        gone += delete(Attempt.objects.filter(at__lte=newest), ATTEMPT_PICTURES)
    return gone


def delete(rows: QuerySet[Any], fields: tuple[str, ...]) -> int:
    """In small transactions, rows first: a picture without a row is harmless, a row without its picture is not."""
    gone = 0
    while batch := list(rows.order_by("pk").values_list("pk", *fields)[:BATCH]):
        rows.model._default_manager.filter(pk__in=[row[0] for row in batch]).delete()
        pictures.delete(name for row in batch for name in row[1:])
        gone += len(batch)
    return gone
