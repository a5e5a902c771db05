"""Work in the background: one piece at a time, claimed by a counted UPDATE, begun anew after a restart."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.export_models import HEARTBEAT_LIFE, BackgroundWork, Progress
from labeling.quota import DISK_RESERVE, disk_free

TELL_EVERY_S = 0.5
Work = TypeVar("Work", bound=BackgroundWork)
Clock = Callable[[], float]


class Stopped(Exception):
    """The process ends, or somebody cancelled."""


def claim(rows: QuerySet[Work]) -> Work | None:
    """The oldest of ``rows`` that waits, or that a process left behind."""
    now = timezone.now()
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - HEARTBEAT_LIFE)
    free = rows.filter(Q(progress=Progress.WAITING) | (Q(progress=Progress.RUNNING) & silent))
    for work in free.order_by("id")[:5]:
        values: dict[str, Any] = {"progress": Progress.RUNNING, "heartbeat_at": now, "done": 0, "step": "planning"}
        if free.filter(pk=work.pk).update(**values):
            work.refresh_from_db()
            return work
    return None


def mine(work: BackgroundWork) -> Any:
    """The row, as long as nobody cancelled it."""
    return type(work)._default_manager.filter(pk=work.pk, progress=Progress.RUNNING)


def cancel(work: BackgroundWork) -> None:
    """What runs sees it within a second and leaves nothing behind."""
    still_open = type(work)._default_manager.filter(pk=work.pk, progress__in=(Progress.WAITING, Progress.RUNNING))
    still_open.update(progress=Progress.CANCELLED, ended_at=timezone.now(), step="")


def give_back(work: BackgroundWork) -> None:
    """Somebody else begins it anew, unless it was cancelled."""
    mine(work).update(progress=Progress.WAITING, heartbeat_at=None, step="", done=0)


class Teller:
    """Writes down how far the work is; raises ``Stopped``, and ``OSError`` before the disk is full."""

    def __init__(self, work: BackgroundWork, stop: threading.Event, clock: Clock = time.monotonic) -> None:
        self._work, self._stop, self._clock = work, stop, clock
        self._told_at = float("-inf")

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        now = self._clock()
        if now - self._told_at < TELL_EVERY_S and 0 < done < total:
            return
        self._told_at = now
        told = {"step": step, "done": done, "total": total, "heartbeat_at": timezone.now()}
        if not mine(self._work).update(**told):
            raise Stopped
        if disk_free() < DISK_RESERVE:
            raise OSError(errno.ENOSPC, _("the disk is nearly full"))
