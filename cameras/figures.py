"""What the cameras stand on: disk, database, Redis, and how long anything has been waiting."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from cameras.rights import visible_cameras
from detections.delivery_models import Delivery, DeliveryStatus
from detections.models import Detection
from labeling.export_models import DatasetExport, Progress

SCARCE_GIB = 2.0
LATE = timedelta(minutes=5)
PING_KEY = "health-page"


class Queue(TypedDict):
    """``oldest`` is since when its first entry has been waiting; ``None`` when nothing waits."""

    label: Promise
    count: int
    oldest: datetime | None
    is_late: bool
    failed: int


def site_figures(user: AbstractBaseUser | AnonymousUser) -> dict[str, Any]:
    now = timezone.now()
    seen = Detection.objects.filter(camera__in=visible_cameras(user), first_seen__gte=now - timedelta(hours=1))
    return {
        **disk_figures(),
        "hour": seen.count(),
        "hour_read": seen.exclude(plate_norm="").count(),
        "database": connection.vendor,
        "database_ms": milliseconds(lambda: connection.cursor().execute("SELECT 1")),
        "carrier": "Redis" if settings.REDIS_URL else "",
        "carrier_ms": carrier_ms(),
        "queues": queues(now),
    }


def disk_figures() -> dict[str, Any]:
    folder = Path(settings.MEDIA_ROOT).resolve()
    disk = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists()))
    free = disk.free / 2**30
    return {
        "disk_free_gib": free,
        "disk_total_gib": disk.total / 2**30,
        "disk_used": disk.used / disk.total,
        "disk_is_scarce": free < SCARCE_GIB,
    }


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def carrier_ms() -> float | None:
    """``None`` when Redis does not answer."""
    try:
        return milliseconds(lambda: cache.set(PING_KEY, True, 5))
    except (RedisError, OSError):
        return None


def queues(now: datetime) -> list[Queue]:
    sending, exports = Delivery.objects.all(), DatasetExport.objects.all()
    due = sending.filter(status=DeliveryStatus.PENDING, due_at__lte=now)
    waiting = exports.filter(Q(progress=Progress.WAITING) | Q(progress=Progress.RUNNING))
    return [
        queue(_("Events to send"), due, "due_at", now, sending.filter(status=DeliveryStatus.FAILED).count()),
        queue(_("Dataset exports"), waiting, "asked_at", now, exports.filter(progress=Progress.FAILED).count()),
    ]


def queue(label: Promise, rows: QuerySet[Any], since: str, now: datetime, failed: int) -> Queue:
    oldest: datetime | None = rows.aggregate(oldest=Min(since))["oldest"]
    is_late = oldest is not None and now - oldest > LATE
    return {"label": label, "count": rows.count(), "oldest": oldest, "is_late": is_late, "failed": failed}
