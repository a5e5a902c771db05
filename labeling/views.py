"""The pages of the dataset: samples as grid and table, one sample, many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, HttpResponseNotModified, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action as Seen
from cameras.rights import is_staff, visible_cameras
from detections import retention
from detections.models import Detection
from labeling import desk
from labeling.answers import Answer, Refused, give_many, undo
from labeling.choices import Action, State
from labeling.labelers import LabelerRequest, labelers_only
from labeling.models import PICTURES, DatasetSettings, Sample
from labeling.paging import page_of
from labeling.payload import corners_of
from labeling.pick import CannotPick, pick
from labeling.search import SampleFilter

SHOWN = ("plate", "state", "camera", "since", "until", "sort")
MORE = ("confidence", "uncertainty", "brand", "color", "disagreement", "reason", "labeler")
VIEWS = ("grid", "table")
MOST = 1000
"""Samples that one bulk action may change."""
PICTURE_CACHE = "private, max-age=31536000, immutable"


@require_safe
@labelers_only
def sample_list(request: LabelerRequest) -> HttpResponse:
    search = SampleFilter(request.GET, queryset=desk.visible_samples(request.user), request=request)
    sort = search.form.cleaned_data.get("sort", "") if search.form.is_valid() else ""
    page = page_of(search.qs, sort, older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    kept = kept_query(request.GET)
    if kept.get("plate"):
        record(request, Seen.SEARCH, request.get_full_path(), str(kept["plate"]))
    without_view = kept.copy()
    without_view.pop("view", None)
    view = request.GET.get("view", "grid")
    context = {
        "search": search,
        "page": page,
        "samples": [shown_sample(row) for row in page.rows],
        "shown": SHOWN,
        "more": MORE,
        "more_is_used": any(kept.get(name) for name in MORE),
        "kept": kept.urlencode(),
        "without_view": without_view.urlencode(),
        "is_filtered": any(value for name, value in without_view.items() if name != "sort"),
        "view": view if view in VIEWS else "grid",
        "mode": DatasetSettings.now(),
        "undo": request.GET.get("undo", ""),
        "most": MOST,
        "may_delete": is_staff(request.user),
    }
    return render(request, "labeling/sample_list.html", context)


def kept_query(asked: QueryDict) -> QueryDict:
    kept = asked.copy()
    for name in ("older", "newer", "undo"):
        kept.pop(name, None)
    for name in [name for name, value in kept.items() if not value]:
        kept.pop(name)
    return kept


def shown_sample(row: Sample) -> dict[str, Any]:
    """A sample with what the templates draw over its picture: corners in percent of the frame."""
    corners = corners_of(row)
    is_changed = bool(row.true_text) and row.true_text != row.text
    return {
        "row": row,
        "text": row.true_text or row.text,
        "read": row.text if is_changed else "",
        "characters": "" if is_changed else " ".join(map(str, row.char_confidences)),
        "brand": row.true_brand or row.brand,
        "color": row.true_color or row.color,
        "outline": " ".join(f"{x:g},{y:g}" for x, y in corners) if corners and row.width else "",
    }


@require_safe
@labelers_only
def sample_detail(request: LabelerRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(desk.visible_samples(request.user).select_related("detection", "camera"), pk=pk)
    record(request, Seen.VIEW, request.path, row.true_text or row.text)
    labels = list(row.labels.select_related("by").order_by("-at", "-id"))
    last = next((label for label in labels if label.action != Action.UNDO and not label.undone), None)
    context = {
        "sample": shown_sample(row),
        "row": row,
        "labels": labels,
        "undo": last.batch if last and last.by_id == request.user.pk else "",
        "alike": [
            shown_sample(other)
            for other in desk.visible_samples(request.user).filter(group=row.group).exclude(pk=pk)[:12]
            if row.group
        ],
    }
    return render(request, "labeling/sample_detail.html", context)


@require_safe
@labelers_only
def picture(request: LabelerRequest, pk: int, kind: str) -> HttpResponseBase:
    """A picture of a sample never changes, so its name is its ETag and it may be kept for ever."""
    row = get_object_or_404(desk.visible_samples(request.user), pk=pk)
    name = getattr(row, kind).name if kind in PICTURES else ""
    if not name:
        raise Http404(_("There is no such picture."))
    headers = {"ETag": f'"{name}"', "Cache-Control": PICTURE_CACHE, "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponseNotModified(headers=headers)
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except (FileNotFoundError, IsADirectoryError):
        raise Http404(_("There is no such picture; it was removed.")) from None
    kind_of = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(content, content_type=kind_of, headers=headers)


@require_POST
@labelers_only
def bulk(request: LabelerRequest) -> HttpResponse:
    """One action on the samples that were selected, or on all that the filters find."""
    query = kept_query(QueryDict(request.POST.get("query", ""), mutable=True))
    back = f"{reverse('labeling:list')}?{query.urlencode()}"
    rows = desk.visible_samples(request.user)
    if request.POST.get("all"):
        rows = SampleFilter(query, queryset=rows, request=request).qs
    else:
        rows = rows.filter(pk__in=[int(pk) for pk in request.POST.getlist("sample") if pk.isdecimal()])
    wanted = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    action = request.POST.get("action", "")
    if not wanted:
        messages.error(request, _("Select samples first."))
    elif len(wanted) > MOST:
        messages.error(request, _("These are more than %(most)d; narrow the filters.") % {"most": MOST})
    elif action == "delete":
        delete(request, wanted)
    elif action in State.values:
        return redirect(f"{back}&undo={judge(request, wanted, State(action))}")
    else:
        messages.error(request, _("Choose what to do with them."))
    return redirect(back)


def delete(request: LabelerRequest, wanted: list[int]) -> None:
    if not is_staff(request.user):
        raise PermissionDenied(_("Only staff delete samples."))
    gone = retention.delete(Sample.objects.filter(pk__in=wanted), PICTURES)
    words = ngettext("%(count)d sample is deleted with its pictures.", "%(count)d samples are deleted.", gone)
    messages.success(request, words % {"count": gone})


def judge(request: LabelerRequest, wanted: list[int], state: State) -> str:
    """The batch, for an undo. A read can be called correct only where something was read."""
    fitting = Sample.objects.filter(pk__in=wanted)
    if state in (State.CORRECT, State.CORRECTED):
        fitting = fitting.exclude(text="")
    given = give_many(request.user, list(fitting.values_list("pk", flat=True)), Answer(state))
    changed = len(given.samples)
    words = ngettext("%(count)d sample is now: %(state)s.", "%(count)d samples are now: %(state)s.", changed)
    messages.success(request, words % {"count": changed, "state": state.label})
    if changed < len(wanted):
        left = _("%(count)d were left as they are: somebody is looking at them, or nothing was read there.")
        messages.warning(request, left % {"count": len(wanted) - changed})
    return given.batch if changed else ""


@require_POST
@labelers_only
def pick_detection(request: LabelerRequest, pk: int) -> HttpResponse:
    """From a detection's page to its sample on the labeling page; kept now if it was not kept before."""
    detection = get_object_or_404(Detection.objects.filter(camera__in=visible_cameras(request.user)), pk=pk)
    try:
        sample = pick(detection)
    except CannotPick as error:
        messages.error(request, str(error))
        return redirect("labeling:list")
    return redirect(f"{reverse('labeling:desk')}?sample={sample.pk}")


@require_POST
@labelers_only
def undo_batch(request: LabelerRequest) -> HttpResponse:
    try:
        rows = undo(request.user, request.POST.get("batch", ""))
        words = ngettext("%(count)d sample is as it was before.", "%(count)d samples are as before.", len(rows))
        messages.success(request, words % {"count": len(rows)})
    except Refused as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    return redirect(back if back.startswith(reverse("labeling:list")) else "labeling:list")
