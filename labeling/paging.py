"""Pages of samples in a chosen order, by cursors: no counting, no skipping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from detections.paging import beyond, opposite
from labeling.models import Sample

PAGE_SIZE = 48
SORTS = (
    ("oldest", _("oldest first")),
    ("uncertain", _("least certain first")),
    ("certain", _("most certain first")),
    ("labeled", _("newest label first")),
    ("plate", _("by plate, A to Z")),
)
ORDERS: dict[str, tuple[str, ...]] = {
    "": ("-captured_at", "-id"),
    "oldest": ("captured_at", "id"),
    "uncertain": ("-uncertainty", "-id"),
    "certain": ("uncertainty", "id"),
    "labeled": ("-labeled_at", "-id"),
    "plate": ("text", "id"),
}
_signer = Signer(salt="samples-page")


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer`` are cursors of the next and the previous page, ``None`` where there is none."""

    rows: list[Sample]
    older: str | None
    newer: str | None


def page_of(rows: QuerySet[Sample], sort: str = "", *, older: str = "", newer: str = "", size: int = PAGE_SIZE) -> Page:
    """One page and whether others follow; the order is found by keys alone, whole rows are read last."""
    order = ORDERS.get(sort, ORDERS[""])
    if sort == "labeled":
        rows = rows.exclude(labeled_at=None)
    rows = rows.order_by(*order)
    after, before = read_cursor(newer, order), read_cursor(older, order)
    if after is not None:
        found = list(beyond_of(rows.reverse(), opposite(order), after).values_list("pk", flat=True)[: size + 1])
        shown = rows_of(found[:size][::-1])
        return Page(shown, cursor(shown[-1:], order), cursor(shown[:1], order) if len(found) > size else None)
    if before is not None:
        rows = beyond_of(rows, order, before)
    found = list(rows.values_list("pk", flat=True)[: size + 1])
    shown = rows_of(found[:size])
    has_more, has_before = len(found) > size, before is not None
    return Page(
        shown, cursor(shown[-1:], order) if has_more else None, cursor(shown[:1], order) if has_before else None
    )


def beyond_of(rows: QuerySet[Sample], order: tuple[str, ...], values: list[Any]) -> QuerySet[Sample]:
    return beyond(rows, order, values)  # type: ignore[arg-type, return-value]


def rows_of(keys: list[int]) -> list[Sample]:
    found = Sample.objects.select_related("labeled_by").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def cursor(rows: list[Sample], order: tuple[str, ...]) -> str | None:
    """The place of the one row in ``rows``; signed, so that only values that a row had come back."""
    for row in rows:
        values = [getattr(row, name.lstrip("-")) for name in order]
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        return _signer.sign_object([",".join(order), *plain])
    return None


def read_cursor(text: str, order: tuple[str, ...]) -> list[Any] | None:
    """``None`` when there is none, when somebody invented it, or when it belongs to another order."""
    try:
        said, *values = _signer.unsign_object(text)
    except (BadSignature, ValueError, ValidationError):
        return None
    if said != ",".join(order):
        return None
    return [
        parse_datetime(value) if name.lstrip("-").endswith("_at") else value
        for name, value in zip(order, values, strict=True)
    ]
