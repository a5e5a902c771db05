"""The pages of registered plates: lists, plates, import with a dry run, export, and what a text would match."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.rights import visible_cameras
from detections import registry, registry_csv
from detections.messages import detection_payload
from detections.models import Detection
from detections.registry_forms import ImportForm, PlateListForm, RegisteredPlateForm
from detections.registry_models import PlateList, RegisteredPlate
from inference.plate_format import normalize

PAGE_SIZE = 100
SHOWN_ROWS = 200
SEEN_ROWS = 6
MAY_SEE = permission_required("detections.view_registeredplate", raise_exception=True)


@require_safe
@MAY_SEE
def registry_page(request: HttpRequest) -> HttpResponse:
    """All lists, plates found by text or owner, and which plate a text would be taken for."""
    typed = request.GET.get("q", "").strip()
    if typed:
        record(request, Action.SEARCH, request.get_full_path(), typed)
    context: dict[str, Any] = {
        "lists": PlateList.objects.annotate(count=Count("plates")),
        "typed": typed,
        "found": found(RegisteredPlate.objects.all(), typed)[:50] if typed else (),
        "taken": registry.match(typed) if typed else None,
    }
    return render(request, "registry/index.html", context)


def found(rows: QuerySet[RegisteredPlate], typed: str) -> QuerySet[RegisteredPlate]:
    text = normalize(typed)
    wanted = Q(owner__icontains=typed) | Q(note__icontains=typed)
    if text:
        wanted |= Q(plate_norm__contains=text)
    return rows.filter(wanted).select_related("list")


@require_safe
@MAY_SEE
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    plates = get_object_or_404(PlateList, pk=pk)
    typed = request.GET.get("q", "").strip()
    record(request, Action.SEARCH if typed else Action.VIEW, request.get_full_path(), typed)
    rows = plates.plates.select_related("list").prefetch_related("cameras")
    rows = found(rows, typed) if typed else rows
    page = Paginator(rows.order_by("plate_norm", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "registry/list.html", {"plates": plates, "page": page, "typed": typed})


@permission_required("detections.add_platelist", raise_exception=True)
def list_new(request: HttpRequest) -> HttpResponse:
    return list_form(request, PlateListForm(request.POST or None), _("New list"))


@permission_required("detections.change_platelist", raise_exception=True)
def list_edit(request: HttpRequest, pk: int) -> HttpResponse:
    plates = get_object_or_404(PlateList, pk=pk)
    return list_form(request, PlateListForm(request.POST or None, instance=plates), plates.name)


def list_form(request: HttpRequest, form: PlateListForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(request, "registry/form.html", {"form": form, "title": title, "back": form.instance})


@require_POST
@permission_required("detections.delete_platelist", raise_exception=True)
def list_delete(request: HttpRequest, pk: int) -> HttpResponse:
    plates = get_object_or_404(PlateList, pk=pk)
    messages.success(request, _("The list {name} and its plates are gone.").format(name=plates.name))
    plates.delete()
    return redirect("detections:registry")


@require_safe
@MAY_SEE
def plate_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One registered plate, the texts that would count as it, and when it was seen."""
    entry = get_object_or_404(RegisteredPlate.objects.select_related("list"), pk=pk)
    record(request, Action.VIEW, request.path, entry.plate_text)
    seen = Detection.objects.filter(registered=entry, camera__in=visible_cameras(request.user)).select_related("camera")
    context = {
        "entry": entry,
        "misreads": registry.misreads(entry),
        "rivals": registry.rivals(entry),
        "detections": [detection_payload(row) for row in seen.order_by("-first_seen")[:SEEN_ROWS]],
    }
    return render(request, "registry/plate.html", context)


@permission_required("detections.add_registeredplate", raise_exception=True)
def plate_new(request: HttpRequest) -> HttpResponse:
    first = {"list": request.GET.get("list"), "plate_text": request.GET.get("plate", "")}
    form = RegisteredPlateForm(request.POST or None, initial=first, cameras=visible_cameras(request.user))
    return plate_form(request, form, _("New plate"))


@permission_required("detections.change_registeredplate", raise_exception=True)
def plate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(RegisteredPlate, pk=pk)
    form = RegisteredPlateForm(request.POST or None, instance=entry, cameras=visible_cameras(request.user))
    return plate_form(request, form, entry.plate_text)


def plate_form(request: HttpRequest, form: RegisteredPlateForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(request, "registry/form.html", {"form": form, "title": title, "back": form.instance})


@require_POST
@permission_required("detections.delete_registeredplate", raise_exception=True)
def plate_delete(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(RegisteredPlate.objects.select_related("list"), pk=pk)
    messages.success(request, _("{plate} is no longer registered.").format(plate=entry.plate_text))
    entry.delete()
    return redirect(entry.list)


@permission_required(("detections.add_registeredplate", "detections.change_registeredplate"), raise_exception=True)
def list_import(request: HttpRequest, pk: int) -> HttpResponse:
    """First what would happen, then, with the same text sent back, the import itself."""
    plates = get_object_or_404(PlateList, pk=pk)
    context: dict[str, Any] = {"plates": plates, "form": ImportForm(), "columns": registry_csv.COLUMNS}
    if request.method != "POST":
        return render(request, "registry/import.html", context)
    form = ImportForm(request.POST, request.FILES)
    is_confirmed = "text" in request.POST
    context["form"] = form
    if not is_confirmed and not form.is_valid():
        return render(request, "registry/import.html", context, status=422)
    try:
        text = request.POST["text"] if is_confirmed else registry_csv.text_of(form.cleaned_data["file"].read())
        wanted = registry_csv.plan(plates, text, visible_cameras(request.user))
    except registry_csv.UnreadableFileError as error:
        form.add_error("file", str(error))
        return render(request, "registry/import.html", context, status=422)
    if is_confirmed:
        registry_csv.execute(plates, wanted)
        done = _("{added} plates added, {changed} changed.").format(added=wanted.added, changed=wanted.changed)
        messages.success(request, done)
        return redirect(plates)
    shown = sorted(wanted.rows, key=lambda row: row.action != "error")[:SHOWN_ROWS]
    return render(request, "registry/import.html", {**context, "plan": wanted, "rows": shown, "text": text})


@require_safe
@MAY_SEE
def list_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    plates = get_object_or_404(PlateList, pk=pk)
    record(request, Action.EXPORT, request.path)
    name = slugify(plates.name) or f"list-{plates.pk}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    lines = list(registry_csv.export_lines(plates))
    return StreamingHttpResponse(iter(lines), content_type="text/csv; charset=utf-8", headers=headers)
