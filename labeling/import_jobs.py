"""Datasets that come in through the page: received part by part, taken in by the background, then deleted."""

from __future__ import annotations

import logging
import threading
import time

from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.utils import timezone

from labeling.dataset_source import Refused
from labeling.export_models import DatasetImport, Progress
from labeling.importer import import_dataset
from labeling.jobs import Clock, Stopped, Teller, cancel, claim, give_back, mine

logger = logging.getLogger(__name__)

MOST_PART = 8 * 1024 * 1024
"""Bytes of one part: less than a request may have."""


def ask_import(user: User, name: str, size: int, *, only_check: bool = False) -> DatasetImport:
    return DatasetImport.objects.create(asked_by=user, name=name, bytes=size, only_check=only_check)


def receive(work: DatasetImport, at: int, part: bytes) -> int:
    """Appends; a part that is not the next one, or too long, changes nothing. How many bytes are there now."""
    with transaction.atomic():
        row = DatasetImport.objects.select_for_update().get(pk=work.pk)
        end = at + len(part)
        if row.progress != Progress.WAITING or at != row.received or end > row.bytes or len(part) > MOST_PART:
            return row.received
        row.path.parent.mkdir(parents=True, exist_ok=True)
        with row.path.open("r+b" if at else "wb") as file:
            file.seek(at)
            file.write(part)
            file.truncate()
        DatasetImport.objects.filter(pk=row.pk).update(received=end)
    return end


def remove(work: DatasetImport) -> None:
    """The row and what is left of its file; what was imported stays."""
    cancel(work)
    work.path.unlink(missing_ok=True)
    work.delete()


def import_next(stop: threading.Event, clock: Clock = time.monotonic) -> DatasetImport | None:
    """Takes in the next that has come whole; ``None`` when there is none, or no more."""
    work = claim(DatasetImport.objects.filter(received__gt=0, received=F("bytes")))
    if work is None:
        return None
    try:
        counts = import_dataset(
            work.path, Teller(work, stop, clock), dry_run=work.only_check, name=work.name, by=work.asked_by
        )
    except Stopped:
        give_back(work)
        if not DatasetImport.objects.filter(pk=work.pk, progress=Progress.WAITING).exists():
            work.path.unlink(missing_ok=True)
    except (DatabaseError, InterfaceError):
        raise
    except Refused as refused:
        end(work, Progress.FAILED, faults=refused.faults)
    except OSError as error:
        logger.warning("dataset import %s failed: %s", work.pk, error)
        end(work, Progress.FAILED, faults=[str(error)])
    else:
        end(work, Progress.DONE, counts=dict(counts))
    return DatasetImport.objects.filter(pk=work.pk).first()


def end(work: DatasetImport, progress: Progress, **values: object) -> None:
    mine(work).update(progress=progress, ended_at=timezone.now(), step="", **values)
    work.path.unlink(missing_ok=True)
