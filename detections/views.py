"""The live wall, the list of detections, and the pictures of all of them."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.models import Camera
from detections.export import FORMATS, export
from detections.messages import detection_payload, iso
from detections.models import SavedSearch
from detections.paging import page_of
from detections.record import replacement
from detections.search import ListFilter, visible_cameras, visible_detections
from detections.status import camera_states, newest_update

LIVE_ROWS = 30
SHOWN = ("plate", "match", "camera", "since", "until")
MORE = ("has_plate", "kind", "brand", "color", "direction", "confidence", "tag", "sort")
PLACE = ("older", "newer")
PICTURE_CACHE = "private, max-age=31536000, immutable"


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "detections/dashboard.html", {"cameras": camera_states(request.user), **live_list(request)})


def live_list(request: HttpRequest, camera: Camera | None = None) -> dict[str, Any]:
    """The newest rows, and the time from which the page goes on by itself."""
    rows = visible_detections(request.user)
    if camera is not None:
        rows = rows.filter(camera=camera)
    cursor = newest_update(request.user) or iso(timezone.now())
    detections = [detection_payload(row) for row in rows.order_by("-first_seen", "-id")[:LIVE_ROWS]]
    return {"detections": detections, "cursor": cursor}


@require_safe
def detection_list(request: HttpRequest) -> HttpResponse:
    search = ListFilter(request.GET, queryset=visible_detections(request.user), request=request)
    rows = search.qs
    older, newer = (request.GET.get(name, "") for name in PLACE)
    page = page_of(rows, older=older, newer=newer, sort=search.form.cleaned_data.get("sort") or "")
    kept = kept_filters(request.GET)
    if kept.get("plate") and not (older or newer):
        record(request, Action.SEARCH, request.get_full_path(), str(kept["plate"]))
    context = {
        "search": search,
        "refused": search.refused(also_known=PLACE),
        "page": page,
        "detections": [detection_payload(row) for row in page.rows],
        "shown": SHOWN,
        "more": MORE,
        "more_is_used": any(kept.get(name) or name in search.form.errors for name in MORE),
        "kept": kept.urlencode(),
        "is_filtered": any(name in kept for name in search.filters if name not in ("sort", "match")),
        "saved_searches": SavedSearch.objects.filter(user=request.user.pk),
    }
    return render(request, "detections/detection_list.html", context)


def kept_filters(asked: QueryDict) -> QueryDict:
    """What an address asks for, without the place in the pages and without what is left empty."""
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        filled = [value for value in values if value]
        if filled and name not in PLACE:
            kept.setlist(name, filled)
    return kept


@require_safe
def detection_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the list shows with the same filters and in the same order, all of it."""
    if kind not in FORMATS:
        raise Http404(_("Choose csv or json."))
    search = ListFilter(request.GET, queryset=visible_detections(request.user), request=request)
    rows = search.qs
    record(request, Action.EXPORT, request.get_full_path(), request.GET.get("plate", ""))
    return export(rows, kind, search.form.cleaned_data.get("sort") or "")


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture's file name is never used twice, so its name is its ETag and it may be kept for ever.

    A page or an event may hold the name of one that a better look has replaced since: it is led to that.
    """
    camera = path.split("/")[0]
    if not camera.isdecimal() or not visible_cameras(request).filter(pk=int(camera)).exists():
        raise Http404(_("There is no such picture."))
    etag = f'"{path}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": PICTURE_CACHE})
    try:
        with default_storage.open(path) as file:
            content = file.read()
    except (FileNotFoundError, IsADirectoryError):
        if newer := replacement(path):
            return redirect(newer)
        raise Http404(_("There is no such picture; old ones are removed after a time.")) from None
    headers = {"ETag": etag, "Cache-Control": PICTURE_CACHE, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
