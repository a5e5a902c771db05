"""The same misread many times: corrected at once, after a look at what would change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from inference.plate_format import normalize
from labeling import desk
from labeling.answers import Answer, give_many
from labeling.choices import OPEN, State
from labeling.labelers import LabelerRequest, labelers_only
from labeling.models import Sample
from labeling.views import shown_sample

MOST = 200
"""Samples that one correction shows and changes."""
SUGGESTED = 20


class MisreadForm(forms.Form):
    """``read`` is what the model says, ``write`` what the plate says."""

    read = forms.CharField(label=_("The model reads"), max_length=30)
    write = forms.CharField(label=_("The plate says"), max_length=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control", "autocapitalize": "characters", "spellcheck": "false"}

    def clean_read(self) -> str:
        return self._plate("read")

    def clean_write(self) -> str:
        return self._plate("write")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("read") and found.get("read") == found.get("write"):
            self.add_error("write", _("This is what the model reads already."))
        return found

    def _plate(self, name: str) -> str:
        text = normalize(self.cleaned_data[name])
        if not 1 <= len(text) <= 20:
            raise forms.ValidationError(_("Write 1 to 20 letters and digits."))
        return text


@require_http_methods(["GET", "HEAD", "POST"])
@labelers_only
def misreads(request: LabelerRequest) -> HttpResponse:
    """GET shows what would change, POST changes the samples that are ticked."""
    is_asked = any(name in request.GET for name in ("read", "write"))
    form = MisreadForm(request.POST if request.method == "POST" else request.GET if is_asked else None)
    waiting: list[Sample] = []
    if form.is_bound and form.is_valid():
        rows = misread_samples(request.user, form.cleaned_data["read"])
        if request.method == "POST":
            chosen = [int(pk) for pk in request.POST.getlist("sample") if pk.isdecimal()]
            picked = list(rows.filter(pk__in=chosen).values_list("pk", flat=True)[:MOST])
            given = give_many(request.user, picked, Answer(State.CORRECTED, form.cleaned_data["write"]))
            return redirect(f"{reverse('labeling:misreads')}?done={len(given.samples)}&undo={given.batch}")
        waiting = list(rows.order_by("-captured_at", "-id")[: MOST + 1])
    context = {
        "form": form,
        "samples": [shown_sample(row) for row in waiting[:MOST]],
        "has_more": len(waiting) > MOST,
        "most": MOST,
        "is_asked": form.is_bound and form.is_valid(),
        "suggestions": suggestions(request.user),
        "done": request.GET.get("done", ""),
        "undo": request.GET.get("undo", ""),
    }
    return render(request, "labeling/misreads.html", context)


def misread_samples(user: User, read: str) -> QuerySet[Sample]:
    return desk.visible_samples(user).filter(text=read, state__in=OPEN)


def suggestions(user: User) -> list[dict[str, Any]]:
    """Misreads that people have corrected and that wait elsewhere, the most frequent first."""
    corrected = desk.visible_samples(user).filter(state=State.CORRECTED).exclude(text="").exclude(text=F("true_text"))
    pairs = list(corrected.values("text", "true_text").annotate(times=Count("id")).order_by("-times", "text")[:200])
    waiting = misread_counts(user, [pair["text"] for pair in pairs])
    found = [{**pair, "waiting": waiting[pair["text"]]} for pair in pairs if pair["text"] in waiting]
    return found[:SUGGESTED]


def misread_counts(user: User, texts: list[str]) -> dict[str, int]:
    rows = desk.visible_samples(user).filter(text__in=texts, state__in=OPEN)
    return dict(rows.order_by().values_list("text").annotate(times=Count("id")))
