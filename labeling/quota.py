"""How much the samples may take: old ones that nobody has judged make room, and the disk never fills."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet, Sum
from django.utils import timezone

from detections import retention
from labeling.choices import OPEN, Origin, Review
from labeling.models import PICTURES, DatasetSettings, Sample

logger = logging.getLogger(__name__)

MIB = 1024 * 1024
DISK_RESERVE = 1024 * MIB
"""Bytes of the disk that samples never take."""
LEFT_OVER = 0.95
"""Of the quota, once room was made: it is not made for every sample."""
EVERY_S = 60.0
LOOP_EVERY_S = 300.0
BATCH = 200


def used_bytes() -> int:
    return Sample.objects.aggregate(used=Sum("bytes"))["used"] or 0


def disk_free() -> int:
    """Bytes on the disk of the pictures."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def unjudged() -> QuerySet[Sample]:
    """What may go: samples of cameras that nobody has judged or has before him."""
    rows = Sample.objects.filter(origin=Origin.CAMERA, state__in=OPEN, review=Review.NONE)
    return rows.exclude(claimed_until__gt=timezone.now())


def make_room(limits: DatasetSettings) -> int:
    """Deletes what is too old and, the oldest first, what is too much; how many samples are gone."""
    gone = 0
    if limits.max_days:
        too_old = unjudged().filter(created_at__lt=timezone.now() - timedelta(days=limits.max_days))
        gone += retention.delete(too_old, PICTURES)
    used, quota = used_bytes(), limits.quota_mb * MIB
    wanted = used if used <= quota else round(quota * LEFT_OVER)
    while used > wanted:
        batch = list(unjudged().order_by("created_at", "id").values_list("pk", "bytes")[:BATCH])
        chosen = []
        for pk, size in batch:
            if used <= wanted:
                break
            chosen.append(pk)
            used -= size
        if not chosen:
            break
        gone += retention.delete(Sample.objects.filter(pk__in=chosen), PICTURES)
    return gone


class Room:
    """Whether one more sample may be kept; belongs to one thread and asks the database once a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked_at = float("-inf")
        self._left = 0

    def take(self, limits: DatasetSettings, size: int) -> bool:
        """``size`` is the sample's bytes. False: neither disk nor quota have room for it."""
        if disk_free() - size < DISK_RESERVE:
            return False
        now = self._clock()
        if now - self._asked_at >= EVERY_S or self._left < size:
            self._asked_at = now
            quota = limits.quota_mb * MIB
            if used_bytes() + size > quota:
                make_room(limits)
            self._left = quota - used_bytes()
        if self._left < size:
            return False
        self._left -= size
        return True


class DatasetLoop:
    """Makes room also while no camera keeps samples."""

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOP_EVERY_S):
            close_old_connections()
            try:
                make_room(DatasetSettings.now())
            except (OperationalError, InterfaceError) as error:
                connection.close()
                logger.warning("no old sample is deleted: %s", error)
        connection.close()
