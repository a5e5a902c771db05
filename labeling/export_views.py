"""The page of dataset exports: order one, watch it grow, take it away, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.rights import is_staff
from labeling.export_jobs import ask, remove, samples_for
from labeling.export_models import DatasetExport, Progress
from labeling.jobs import cancel
from labeling.labelers import LabelerRequest, labelers_only

SHOWN = 30
PART = 1 << 18


class ExportForm(forms.Form):
    only_verified = forms.BooleanField(
        label=gettext_lazy("Only samples that a person has judged"), required=False, initial=True
    )
    blur_others = forms.BooleanField(
        label=gettext_lazy("Make the other plates in the pictures illegible"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Every picture is searched for plates: that takes about ten times as long. Without it the detector learns"
            " that plates which nobody labeled are background."
        ),
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Under which others may use the pictures; it goes into the dataset card."),
    )


@labelers_only
def exports(request: LabelerRequest) -> HttpResponse:
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if samples_for(request.user, only_verified=form.cleaned_data["only_verified"]).exists():
            ask(request.user, **form.cleaned_data)
            return redirect("labeling:exports")
        form.add_error("only_verified", _("There is no such sample with its picture: label some first."))
    rows = visible_exports(request.user).select_related("asked_by")[:SHOWN]
    context = {
        "form": form,
        "exports": rows,
        "is_busy": any(row.is_open for row in rows),
        "judged": samples_for(request.user).count(),
    }
    return render(request, "labeling/exports.html", context)


@require_safe
@labelers_only
def download(request: LabelerRequest, pk: int) -> HttpResponseBase:
    export = get_object_or_404(visible_exports(request.user), pk=pk, progress=Progress.DONE)
    if not export.path.is_file():
        raise Http404(_("The file is no longer there: old exports are deleted. Order the export again."))
    record(request, Action.EXPORT, request.get_full_path())
    headers = {
        "Content-Length": str(export.path.stat().st_size),
        "Content-Disposition": f'attachment; filename="{export.file_name}"',
    }
    return StreamingHttpResponse(parts_of(export.path), content_type="application/zip", headers=headers)


@require_POST
@labelers_only
def cancel_export(request: LabelerRequest, pk: int) -> HttpResponse:
    cancel(get_object_or_404(visible_exports(request.user), pk=pk))
    return redirect("labeling:exports")


@require_POST
@labelers_only
def delete_export(request: LabelerRequest, pk: int) -> HttpResponse:
    remove(get_object_or_404(visible_exports(request.user), pk=pk))
    return redirect("labeling:exports")


def visible_exports(user: User) -> QuerySet[DatasetExport]:
    """Staff see all, others their own."""
    rows = DatasetExport.objects.all()
    return rows if is_staff(user) else rows.filter(asked_by=user)


async def parts_of(path: Path) -> AsyncIterator[bytes]:
    """Asynchronous: the server would otherwise read a whole file into memory before its first byte goes out."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while part := await asyncio.to_thread(file.read, PART):
            yield part
    finally:
        file.close()
