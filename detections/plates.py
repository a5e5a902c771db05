"""What is known of one plate: its visits, its hours, what people wrote, and the plates it could be taken for."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from cameras.models import Camera
from detections.hours import week_of
from detections.models import Detection
from detections.plate_index import alike_to

MOST_ALIKE = 12
MOST_PICTURES = 12
LEVELS = 4


def summary(rows: QuerySet[Detection]) -> dict[str, Any]:
    """``count``, and ``first`` and ``last`` seen, of the detections of one plate."""
    return rows.order_by().aggregate(count=Count("pk"), first=Min("first_seen"), last=Max("last_seen"))


def cameras_of(rows: QuerySet[Detection]) -> list[dict[str, Any]]:
    """``camera``, ``count`` and ``last`` seen there, the busiest first."""
    found = list(rows.order_by().values("camera").annotate(count=Count("pk"), last=Max("last_seen")))
    cameras = Camera.objects.in_bulk([row["camera"] for row in found])
    return sorted((row | {"camera": cameras[row["camera"]]} for row in found), key=lambda row: -row["count"])


def heat_map(rows: QuerySet[Detection], zone: tzinfo) -> list[dict[str, Any]]:
    """A row a day, Monday first: its ``name``, and for each hour the ``count`` and a ``level`` from 0 to ``LEVELS``."""
    week = week_of(rows, zone)
    most = max(max(day) for day in week) or 1
    return [
        {
            "name": name,
            "hours": [
                {"hour": hour, "count": count, "level": -(-count * LEVELS // most)} for hour, count in enumerate(day)
            ],
        }
        for name, day in zip(day_names(), week, strict=True)
    ]


def day_names() -> list[str]:
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


def pictures_of(rows: QuerySet[Detection]) -> list[Detection]:
    """The newest detections of which the picture of the vehicle was kept."""
    return list(rows.exclude(vehicle_picture="").order_by("-first_seen", "-id")[:MOST_PICTURES])


def neighbours(plate: str, visible: QuerySet[Detection]) -> list[dict[str, Any]]:
    """Plates that could be taken for this one, with ``count`` and ``last`` seen among the visible detections."""
    names = alike_to(plate)
    rows = visible.filter(plate_norm__in=names).order_by().values("plate_norm")
    found: dict[str, Any] = {row["plate_norm"]: row for row in rows.annotate(count=Count("pk"), last=Max("last_seen"))}
    return [found[name] for name in names if name in found][:MOST_ALIKE]
