"""The page where staff answer people who ask what is known of their plate."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cameras.rights import is_staff
from inference.plate_format import normalize
from labeling.dossier import Dossier, erase, find, near_plates, write_zip
from labeling.models import PrivacyRecord, Purge
from labeling.privacy_log import check_reference, note
from labeling.privacy_models import Act

SHOWN = 20
PART = 1 << 18


class PlateForm(forms.Form):
    """``also`` are further texts that mean the same vehicle; ``again`` guards against erasing another one."""

    plate = forms.CharField(label=gettext_lazy("Plate"), max_length=30)
    also = forms.CharField(label=gettext_lazy("Also read as"), max_length=300, required=False)
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=60, required=False)
    again = forms.CharField(label=gettext_lazy("The plate once more"), max_length=30, required=False)
    act = forms.ChoiceField(choices=[(name, name) for name in ("find", "export", "erase")])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        texts = [values.get("plate", ""), *values.get("also", "").replace(",", " ").split()]
        try:
            self.dossier = find(texts)
        except ValueError as error:
            raise forms.ValidationError({"plate": str(error)}) from error
        try:
            check_reference(values.get("reference", ""), self.dossier.plates)
        except ValueError as error:
            self.add_error("reference", str(error))
        if values.get("act") == "erase" and normalize(values.get("again", "")) != self.dossier.plates[0]:
            self.add_error("again", _("Write the plate once more to erase everything about it."))
        return values


def privacy(request: HttpRequest) -> HttpResponseBase:
    """What is asked is posted, never part of an address: addresses end up in logs."""
    if not is_staff(request.user):
        raise PermissionDenied(_("Only staff may do this."))
    assert isinstance(request.user, User)
    form = PlateForm(request.POST if request.method == "POST" else None)
    told: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values, dossier = form.cleaned_data, form.dossier
        if values["act"] == "export":
            return as_download(dossier, request.user, values["reference"])
        if values["act"] == "erase":
            gone = erase(dossier)
            note(Act.ERASED, request.user, values["reference"], counts=gone)
            told = {"erased": sum(gone.values())}
            form = PlateForm()
        else:
            note(Act.FOUND, request.user, values["reference"], counts=dossier.counts())
    if form.is_bound and "plate" not in form.errors:
        told |= findings(form.dossier)
    records, purges = PrivacyRecord.objects.select_related("by")[:SHOWN], Purge.objects.all()[:SHOWN]
    return render(request, "labeling/privacy.html", {"form": form, "records": records, "purges": purges, **told})


def findings(dossier: Dossier) -> dict[str, Any]:
    counts = dossier.counts()
    labels = {part.kind: part.label for part in dossier.parts} | {"exports": _("dataset exports on this machine")}
    rows = [(labels[kind], count) for kind, count in counts.items() if count]
    near = [(text, count) for text, count in near_plates(dossier.plates[0]) if text not in dossier.plates]
    return {"found": rows, "near": near, "is_found": True}


def as_download(dossier: Dossier, user: User, reference: str) -> HttpResponse | StreamingHttpResponse:
    """The zip is written to disk and sent in parts: there may be many pictures."""
    file = tempfile.NamedTemporaryFile(suffix=".zip")  # noqa: SIM115  # closed, and so deleted, by what sends it
    counts = write_zip(dossier, Path(file.name))
    note(Act.EXPORTED, user, reference, counts=counts)
    headers = {"Content-Disposition": 'attachment; filename="plate-data.zip"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(parts_of(file), content_type="application/zip", headers=headers)


async def parts_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while part := await asyncio.to_thread(file.read, PART):
            yield part
    finally:
        file.close()
