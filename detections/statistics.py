"""How many vehicles passed, what they were, how many plates were read and why the others were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cameras.models import Camera
from detections.choices import Kind, Reason
from detections.hours import HOURS, by_hour, days_between
from detections.models import Attempt, Detection

PREFIX = "statistics"
KEPT_S = 60
KEPT_PAST_S = 3600
"""What is over changes only when old detections are deleted, or by the end of a visit that had begun before."""
MOST_DAYS = 92
HOURLY_DAYS = 2
"""Up to so many days a chart shows every hour, beyond it every day."""
MOST_SERIES = 7
"""More cameras than these are one series together: nobody tells nine colors apart."""
MOST_BRANDS = 15

Counted = tuple[list[Any], list[Any], list[Any]]
IS_READ = Count("pk", filter=~Q(plate_norm=""))


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart: a row for each label, a column for each series; ``None`` where there was nothing."""

    series: list[str]
    rows: list[tuple[str, list[float | int | None]]]

    @property
    def is_empty(self) -> bool:
        return not any(any(numbers) for _label, numbers in self.rows)


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` and ``until`` are the beginnings of days in the viewer's zone; ``until`` itself is not counted."""

    since: datetime
    until: datetime

    @property
    def is_hourly(self) -> bool:
        return self.until - self.since <= timedelta(days=HOURLY_DAYS, hours=1)

    def labels(self) -> dict[Any, str]:
        """Each hour or day of the period with the words for it, in order."""
        if not self.is_hourly:
            return {day: date_format(day, "SHORT_DATE_FORMAT") for day in days_between(self.since, self.until)}
        zone = self.since.tzinfo
        hours = int((self.until.timestamp() - self.since.timestamp()) // 3600)
        moments = (datetime.fromtimestamp(self.since.timestamp() + 3600 * hour, zone) for hour in range(hours))
        return {moment: date_format(moment, "D H:i") for moment in moments}

    def step_of(self, moment: datetime) -> datetime | date:
        return moment if self.is_hourly else moment.date()


def statistics(period: Period, cameras: list[Camera]) -> dict[str, Any]:
    """All tables of the page, and ``counted_at``: when the newest of its weeks was counted."""
    weeks = [counted_week(week, cameras) for week in weeks_of(period)]
    hours, looks, reasons = ([row for _at, parts in weeks for row in parts[number]] for number in range(3))
    return {"counted_at": weeks[-1][0], **tables(period, cameras, hours, looks, reasons)}


def weeks_of(period: Period) -> list[Period]:
    """The period cut before each Monday, so that every question that holds a week finds it counted."""
    days = days_between(period.since, period.until)
    starts = [day for number, day in enumerate(days) if number == 0 or day.weekday() == 0]
    cuts = [datetime.combine(day, time(), period.since.tzinfo) for day in starts] + [period.until]
    return [Period(since, until) for since, until in pairwise(cuts)]


def counted_week(week: Period, cameras: list[Camera]) -> tuple[datetime, Counted]:
    """When it was counted and what; a week that is over stays in the cache for longer."""
    numbers = ",".join(str(camera.pk) for camera in cameras)
    key = f"{PREFIX}:{week.since.isoformat()}:{week.until.isoformat()}:{week.since.tzinfo}:{numbers}"
    kept: tuple[datetime, Counted] | None = cache.get(key)
    if kept is None:
        now = timezone.now()
        kept = now, count(week, cameras)
        cache.set(key, kept, KEPT_PAST_S if week.until < now else KEPT_S)
    return kept


def count(period: Period, cameras: list[Camera]) -> Counted:
    """Detections by hour and camera, by what they were, and failed looks by hour, camera and reason."""
    zone = period.since.tzinfo
    assert zone is not None
    within = Q(first_seen__gte=period.since, first_seen__lt=period.until, camera__in=cameras)
    rows = Detection.objects.filter(within)
    hours = list(by_hour(rows, "first_seen", zone, "camera", read=IS_READ))
    looks = list(rows.order_by().values("brand", "color", "kind").annotate(count=Count("pk")))
    failed = Attempt.objects.filter(at__gte=period.since, at__lt=period.until, camera__in=cameras).exclude(reason="")
    reasons = list(by_hour(failed, "at", zone, "camera", "reason"))
    return hours, looks, reasons


def tables(
    period: Period, cameras: list[Camera], hours: list[Any], looks: list[Any], reasons: list[Any]
) -> dict[str, Any]:
    names = {camera.pk: camera.name for camera in cameras}
    steps = period.labels()
    total, read = (sum(row[name] for row in hours) for name in ("count", "read"))
    return {
        "total": grouped(total),
        "read": grouped(read),
        "read_share": percent(read, total),
        "failed": grouped(sum(row["count"] for row in reasons)),
        "is_empty": not total and not reasons,
        "over_time": over_time(period, steps, hours, names),
        "by_hour": by_hour_of_day(hours),
        "by_camera": by_camera(hours, names),
        "read_rate": read_rate(period, steps, hours, names),
        "brands": ranking(looks, "brand", str, MOST_BRANDS),
        "colors": ranking(looks, "color", _),
        "kinds": ranking(looks, "kind", lambda kind: str(Kind(kind).label)),
        "reasons": reasons_by_camera(reasons, names),
        "reasons_over_time": reasons_over_time(period, steps, reasons),
    }


def grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def busiest(hours: Iterable[dict[str, Any]], names: dict[int, str]) -> list[int]:
    counts: Counter[int] = Counter()
    for row in hours:
        counts[row["camera"]] += row["count"]
    return sorted((camera for camera, _count in counts.most_common(MOST_SERIES)), key=names.__getitem__)


def over_time(period: Period, steps: dict[Any, str], hours: list[Any], names: dict[int, str]) -> Table:
    shown = busiest(hours, names)
    counts: Counter[tuple[Any, int]] = Counter()
    for row in hours:
        counts[period.step_of(row["at"]), row["camera"] if row["camera"] in shown else 0] += row["count"]
    has_others = any(camera == 0 for _step, camera in counts)
    columns = shown + [0] * has_others
    series = [names.get(camera, _("other cameras")) for camera in columns]
    return Table(series, [(label, [counts[step, camera] for camera in columns]) for step, label in steps.items()])


def by_hour_of_day(hours: list[Any]) -> Table:
    counts: Counter[int] = Counter()
    for row in hours:
        counts[row["at"].hour] += row["count"]
    return Table([_("Detections")], [(f"{hour:02}:00", [counts[hour]]) for hour in range(HOURS)])


def by_camera(hours: list[Any], names: dict[int, str]) -> Table:
    counts: Counter[int] = Counter()
    read: Counter[int] = Counter()
    for row in hours:
        counts[row["camera"]] += row["count"]
        read[row["camera"]] += row["read"]
    rows = [(names[camera], [read[camera], number - read[camera]]) for camera, number in counts.most_common()]
    return Table([_("plate read"), _("plate not read")], [(name, list(numbers)) for name, numbers in rows])


def read_rate(period: Period, steps: dict[Any, str], hours: list[Any], names: dict[int, str]) -> Table:
    """Per cent of the detections that have a text."""
    shown = busiest(hours, names)
    counts: Counter[tuple[Any, int]] = Counter()
    read: Counter[tuple[Any, int]] = Counter()
    for row in hours:
        place = period.step_of(row["at"]), row["camera"]
        counts[place] += row["count"]
        read[place] += row["read"]
    rows = [
        (label, [percent(read[step, camera], counts[step, camera]) for camera in shown])
        for step, label in steps.items()
    ]
    return Table([names[camera] for camera in shown], [(label, list(numbers)) for label, numbers in rows])


def ranking(looks: list[Any], field: str, say: Callable[[str], str], most: int = 30) -> Table:
    """The most frequent first, what is not known last."""
    counts: Counter[str] = Counter()
    for row in looks:
        counts[row[field]] += row["count"]
    unknown = counts.pop("unknown", 0)
    rows: list[tuple[str, list[float | int | None]]] = [
        (say(name), [number]) for name, number in counts.most_common(most)
    ]
    rest = counts.total() - sum(number for _name, number in counts.most_common(most))
    for name, number in ((_("others"), rest), (_("unknown"), unknown)):
        if number:
            rows.append((name, [number]))
    return Table([_("Detections")], rows)


def reasons_by_camera(reasons: list[Any], names: dict[int, str]) -> Table:
    counts: Counter[tuple[int, str]] = Counter()
    cameras: Counter[int] = Counter()
    for row in reasons:
        counts[row["camera"], row["reason"]] += row["count"]
        cameras[row["camera"]] += row["count"]
    seen = [reason for reason in Reason if any(counts[camera, reason] for camera in cameras)]
    rows = [(names[camera], [counts[camera, reason] for reason in seen]) for camera, _count in cameras.most_common()]
    return Table([str(reason.label) for reason in seen], [(name, list(numbers)) for name, numbers in rows])


def reasons_over_time(period: Period, steps: dict[Any, str], reasons: list[Any]) -> Table:
    counts: Counter[tuple[Any, str]] = Counter()
    for row in reasons:
        counts[period.step_of(row["at"]), row["reason"]] += row["count"]
    seen = [reason for reason in Reason if any(counts[step, reason] for step in steps)]
    rows = [(label, [counts[step, reason] for reason in seen]) for step, label in steps.items()]
    return Table([str(reason.label) for reason in seen], [(name, list(numbers)) for name, numbers in rows])
