"""What a camera's state was and for how long: the strip of the last day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from cameras.choices import State
from cameras.reasons import in_words

KEPT = timedelta(hours=25)
STITCH = timedelta(seconds=60)
"""A worker writes every 20 s: a longer gap means that nothing watched the camera."""


class CameraPeriod(models.Model):
    """One state from its first to its last heartbeat."""

    camera = models.ForeignKey("cameras.Camera", models.CASCADE, related_name="periods")
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))

    class Meta:
        ordering = ("began_at", "id")
        verbose_name = _("period of a camera")
        verbose_name_plural = _("periods of cameras")
        indexes = [models.Index(fields=["camera", "ended_at"], name="period_camera_ended")]

    def __str__(self) -> str:
        return f"{self.camera}: {self.state}"


def remember(camera_id: int, state: State, reason: str, now: datetime) -> None:
    """Prolongs the camera's newest period, or begins another one and drops those older than a day."""
    rows = CameraPeriod.objects.filter(camera=camera_id)
    newest = rows.order_by("-ended_at", "-id").first()
    if newest is not None and newest.state == state and now - newest.ended_at <= STITCH:
        rows.filter(pk=newest.pk).update(ended_at=now, reason=reason)
        return
    CameraPeriod.objects.create(camera_id=camera_id, state=state, reason=reason, began_at=now, ended_at=now)
    rows.filter(ended_at__lt=now - KEPT).delete()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the last day: ``offset`` and ``width`` in minutes from its beginning. ``state`` may be ``none``."""

    state: str
    words: str
    reason: str
    began_at: datetime
    ended_at: datetime
    offset: float
    width: float


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours of one camera; ``online_share`` counts ``degraded`` as online, for frames flow."""

    stretches: list[Stretch]
    online_share: float

    @property
    def troubles(self) -> list[Stretch]:
        """What somebody may want to look into, the newest first."""
        return [stretch for stretch in reversed(self.stretches) if stretch.state in TROUBLE]


TROUBLE = (State.DEGRADED, State.OFFLINE, State.FAILED)
DAY = timedelta(days=1)


def last_day(camera_ids: Iterable[int], now: datetime) -> dict[int, Day]:
    """Every camera's day; where no worker wrote, nothing is claimed: ``state`` is ``none``."""
    rows: dict[int, list[CameraPeriod]] = {camera_id: [] for camera_id in camera_ids}
    for period in CameraPeriod.objects.filter(camera__in=rows, ended_at__gt=now - DAY).order_by("began_at", "id"):
        rows[period.camera_id].append(period)
    return {camera_id: _day(periods, now) for camera_id, periods in rows.items()}


def _day(periods: Sequence[CameraPeriod], now: datetime) -> Day:
    """A period lasts until the next one begins, unless nothing was written for longer than ``STITCH``."""
    start = now - DAY
    stretches: list[Stretch] = []
    place = start
    for index, period in enumerate(periods):
        began = max(period.began_at, start)
        if began - place > STITCH or (not index and began > place):
            stretches.append(_stretch("none", "", place, began, start))
        follower = periods[index + 1].began_at if index + 1 < len(periods) else now
        lasts = follower - period.ended_at <= STITCH and period.state != State.STOPPED
        ended = min(follower if lasts else period.ended_at, now)
        if ended > began:
            stretches.append(_stretch(period.state, period.reason, began, ended, start))
        place = max(place, ended)
    if now - place > STITCH or not stretches:
        stretches.append(_stretch("none", "", place, now, start))
    online = sum(stretch.width for stretch in stretches if stretch.state in (State.ONLINE, State.DEGRADED))
    return Day(stretches, online / (DAY / timedelta(minutes=1)))


def _stretch(state: str, reason: str, began: datetime, ended: datetime, start: datetime) -> Stretch:
    minute = timedelta(minutes=1)
    words = str(State(state).label) if state != "none" else str(_("not running"))
    return Stretch(
        state,
        words,
        in_words(reason),
        began,
        ended,
        round((began - start) / minute, 2),
        round((ended - began) / minute, 2),
    )
