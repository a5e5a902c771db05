"""Finding samples: the filters of the dataset's list."""

from __future__ import annotations

import django_filters
from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet, TextChoices
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from detections.search import LOCAL_TIME, PLATE, SHARE, CameraFilter, SearchForm, pattern_of, visible_cameras
from labeling import vocabulary
from labeling.choices import JUDGED, OPEN, TEXT_IS_KNOWN, Reason, Review, State
from labeling.models import Sample
from labeling.paging import SORTS


class Disagreement(TextChoices):
    """Who says something else than who."""

    LOOKS = "looks", _("the looks among each other")
    MODEL = "model", _("a person and the model")
    PEOPLE = "people", _("two people, not settled")


MANY = {"open": OPEN, "judged": JUDGED}
STATES = (("open", _("not judged")), ("judged", _("judged")), *State.choices)


def named(values: list[str]) -> list[tuple[str, str]]:
    return [(value, said(value)) for value in values]


class SampleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What can be asked for in the address of the list."""

    plate = django_filters.CharFilter(method="filter_plate", label=_("Plate"), widget=PLATE, max_length=40)
    state = django_filters.ChoiceFilter(method="filter_state", label=_("State"), choices=STATES, empty_label=_("all"))
    camera = CameraFilter(queryset=visible_cameras, label=_("Camera"), empty_label=_("all"))
    since = django_filters.IsoDateTimeFilter("captured_at", "gte", label=_("From"), widget=LOCAL_TIME)
    until = django_filters.IsoDateTimeFilter("captured_at", "lte", label=_("Until"), widget=LOCAL_TIME)
    sort = django_filters.ChoiceFilter(
        method="filter_sort", label=_("Order"), choices=SORTS, empty_label=_("newest first")
    )
    confidence = django_filters.NumberFilter(
        "confidence", "lte", label=_("Confidence at most"), min_value=0, max_value=1, widget=SHARE
    )
    uncertainty = django_filters.NumberFilter(
        "uncertainty", "gte", label=_("Uncertainty at least"), min_value=0, max_value=1, widget=SHARE
    )
    brand = django_filters.ChoiceFilter(
        method="filter_attribute", label=_("Brand"), choices=lambda: named(vocabulary.brands()), empty_label=_("all")
    )
    color = django_filters.ChoiceFilter(
        method="filter_attribute", label=_("Color"), choices=lambda: named(vocabulary.colors()), empty_label=_("all")
    )
    disagreement = django_filters.ChoiceFilter(
        method="filter_disagreement",
        label=_("Disagreement"),
        choices=Disagreement.choices,
        empty_label=_("any or none"),
    )
    reason = django_filters.ChoiceFilter(label=_("Kept because"), choices=Reason.choices, empty_label=_("all"))
    labeler = django_filters.ModelChoiceFilter(
        "labeled_by",
        label=_("Labeler"),
        queryset=lambda request: User.objects.filter(labeled_samples__isnull=False).distinct(),
        empty_label=_("all"),
    )
    group = django_filters.CharFilter("group", max_length=36)
    visit = django_filters.CharFilter("visit", max_length=64)

    class Meta:
        model = Sample
        fields: tuple[str, ...] = ()
        form = SearchForm

    def filter_plate(self, rows: QuerySet[Sample], name: str, typed: str) -> QuerySet[Sample]:
        pattern = pattern_of(typed)
        if not set(pattern) & set("_%"):
            pattern = f"%{pattern}%"
        return rows.filter(Q(text__like=pattern) | Q(true_text__like=pattern))

    def filter_state(self, rows: QuerySet[Sample], name: str, state: str) -> QuerySet[Sample]:
        return rows.filter(state__in=MANY.get(state, (state,)))

    def filter_attribute(self, rows: QuerySet[Sample], name: str, value: str) -> QuerySet[Sample]:
        """What people say counts; where nobody has said anything, the model."""
        return rows.filter(Q(**{f"true_{name}": value}) | Q(**{f"true_{name}": "", name: value}))

    def filter_disagreement(self, rows: QuerySet[Sample], name: str, kind: str) -> QuerySet[Sample]:
        if kind == Disagreement.LOOKS:
            return rows.exclude(others=[])
        if kind == Disagreement.PEOPLE:
            return rows.filter(review=Review.DISPUTED)
        other_text = Q(state__in=TEXT_IS_KNOWN) & ~Q(true_text=F("text"))
        return rows.filter(other_text | Q(state__in=(State.WRONG, State.NOT_A_PLATE)))

    def filter_sort(self, rows: QuerySet[Sample], name: str, sort: str) -> QuerySet[Sample]:
        """The order belongs to the paging."""
        return rows
