"""Counting rows by the hours and days of a viewer's time zone, with one pass over an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Count, Func, IntegerField, QuerySet

DAYS_OF_WEEK = 7
HOURS = 24


class HourNumber(Func):
    """Hours since 1970, counted from ``minutes`` past the full UTC hour, for zones that are half an hour off."""

    output_field = IntegerField()
    arity = 1

    def __init__(self, moment: Any, *, minutes: int = 0) -> None:
        super().__init__(moment)
        self.minutes = minutes

    def as_mysql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        start = f"1970-01-01 00:{self.minutes:02}:00"
        return super().as_sql(compiler, connection, template=f"TIMESTAMPDIFF(HOUR, '{start}', %(expressions)s)")

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = f"((unixepoch(%(expressions)s) - {self.minutes * 60}) / 3600)"
        return super().as_sql(compiler, connection, template=template)


def minutes_past(zone: tzinfo) -> int:
    """How far past a full UTC hour the hours of a zone begin: 30 in India, 0 in most."""
    offset = datetime.now(zone).utcoffset() or timedelta()
    return -int(offset.total_seconds()) // 60 % 60


def by_hour(rows: QuerySet[Any], field: str, zone: tzinfo, *groups: str, **counts: Any) -> Iterator[dict[str, Any]]:
    """``at``, the beginning of the hour in the zone, the ``groups`` and ``count``, for each hour that has rows."""
    minutes = minutes_past(zone)
    start = datetime(1970, 1, 1, 0, minutes, tzinfo=UTC)
    found = rows.order_by().annotate(hour=HourNumber(field, minutes=minutes)).values("hour", *groups)
    for row in found.annotate(count=Count("pk"), **counts):
        yield row | {"at": (start + timedelta(hours=row["hour"])).astimezone(zone)}


def week_of(rows: QuerySet[Any], zone: tzinfo) -> list[list[int]]:
    """How many detections in each of 24 hours of the seven days, Monday first."""
    counts: Counter[tuple[int, int]] = Counter()
    for row in by_hour(rows, "first_seen", zone):
        counts[row["at"].weekday(), row["at"].hour] += row["count"]
    return [[counts[day, hour] for hour in range(HOURS)] for day in range(DAYS_OF_WEEK)]


def days_between(since: datetime, until: datetime) -> list[date]:
    """Every day that is touched, in the zone of the times; ``until`` itself is not."""
    last = (until - timedelta(microseconds=1)).date()
    return [since.date() + timedelta(days=number) for number in range((last - since.date()).days + 1)]
