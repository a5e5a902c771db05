"""Finding detections: the filters that pages, exports and the API share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from cameras import rights
from cameras.models import Camera
from detections.choices import Direction, Kind
from detections.models import Detection, PlateTag
from detections.paging import SORTS
from detections.plate_index import fold, plates_like, plates_near
from inference.plate_format import normalize


class Match(TextChoices):
    """How a typed plate is compared with those that were read."""

    CONTAINS = "contains", _("is part of the plate, ? and * allowed")
    EXACT = "exact", _("is the whole plate")
    ALIKE = "alike", _("looks alike: O and 0, I and 1, B and 8 …")
    NEAR1 = "near1", _("is at most 1 character off")
    NEAR2 = "near2", _("is at most 2 characters off")


DISTANCES = {Match.NEAR1: 1, Match.NEAR2: 2}
SHORTEST = {Match.NEAR1: 3, Match.NEAR2: 4}
"""A shorter text with as many characters off is nearly every plate."""

PLATE = forms.TextInput(
    {
        "type": "search",
        "placeholder": "AB*12?",
        "title": _("? is one character, * any number of them; without either, the text may be anywhere in the plate"),
        "autocapitalize": "characters",
        "spellcheck": "false",
        "aria-keyshortcuts": "/",
    }
)
SHARE = forms.NumberInput({"step": "0.05", "placeholder": "0–1", "min": "0", "max": "1"})
LOCAL_TIME = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def visible_cameras(request: Any) -> QuerySet[Camera]:
    return rights.visible_cameras(request.user) if request is not None else Camera.objects.none()


def visible_detections(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Detection]:
    """The detections of the cameras that a person may see, with their cameras.

    Names the cameras, or none when all are visible: a subquery or a join would let MariaDB sort a million rows.
    """
    rows = Detection.objects.prefetch_related("camera")
    visible = list(rights.visible_cameras(user).values_list("pk", flat=True))
    return rows if len(visible) == Camera.objects.count() else rows.filter(camera__in=visible)


class CameraField(django_filters.fields.ModelChoiceField):  # type: ignore[misc]
    """A camera by its id or its short name."""

    def to_python(self, value: Any) -> Any:
        name = str(value)
        if value and not name.isdecimal():
            value = self.queryset.filter(slug=name).values_list("pk", flat=True).first() or 0
        return super().to_python(value)


class CameraFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    field_class = CameraField


class OccurringField(forms.ChoiceField):
    """One of the values that occur, in capital or small letters."""

    default_error_messages = {"invalid_choice": _("There is no “%(value)s” among the detections.")}

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        if not text:
            return ""
        names = {str(key).casefold(): str(key) for key, _label in self.choices}  # type: ignore[union-attr, misc]
        return names.get(text.casefold(), text)


class OccurringFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = OccurringField


def occurring(field: str) -> Iterator[str]:
    """The values of an indexed field of the detections, each found by one look into the index.

    Asked for distinct values, MariaDB may read the whole index, as its guess of their number goes: a second for a
    million rows.
    """
    values = Detection.objects.order_by(field).values_list(field, flat=True)
    value = values.first()
    while value is not None:
        yield value
        value = values.filter(**{f"{field}__gt": value}).first()


def choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [("", said("all")), *((value, said(value)) for value in values if value)]


def brands() -> list[tuple[str, str]]:
    return choices(occurring("brand"))


def colors() -> list[tuple[str, str]]:
    return choices(occurring("color"))


def tags() -> list[tuple[str, str]]:
    return choices(PlateTag.objects.order_by("name").values_list("name", flat=True).distinct())


class SearchForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, OccurringField):
                field.choices = list(cast("Any", field.choices))  # asked once, not by each check and each showing
            is_choice = isinstance(field, forms.ChoiceField | forms.NullBooleanField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def clean_plate(self) -> str:
        typed = str(self.cleaned_data["plate"] or "")
        if typed and not pattern_of(typed):
            raise ValidationError(_("Write letters or digits, with ? for one character and * for any number."))
        return typed

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = found.get("since"), found.get("until")
        if since and until and since > until:
            self.add_error("until", _("This is before “From”; the search goes from there to now."))
        match, pattern = found.get("match"), pattern_of(found.get("plate") or "")
        if pattern and match in (Match.EXACT, *DISTANCES) and set(pattern) & set("_%"):
            self.add_error("match", _("With ? or *, choose part of the plate or looks alike."))
        elif pattern and match in DISTANCES and len(pattern) < SHORTEST[match]:
            self.add_error("match", _("Write at least %(count)d characters for this.") % {"count": SHORTEST[match]})
        return found


def pattern_of(typed: str) -> str:
    """What was typed, normalized, as a LIKE pattern: ``?`` is one character, ``*`` any number."""
    parts = [{"?": "_", "*": "%"}.get(char) or normalize(char) for char in typed]
    return "".join(parts)


def plate_condition(typed: str, match: str) -> Q:
    """Lists the plates that fit, if they are few; many are sooner met among the newest rows."""
    pattern = pattern_of(typed)
    has_wildcard = bool(set(pattern) & set("_%"))
    if match in DISTANCES and not has_wildcard:
        return Q(plate_norm__in=plates_near(pattern, DISTANCES[Match(match)]))
    if match == Match.EXACT and not has_wildcard:
        return Q(plate_norm=pattern)
    is_alike = match == Match.ALIKE
    if is_alike and not has_wildcard:
        return Q(plate_folded=fold(pattern))
    if not has_wildcard:
        pattern = f"%{pattern}%"
    plates = plates_like(pattern, alike=is_alike)
    if plates is not None:
        return Q(plate_norm__in=plates)
    return Q(plate_folded__like=fold(pattern)) if is_alike else Q(plate_norm__like=pattern)


class DetectionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What can be asked for in an address, by people and by programs."""

    plate = django_filters.CharFilter(method="filter_plate", label=_("Plate"), widget=PLATE, max_length=40)
    match = django_filters.ChoiceFilter(
        method="filter_match", label=_("What is typed"), choices=Match.choices, empty_label=None
    )
    camera = CameraFilter(queryset=visible_cameras, label=_("Camera"), empty_label=_("all"))
    has_plate = django_filters.ChoiceFilter(
        method="filter_has_plate",
        label=_("Plate read"),
        choices=(("true", _("yes")), ("false", _("no"))),
        empty_label=_("all"),
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices, empty_label=_("all"))
    brand = OccurringFilter("brand", label=_("Brand"), choices=brands)
    color = OccurringFilter("color", label=_("Color"), choices=colors)
    direction = django_filters.ChoiceFilter(label=_("Direction"), choices=Direction.choices, empty_label=_("all"))
    confidence = django_filters.NumberFilter(
        "confidence", "gte", label=_("Confidence at least"), min_value=0, max_value=1, widget=SHARE
    )
    tag = OccurringFilter(method="filter_tag", label=_("Tag of the plate"), choices=tags)
    since = django_filters.IsoDateTimeFilter("first_seen", "gte", label=_("From"), widget=LOCAL_TIME)
    until = django_filters.IsoDateTimeFilter("first_seen", "lte", label=_("Until"), widget=LOCAL_TIME)
    after = django_filters.NumberFilter("id", "gt")
    updated_after = django_filters.IsoDateTimeFilter("updated_at", "gt")

    class Meta:
        model = Detection
        fields: tuple[str, ...] = ()
        form = SearchForm

    def filter_plate(self, rows: QuerySet[Detection], name: str, typed: str) -> QuerySet[Detection]:
        return rows.filter(plate_condition(typed, self.form.cleaned_data.get("match") or Match.CONTAINS))

    def filter_match(self, rows: QuerySet[Detection], name: str, match: str) -> QuerySet[Detection]:
        """Says how ``plate`` is compared; alone it means nothing."""
        return rows

    def filter_has_plate(self, rows: QuerySet[Detection], name: str, wanted: str) -> QuerySet[Detection]:
        return rows.exclude(plate_norm="") if wanted == "true" else rows.filter(plate_norm="")

    def filter_tag(self, rows: QuerySet[Detection], name: str, tag: str) -> QuerySet[Detection]:
        return rows.filter(plate_norm__in=list(PlateTag.objects.filter(name=tag).values_list("plate", flat=True)))

    def refused(self, also_known: Iterable[str] = ()) -> list[str]:
        """In words, each filter that could not be used; the others were."""
        words = [
            f"{self.form.fields[name].label}: {' '.join(map(str, errors))}" for name, errors in self.form.errors.items()
        ]
        unknown = sorted(set(self.data) - set(self.filters) - set(also_known)) if self.data else []
        return words + [said("“%(name)s”: there is no such filter.") % {"name": name} for name in unknown]


class ListFilter(DetectionFilter):
    """The filters of the list page, and its order."""

    sort = django_filters.ChoiceFilter(
        method="filter_sort", label=_("Order"), choices=SORTS, empty_label=_("newest first")
    )

    def filter_sort(self, rows: QuerySet[Detection], name: str, sort: str) -> QuerySet[Detection]:
        """The order belongs to the paging."""
        return rows
