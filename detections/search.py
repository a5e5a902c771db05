"""Finding detections: the filters that pages and the API share, and paging that stays fast however many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Field, Lookup, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.choices import Direction, Kind
from detections.models import Detection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_SIZE = 50
PLATE = forms.TextInput(
    {
        "type": "search",
        "placeholder": "AB*12?",
        "title": _("? is one character, * any number of them; without either, the text may be anywhere in the plate"),
        "autocapitalize": "characters",
        "spellcheck": "false",
    }
)
SHARE = forms.NumberInput({"step": "0.05", "placeholder": "0–1"})
LOCAL_TIME = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class Like(Lookup):
    """SQL's own LIKE with ``_`` and ``%``: Django has none, and a regular expression uses no index."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right}", (*left_params, *right_params)


Field.register_lookup(Like)


def plate_pattern(typed: str) -> str:
    """What was typed as a LIKE pattern: ``?`` is one character, ``*`` any number; without either: contains."""
    text = re.sub(r"[^A-Z0-9?*]", "", typed.upper())
    if not re.search(r"[?*]", text):
        return f"%{text}%"
    return text.replace("?", "_").replace("*", "%")


def visible_cameras(request: Any) -> QuerySet[Camera]:
    return Camera.objects.visible_to(request.user) if request is not None else Camera.objects.none()


class SearchForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField | forms.NullBooleanField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"


class DetectionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What can be asked for in an address, by people and by programs."""

    plate = django_filters.CharFilter(
        method="filter_plate",
        label=_("Plate"),
        widget=PLATE,
    )
    camera = django_filters.ModelChoiceFilter(queryset=visible_cameras, label=_("Camera"), empty_label=_("all"))
    has_plate = django_filters.ChoiceFilter(
        method="filter_has_plate",
        label=_("Plate read"),
        choices=(("true", _("yes")), ("false", _("no"))),
        empty_label=_("all"),
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices, empty_label=_("all"))
    brand = django_filters.CharFilter("brand", "iexact", label=_("Brand"))
    color = django_filters.CharFilter("color", "iexact", label=_("Color"))
    direction = django_filters.ChoiceFilter(label=_("Direction"), choices=Direction.choices, empty_label=_("all"))
    confidence = django_filters.NumberFilter(
        "confidence", "gte", label=_("Confidence at least"), min_value=0, max_value=1, widget=SHARE
    )
    since = django_filters.IsoDateTimeFilter("first_seen", "gte", label=_("From"), widget=LOCAL_TIME)
    until = django_filters.IsoDateTimeFilter("first_seen", "lte", label=_("Until"), widget=LOCAL_TIME)
    after = django_filters.NumberFilter("id", "gt")
    updated_after = django_filters.IsoDateTimeFilter("updated_at", "gt")

    class Meta:
        model = Detection
        fields: tuple[str, ...] = ()
        form = SearchForm

    def filter_plate(self, rows: QuerySet[Detection], name: str, typed: str) -> QuerySet[Detection]:
        return rows.filter(plate_norm__like=plate_pattern(typed))

    def filter_has_plate(self, rows: QuerySet[Detection], name: str, wanted: str) -> QuerySet[Detection]:
        return rows.exclude(plate_norm="") if wanted == "true" else rows.filter(plate_norm="")


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer`` are cursors of the neighbouring pages, ``None`` where there is none."""

    rows: list[Detection]
    older: str | None
    newer: str | None


def cursor_of(detection: Detection) -> str:
    return f"{(detection.first_seen - EPOCH) // timedelta(microseconds=1)}-{detection.pk}"


def read_cursor(cursor: str) -> tuple[datetime, int] | None:
    """``None`` when somebody invented it."""
    match = re.fullmatch(r"(\d{1,17})-(\d{1,18})", cursor)
    return (EPOCH + timedelta(microseconds=int(match[1])), int(match[2])) if match else None


def page_of(rows: QuerySet[Detection], *, older: str = "", newer: str = "", size: int = PAGE_SIZE) -> Page:
    """Newest first. Reads one page and one row more by an index, never counts, never skips."""
    after, before = read_cursor(newer), read_cursor(older)
    if after is not None:
        at, pk = after
        newer_rows = rows.filter(Q(first_seen__gt=at) | Q(first_seen=at, pk__gt=pk)).order_by("first_seen", "id")
        found = list(newer_rows[: size + 1])
        shown = found[:size][::-1]
        return Page(shown, cursor_of(shown[-1]) if shown else None, cursor_of(shown[0]) if len(found) > size else None)
    if before is not None:
        at, pk = before
        rows = rows.filter(Q(first_seen__lt=at) | Q(first_seen=at, pk__lt=pk))
    found = list(rows.order_by("-first_seen", "-id")[: size + 1])
    shown = found[:size]
    has_newer = before is not None and bool(shown)
    return Page(shown, cursor_of(shown[-1]) if len(found) > size else None, cursor_of(shown[0]) if has_newer else None)
