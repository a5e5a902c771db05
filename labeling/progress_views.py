"""The page that shows how far the labeling is and how good the models are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cameras.models import Camera
from cameras.rights import visible_cameras
from labeling import desk, progress
from labeling.choices import OPEN, Reason, State
from labeling.labelers import LabelerRequest, labelers_only
from labeling.models import Label, Sample


class ProgressForm(forms.Form):
    """Which samples the figures are of."""

    camera = forms.ModelChoiceField(Camera.objects.none(), required=False, label=_("Camera"), empty_label=_("all"))
    reason = forms.ChoiceField(choices=[("", _("all")), *Reason.choices], required=False, label=_("Kept because"))
    model = forms.ChoiceField(required=False, label=_("Models"))

    def __init__(self, data: Any, cameras: QuerySet[Camera], versions: list[str]) -> None:
        super().__init__(data)
        self.fields["camera"].queryset = cameras  # type: ignore[attr-defined]
        self.fields["model"].choices = [("", _("all")), *((name, name) for name in versions)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def rows(self, rows: QuerySet[Sample]) -> QuerySet[Sample]:
        """What cannot be used is left out, and said beside its field."""
        self.is_valid()
        chosen = {"camera": "camera", "reason": "reason", "model": "model_version"}
        used = {field: self.cleaned_data[name] for name, field in chosen.items() if self.cleaned_data.get(name)}
        return rows.filter(**used)


@require_safe
@labelers_only
def progress_page(request: LabelerRequest) -> HttpResponse:
    visible = desk.visible_samples(request.user)
    versions = list(visible.order_by("model_version").values_list("model_version", flat=True).distinct()[:50])
    form = ProgressForm(request.GET, visible_cameras(request.user), [name for name in versions if name])
    rows = form.rows(visible)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = Label.objects.filter(sample__in=rows, action__in=progress.WORK, undone=False)
    context = {
        "form": form,
        "total": rows.count(),
        "open": rows.filter(state__in=OPEN).count(),
        "pending": rows.filter(state=State.PENDING).count(),
        "today": done.filter(at__gte=today).count(),
        "states": progress.states(rows),
        "per_hour": progress.labels_per_hour(rows),
        "accuracy": progress.accuracy(rows),
        "by_camera": progress.accuracy_by(rows, "camera_name"),
        "by_brand": progress.accuracy_by(rows, "true_brand", ("", "unknown")),
        "by_hour": progress.accuracy_by_hour(rows),
        "brands": progress.named_right(rows, "brand"),
        "colors": progress.named_right(rows, "color"),
        "agreement": progress.agreement(rows),
    }
    return render(request, "labeling/progress.html", context)
