"""Searches that a person has named: kept, and taken away again."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from detections.models import SavedSearch
from detections.search import ListFilter


class SaveForm(forms.Form):
    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=1000, required=False)

    def clean_query(self) -> str:
        """Filters that exist, without the place in the pages."""
        asked = QueryDict(self.cleaned_data["query"])
        kept = QueryDict(mutable=True)
        for name, values in asked.lists():
            if name in ListFilter.base_filters:
                kept.setlist(name, [value for value in values if value])
        return kept.urlencode()


@require_POST
def save_search(request: HttpRequest) -> HttpResponse:
    """A second search of the same name takes the place of the first."""
    form = SaveForm(request.POST)
    address = reverse("detections:list")
    if not form.is_valid():
        reasons = [str(reason) for reasons in form.errors.values() for reason in reasons]
        messages.error(request, _("The search is not saved: %(why)s") % {"why": " ".join(reasons)})
        return redirect(f"{address}?{QueryDict(request.POST.get('query', '')).urlencode()}")
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    SavedSearch.objects.update_or_create(user_id=cast("int", request.user.pk), name=name, defaults={"query": query})
    messages.success(request, _("Saved as “%(name)s”.") % {"name": name})
    return redirect(f"{address}?{query}")


@require_POST
def delete_search(request: HttpRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(SavedSearch, user=request.user.pk, pk=pk)
    search.delete()
    messages.success(request, _("“%(name)s” is no longer among your searches.") % {"name": search.name})
    return redirect(f"{reverse('detections:list')}?{search.query}")
