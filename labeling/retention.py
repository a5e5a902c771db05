"""Keeps personal data no longer than the settings say, kind by kind, and notes how much went."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from auditlog.models import LogEntry as Change
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet
from django.utils import timezone

from anpr_site.accounts.idempotency import KEPT
from anpr_site.accounts.models import AccessRecord, StoredAnswer
from detections.models import AccessDecision, Delivery, Stay
from detections.retention import (
    ATTEMPT_PICTURES,
    DETECTION_PICTURES,
    before,
    delete,
    delete_pictures,
    old_attempts,
    old_detections,
    with_old_pictures,
)
from labeling.choices import JUDGED
from labeling.export_models import DatasetExport, DatasetImport
from labeling.models import PICTURES, Sample
from labeling.privacy_log import note_purge

logger = logging.getLogger(__name__)

EVERY_S = 300.0


class Kind(NamedTuple):
    """``rows`` are those that have to go now, ``remove`` deletes them and says how many they were."""

    name: str
    rows: QuerySet[Any]
    remove: Callable[[QuerySet[Any]], int]


def without_files(rows: QuerySet[Any]) -> int:
    return delete(rows, ())


def with_their_file(rows: QuerySet[Any]) -> int:
    gone = 0
    for work in rows:
        work.path.unlink(missing_ok=True)
        work.delete()
        gone += 1
    return gone


def older(model: Any, field: str, days: int) -> QuerySet[Any]:
    """Rows whose ``field`` lies more than so many days back; none for 0."""
    rows: QuerySet[Any] = model._default_manager.all()
    return rows.filter(**{f"{field}__lt": before(days)}) if days else rows.none()


def kinds() -> list[Kind]:
    """All that grows old, and what has to go now. Samples that nobody has judged follow Dataset Mode's own rules."""
    days = settings.DETECTION_DAYS
    pictures = partial(delete, fields=DETECTION_PICTURES)
    ended = older(Stay, "left_at", days)
    judged = older(Sample, "created_at", settings.SAMPLE_DAYS).filter(state__in=JUDGED)
    exports = older(DatasetExport, "ended_at", settings.EXPORT_DAYS)
    return [
        Kind("detections", old_detections(days), pictures),
        Kind("pictures", with_old_pictures(settings.PICTURE_DAYS), delete_pictures),
        Kind(
            "attempts",
            old_attempts(settings.ATTEMPT_DAYS, settings.ATTEMPT_ROWS),
            partial(delete, fields=ATTEMPT_PICTURES),
        ),
        Kind("decisions", older(AccessDecision, "at", days), without_files),
        Kind("stays", ended, without_files),
        Kind("deliveries", older(Delivery, "created_at", days), without_files),
        Kind("samples", judged, partial(delete, fields=PICTURES)),
        Kind("exports", exports, with_their_file),
        Kind("imports", older(DatasetImport, "asked_at", settings.EXPORT_DAYS), with_their_file),
        Kind("access records", older(AccessRecord, "at", settings.ACCESS_DAYS), without_files),
        Kind("sign-ins", older(AccessLog, "attempt_time", settings.ACCESS_DAYS), without_files),
        Kind("refused sign-ins", older(AccessAttempt, "attempt_time", settings.ACCESS_DAYS), without_files),
        Kind("answers", StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT), without_files),
        Kind("changes", older(Change, "timestamp", settings.AUDIT_DAYS), without_files),
        Kind("admin log", older(LogEntry, "action_time", settings.AUDIT_DAYS), without_files),
    ]


def purge(*, dry_run: bool = False) -> dict[str, int]:
    """How many rows of each kind are gone, or would go."""
    gone: dict[str, int] = {}
    today = timezone.localdate()
    for kind in kinds():
        gone[kind.name] = kind.rows.count() if dry_run else kind.remove(kind.rows)
        if not dry_run:
            note_purge(today, kind.name, gone[kind.name])
    return gone


class PurgeLoop:
    """Runs where the workers run; looking when nothing is due costs a few indexed queries."""

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
        gone = purge()
        for name, count in gone.items():
            if count:
                logger.info("deleted %s old %s", count, name)
        return sum(gone.values())
