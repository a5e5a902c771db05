"""One plate's page, and the notes and tags that people put on plates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.rights import is_staff
from detections import plates
from detections.messages import detection_payload
from detections.models import PlateNote, PlateTag
from detections.paging import page_of
from detections.search import visible_detections
from inference.plate_format import normalize

KEPT: dict[str, type[PlateNote | PlateTag]] = {"notes": PlateNote, "tags": PlateTag}


class NoteForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = PlateNote
        fields = ("text",)
        widgets = {"text": forms.Textarea({"rows": 2, "class": "form-control", "maxlength": 1000})}


class TagForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tag"), max_length=30, widget=forms.TextInput({"class": "form-control", "list": "tags"})
    )

    def clean_name(self) -> str:
        """Small letters and single spaces, so that one word is one tag."""
        return " ".join(str(self.cleaned_data["name"]).lower().split())


@require_safe
def plate_page(request: HttpRequest, text: str) -> HttpResponse:
    plate = normalize(text)
    if plate and plate != text:
        return redirect("detections:plate", plate, permanent=False)
    record(request, Action.VIEW, request.path, plate)
    return show_plate(request, plate)


def show_plate(
    request: HttpRequest, plate: str, *, note: NoteForm | None = None, tag: TagForm | None = None
) -> HttpResponse:
    visible = visible_detections(request.user)
    rows = visible.filter(plate_norm=plate)
    summary = plates.summary(rows)
    alike = plates.neighbours(plate, visible)
    if not plate or not summary["count"]:
        return render(request, "detections/plate_unknown.html", {"plate": plate, "alike": alike}, status=404)
    page = page_of(rows, older=request.GET.get("older", ""), newer=request.GET.get("newer", ""), size=12)
    context: dict[str, Any] = {
        "plate": plate,
        "latest": page.rows[0] if page.rows else None,
        "summary": summary,
        "cameras": plates.cameras_of(rows),
        "heat_map": plates.heat_map(rows, timezone.get_current_timezone()),
        "zone": timezone.get_current_timezone_name(),
        "hours": range(24),
        "pictures": [detection_payload(row) for row in plates.pictures_of(rows)],
        "alike": alike,
        "page": page,
        "detections": [detection_payload(row) for row in page.rows],
        "notes": PlateNote.objects.filter(plate=plate).select_related("author"),
        "tags": PlateTag.objects.filter(plate=plate).select_related("author"),
        "known_tags": PlateTag.objects.order_by("name").values_list("name", flat=True).distinct()[:100],
        "note_form": note or NoteForm(),
        "tag_form": tag or TagForm(),
        "may_remove_all": is_staff(request.user),
    }
    failed = (note and note.errors) or (tag and tag.errors)
    return render(request, "detections/plate_detail.html", context, status=400 if failed else 200)


def visible_plate(request: HttpRequest, text: str) -> str:
    """Raises ``Http404`` when no detection of the plate may be seen: nobody learns of a plate by writing about it."""
    get_object_or_404(visible_detections(request.user).filter(plate_norm=normalize(text)).exclude(plate_norm="")[:1])
    return normalize(text)


@require_POST
def add_note(request: HttpRequest, text: str) -> HttpResponse:
    plate = visible_plate(request, text)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show_plate(request, plate, note=form)
    form.instance.plate = plate
    form.instance.author_id = request.user.pk
    form.save()
    messages.success(request, _("The note is kept."))
    return redirect("detections:plate", plate)


@require_POST
def add_tag(request: HttpRequest, text: str) -> HttpResponse:
    plate = visible_plate(request, text)
    form = TagForm(request.POST)
    if not form.is_valid():
        return show_plate(request, plate, tag=form)
    PlateTag.objects.get_or_create(plate=plate, name=form.cleaned_data["name"], defaults={"author_id": request.user.pk})
    return redirect("detections:plate", plate)


@require_POST
def remove(request: HttpRequest, text: str, what: str, pk: int) -> HttpResponse:
    """A note or a tag; by who put it there, or by staff."""
    plate = visible_plate(request, text)
    row: Any = get_object_or_404(KEPT[what]._default_manager.all(), plate=plate, pk=pk)
    if row.author_id != request.user.pk and not is_staff(request.user):
        raise PermissionDenied
    row.delete()
    return redirect("detections:plate", plate)
