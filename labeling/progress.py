"""How far the labeling is, how well people agree, and how good the models are by what people said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz.distance import Levenshtein

from detections.hours import HOURS, by_hour
from detections.statistics import MOST_SERIES, Table
from labeling.choices import Action, Origin, Review, State
from labeling.models import Label, Sample

LAST_HOURS = 48
MOST_ROWS = 20
WORK = (Action.ANSWER, Action.SECOND, Action.SETTLE, Action.BATCH)
IS_READ_RIGHT = Q(state=State.CORRECT)
IS_TEXT_JUDGED = Q(state__in=(State.CORRECT, State.CORRECTED, State.WRONG))


class Shares(Table):
    """Percent: nought is a figure as well."""

    @property
    def is_empty(self) -> bool:
        return all(number is None for _label, numbers in self.rows for number in numbers)


def states(rows: QuerySet[Sample]) -> Table:
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    return Table([_("Samples")], [(str(state.label), [counts.get(state.value, 0)]) for state in State])


def labels_per_hour(rows: QuerySet[Sample], now: datetime | None = None) -> Table:
    """Answers of the last two days by hour and person; those that were undone do not count."""
    end = timezone.localtime(now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hours = [end - timedelta(hours=number) for number in range(LAST_HOURS, 0, -1)]
    labels = Label.objects.filter(at__gte=hours[0], action__in=WORK, undone=False, sample__in=rows)
    counts: Counter[tuple[datetime, str]] = Counter()
    for row in by_hour(labels, "at", timezone.get_current_timezone(), "by__username"):
        counts[row["at"], row["by__username"] or "–"] += row["count"]
    totals: Counter[str] = Counter()
    for (_hour, name), count in counts.items():
        totals[name] += count
    names = [name for name, _count in totals.most_common(MOST_SERIES)]
    return Table(names, [(f"{hour:%a %H:%M}", [counts[hour, name] for name in names]) for hour in hours])


def accuracy(rows: QuerySet[Sample]) -> dict[str, Any]:
    """The figures of the judged samples of cameras; shares in percent, ``None`` where nothing is judged."""
    rows = rows.filter(origin=Origin.CAMERA)
    found = rows.aggregate(
        right=Count("pk", filter=IS_READ_RIGHT),
        judged=Count("pk", filter=IS_TEXT_JUDGED),
        no_plate=Count("pk", filter=Q(state=State.NOT_A_PLATE)),
        unreadable=Count("pk", filter=Q(state=State.UNREADABLE)),
    )
    return {**found, "plates": percent(found["right"], found["judged"]), "characters": character_accuracy(rows)}


def character_accuracy(rows: QuerySet[Sample]) -> float | None:
    """Share of the characters of true plates that need no edit."""
    known = rows.filter(state__in=(State.CORRECT, State.CORRECTED)).values_list("text", "true_text")
    length = wrong = 0
    for text, true_text in known.iterator():
        length += len(true_text)
        wrong += Levenshtein.distance(text, true_text)
    return percent(max(0, length - wrong), length)


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def accuracy_by(rows: QuerySet[Sample], field: str, without: Iterable[str] = ("",)) -> Table:
    """Plate accuracy by the values of a field, those with the most judged samples first."""
    judged = rows.filter(IS_TEXT_JUDGED, origin=Origin.CAMERA).exclude(**{f"{field}__in": list(without)})
    found = (
        judged.order_by()
        .values_list(field)
        .annotate(judged=Count("pk"), right=Count("pk", filter=IS_READ_RIGHT))
        .order_by("-judged", field)[:MOST_ROWS]
    )
    return shares((str(value), right, judged_here) for value, judged_here, right in found)


def accuracy_by_hour(rows: QuerySet[Sample]) -> Table:
    judged = rows.filter(IS_TEXT_JUDGED, origin=Origin.CAMERA)
    right: Counter[int] = Counter()
    total: Counter[int] = Counter()
    for row in by_hour(judged, "captured_at", timezone.get_current_timezone(), "state"):
        total[row["at"].hour] += row["count"]
        right[row["at"].hour] += row["count"] if row["state"] == State.CORRECT else 0
    if not total:
        return Table([_("Read right")], [])
    return shares((f"{hour:02}:00", right[hour], total[hour]) for hour in range(HOURS))


def named_right(rows: QuerySet[Sample], field: str) -> Table:
    """How often the model named the brand (or color) that people say it is."""
    known = rows.filter(origin=Origin.CAMERA).exclude(**{f"true_{field}__in": ["", "unknown"]})
    counts: dict[str, list[int]] = {}
    for true, read, count in known.order_by().values_list(f"true_{field}", field).annotate(count=Count("pk")):
        entry = counts.setdefault(true, [0, 0])
        entry[1] += count
        entry[0] += count if true == read else 0
    ordered = sorted(counts.items(), key=lambda item: (-item[1][1], item[0]))[:MOST_ROWS]
    return shares((name, right, total) for name, (right, total) in ordered)


def shares(rows: Iterable[tuple[str, int, int]]) -> Shares:
    """Percent, with how many were judged beside the name: a share of three says little."""
    return Shares(
        [_("Read right")],
        [(f"{name} ({total})" if total else name, [percent(right, total)]) for name, right, total in rows],
    )


def agreement(rows: QuerySet[Sample]) -> dict[str, Any]:
    """Of the samples with two opinions, how many agreed, altogether and by the person who was first."""
    asked = rows.filter(review__in=(Review.AGREED, Review.DISPUTED, Review.SETTLED)).order_by()
    agreed = Count("pk", filter=Q(review=Review.AGREED))
    found = asked.aggregate(agreed=agreed, asked=Count("pk"), disputed=Count("pk", filter=Q(review=Review.DISPUTED)))
    people = asked.values_list("labeled_by__username").annotate(agreed=agreed, asked=Count("pk")).order_by("-asked")
    return {
        **found,
        "share": percent(found["agreed"], found["asked"]),
        "waiting": rows.filter(review=Review.WAITING).count(),
        "people": shares((name or "–", right, total) for name, right, total in people[:MOST_ROWS]),
    }
