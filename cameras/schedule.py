"""The hours in which a camera records, in the time zone of the installation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST_SPANS = 50
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to ``end``, as HH:MM, on ``days`` (0 is Monday); past midnight where ``end`` is not later."""

    days: frozenset[int]
    start: str
    end: str

    def holds(self, moment: datetime) -> bool:
        now = f"{moment:%H:%M}"
        today, yesterday = moment.weekday() in self.days, (moment.weekday() - 1) % 7 in self.days
        if self.start < self.end:
            return today and self.start <= now < self.end
        return (today and now >= self.start) or (yesterday and now < self.end)


def read_schedule(value: object) -> tuple[Span, ...]:
    """``[{"days": [0, 1], "from": "07:00", "to": "19:00"}, …]``. Raises ``ValueError`` with words for people."""
    if not isinstance(value, list) or len(value) > MOST_SPANS:
        raise ValueError(_("Write a list of at most 50 hours."))
    spans = []
    for row in value:
        if not isinstance(row, dict) or set(row) != {"days", "from", "to"}:
            raise ValueError(_("Each entry has days, from and to."))
        days, start, end = row["days"], row["from"], row["to"]
        if not isinstance(days, list) or not days or not all(type(day) is int and 0 <= day <= 6 for day in days):
            raise ValueError(_("Choose at least one day of the week."))
        if not all(isinstance(clock, str) and CLOCK.fullmatch(clock) for clock in (start, end)) or start == "24:00":
            raise ValueError(_("Write times like 07:30."))
        if start == end:
            raise ValueError(_("The hours must not begin and end at the same time; 00:00 to 24:00 is the whole day."))
        spans.append(Span(frozenset(days), start, end))
    return tuple(spans)


def validate_schedule(value: object) -> None:
    try:
        read_schedule(value)
    except ValueError as error:
        raise ValidationError(error.args[0]) from error


def is_due(value: object, moment: datetime) -> bool:
    """Whether a camera with this schedule records at that moment; without any hours always."""
    spans = read_schedule(value)
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return not spans or any(span.holds(local) for span in spans)
