"""The page where staff bring in a dataset that another installation wrote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cameras.rights import is_staff
from labeling.export_models import DatasetImport
from labeling.import_jobs import MOST_PART, ask_import, receive, remove
from labeling.quota import DISK_RESERVE, disk_free

SHOWN = 30


class ImportForm(forms.Form):
    """What the page says of the zip before it sends the parts."""

    name = forms.CharField(max_length=200)
    size = forms.IntegerField(min_value=1)
    only_check = forms.BooleanField(label=gettext_lazy("Only check it, import nothing"), required=False)

    def clean_size(self) -> int:
        size: int = self.cleaned_data["size"]
        if size + DISK_RESERVE > disk_free():
            raise forms.ValidationError(_("The disk has no room for it."))
        return size


def staff_of(request: HttpRequest) -> User:
    if not is_staff(request.user):
        raise PermissionDenied(_("Only staff may do this."))
    assert isinstance(request.user, User)
    return request.user


def imports(request: HttpRequest) -> HttpResponse:
    """GET shows the imports; POST orders one and answers where its parts go."""
    user = staff_of(request)
    if request.method == "POST":
        form = ImportForm(request.POST)
        if not form.is_valid():
            said = [str(words) for errors in form.errors.values() for words in errors]
            return JsonResponse({"error": " ".join(said)}, status=400)
        values: dict[str, Any] = form.cleaned_data
        work = ask_import(user, values["name"], values["size"], only_check=values["only_check"])
        return JsonResponse({"part": reverse("labeling:import-part", args=[work.pk]), "most": MOST_PART})
    rows = list(DatasetImport.objects.select_related("asked_by")[:SHOWN])
    context = {"form": ImportForm(), "imports": rows, "is_busy": any(row.is_open and row.is_whole for row in rows)}
    return render(request, "labeling/imports.html", context)


@require_POST
def import_part(request: HttpRequest, pk: int) -> HttpResponse:
    """``at`` is where in the zip this part begins; the answer says how much of it is here."""
    work = get_object_or_404(DatasetImport, pk=pk, asked_by=staff_of(request))
    at = request.GET.get("at", "")
    if not at.isdecimal():
        return JsonResponse({"error": _("Say where the part begins.")}, status=400)
    return JsonResponse({"received": receive(work, int(at), request.body)})


@require_POST
def delete_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels it where it is still open."""
    staff_of(request)
    remove(get_object_or_404(DatasetImport, pk=pk))
    return redirect("labeling:imports")
