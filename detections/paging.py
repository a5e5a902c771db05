"""Pages of rows in a chosen order that stay fast however many rows there are: no counting, no skipping."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from detections.models import Detection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_SIZE = 50
SORTS = (
    ("oldest", _("oldest first")),
    ("plate", _("by plate, A to Z")),
    ("-plate", _("by plate, Z to A")),
    ("confidence", _("least sure first")),
    ("-confidence", _("surest first")),
)
ORDERS: dict[str, tuple[str, ...]] = {
    "": ("-first_seen", "-id"),
    "oldest": ("first_seen", "id"),
    "plate": ("plate_norm", "first_seen", "id"),
    "-plate": ("-plate_norm", "-first_seen", "-id"),
    "confidence": ("confidence", "first_seen", "id"),
    "-confidence": ("-confidence", "-first_seen", "-id"),
}
"""All fields of an order run the same way, so that one index serves it forwards and backwards."""

UNREAD: dict[str, str | float] = {"plate_norm": "", "confidence": 0.0}
"""What a row has that was not read."""


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer`` are cursors of the next and the previous page, ``None`` where there is none."""

    rows: list[Detection]
    older: str | None
    newer: str | None


def sorted_rows(rows: QuerySet[Detection], sort: str) -> QuerySet[Detection]:
    """Rows that were not read have no place in an order by plate or confidence and are left out of it."""
    field = ORDERS[sort][0].lstrip("-")
    if field in UNREAD:
        rows = rows.filter(**{f"{field}__gt": UNREAD[field]})
    return rows.order_by(*ORDERS[sort])


def page_of(
    rows: QuerySet[Detection], *, older: str = "", newer: str = "", size: int = PAGE_SIZE, sort: str = ""
) -> Page:
    """One page and whether others follow. The order is found by an index alone; whole rows are read last."""
    rows = sorted_rows(rows, sort)
    order = ORDERS[sort]
    after, before = read_cursor(newer, order), read_cursor(older, order)
    if after is not None:
        found = keys_of(beyond(rows.reverse(), opposite(order), after), size)
        shown = rows_of(rows, found[:size][::-1])
        more = len(found) > size
        return Page(shown, cursor(shown[-1:], order), cursor(shown[:1], order) if more else None)
    if before is not None:
        rows = beyond(rows, order, before)
    found = keys_of(rows, size)
    shown = rows_of(rows, found[:size])
    return Page(
        shown,
        cursor(shown[-1:], order) if len(found) > size else None,
        cursor(shown[:1], order) if before is not None else None,
    )


def chunks(rows: QuerySet[Detection], sort: str, size: int) -> Iterator[list[Detection]]:
    """All rows in their order, some at a time, each found by the place of the one before."""
    rows, order = sorted_rows(rows, sort), ORDERS[sort]
    some = list(rows[:size])
    while some:
        yield some
        after = [getattr(some[-1], name.lstrip("-")) for name in order]
        some = list(beyond(rows, order, after)[:size]) if len(some) == size else []


def keys_of(rows: QuerySet[Detection], size: int) -> list[int]:
    return list(rows.prefetch_related(None).values_list("pk", flat=True)[: size + 1])


def rows_of(rows: QuerySet[Detection], keys: list[int]) -> list[Detection]:
    found = Detection.objects.order_by().prefetch_related("camera").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def opposite(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def beyond(rows: QuerySet[Detection], order: tuple[str, ...], values: list[Any]) -> QuerySet[Detection]:
    """The rows that come after one with these values; the first condition lets the database start in the index."""
    condition = Q()
    for name, value in reversed(list(zip(order, values, strict=True))):
        field, step = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        here = Q(**{f"{field}__{step}": value})
        condition = here | (Q(**{field: value}) & condition) if condition else here
    first, step = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return rows.filter(Q(**{f"{first}__{step}": values[0]}) & condition)


def cursor(rows: list[Detection], order: tuple[str, ...]) -> str | None:
    """The place of the one row in ``rows``."""
    for row in rows:
        values = [number(getattr(row, name.lstrip("-"))) for name in order]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    return None


def number(value: Any) -> Any:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def read_cursor(text: str, order: tuple[str, ...]) -> list[Any] | None:
    """``None`` when there is none, when somebody invented it, or when it belongs to another order."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            return None
        return [read_value(name.lstrip("-"), value) for name, value in zip(order, values, strict=True)]
    except (ValueError, OverflowError):
        return None


def read_value(field: str, value: Any) -> Any:
    """Raises ``ValueError`` or ``OverflowError`` for what no row can have."""
    if field == "plate_norm" and isinstance(value, str) and re.fullmatch(r"[A-Z0-9]{0,20}", value):
        return value
    if field == "confidence" and isinstance(value, float) and 0 <= value <= 1:
        return value
    if field == "first_seen" and type(value) is int:
        return EPOCH + timedelta(microseconds=value)
    if field == "id" and type(value) is int and abs(value) < 2**63:
        return value
    raise ValueError(field)
