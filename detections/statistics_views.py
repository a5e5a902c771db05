"""The statistics page: a period, a camera or all of them, and charts with their numbers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cameras.models import Camera
from detections.search import visible_cameras
from detections.statistics import MOST_DAYS, Period, statistics

USUAL_DAYS = 7
SPANS = (
    (1, gettext_lazy("Today")),
    (7, gettext_lazy("7 days")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
)


def date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """What is wrong is said beside its field and replaced by the usual."""

    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=date_input())
    until = forms.DateField(label=gettext_lazy("Until, inclusive"), required=False, widget=date_input())
    camera = forms.ModelChoiceField(
        label=gettext_lazy("Camera"),
        queryset=Camera.objects.none(),
        required=False,
        empty_label=gettext_lazy("all"),
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, data: Any, cameras: QuerySet[Camera], today: date) -> None:
        last = {"until": today.isoformat(), "since": (today - timedelta(days=USUAL_DAYS - 1)).isoformat()}
        super().__init__({**last, **{name: data[name] for name in data}})
        self.today = today
        self.fields["camera"].queryset = cameras  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = found.get("since"), found.get("until")
        if since and until and since > until:
            self.add_error("until", _("This is before “From”."))
        elif since and until and (until - since).days >= MOST_DAYS:
            self.add_error(
                "since", _("At most %(days)d days at once; the last of them are shown.") % {"days": MOST_DAYS}
            )
        return found

    def period(self) -> Period:
        """Whole days in the viewer's zone, whatever was asked for."""
        until = self.cleaned_data.get("until") or self.cleaned_data.get("since") or self.today
        until = min(until, self.today + timedelta(days=1))
        earliest = until - timedelta(days=MOST_DAYS - 1)
        usual = earliest if "since" in self.errors else until - timedelta(days=USUAL_DAYS - 1)
        since = max(self.cleaned_data.get("since") or usual, earliest)
        return Period(midnight(min(since, until)), midnight(until + timedelta(days=1)))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    cameras = visible_cameras(request)
    today = timezone.localdate()
    form = PeriodForm(request.GET.dict(), cameras, today)
    form.is_valid()
    chosen = form.cleaned_data.get("camera")
    period = form.period()
    context = {
        "form": form,
        "period": period,
        "last_day": period.until - timedelta(days=1),
        "zone": timezone.get_current_timezone_name(),
        "spans": [(label, (today - timedelta(days=days - 1)).isoformat(), today.isoformat()) for days, label in SPANS],
        "chosen": chosen,
        **statistics(period, [chosen] if chosen else list(cameras)),
    }
    return render(request, "detections/statistics.html", context)
