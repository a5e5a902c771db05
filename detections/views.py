"""The live wall, the list of detections, one detection, and the pictures of all of them."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cameras.models import Camera
from detections.export import FORMATS, export
from detections.messages import detection_payload, iso
from detections.models import Detection
from detections.search import DetectionFilter, page_of, visible_cameras
from detections.status import camera_states

LIVE_ROWS = 30
SHOWN = ("plate", "camera", "since", "until")
MORE = ("has_plate", "kind", "brand", "color", "direction", "confidence")
PICTURE_CACHE = "private, max-age=31536000, immutable"


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "detections/dashboard.html", {"cameras": camera_states(request.user), **live_list(request)})


def live_list(request: HttpRequest, camera: Camera | None = None) -> dict[str, Any]:
    """The newest rows, and the time from which the page goes on by itself."""
    rows = Detection.objects.filter(camera__in=visible_cameras(request)).select_related("camera")
    if camera is not None:
        rows = rows.filter(camera=camera)
    started = iso(timezone.now())
    detections = [detection_payload(row) for row in rows.order_by("-first_seen", "-id")[:LIVE_ROWS]]
    return {"detections": detections, "cursor": max((row["updated_at"] for row in detections), default=started)}


@require_safe
def detection_list(request: HttpRequest) -> HttpResponse:
    rows = Detection.objects.filter(camera__in=visible_cameras(request)).select_related("camera")
    search = DetectionFilter(request.GET, queryset=rows, request=request)
    page = page_of(search.qs, older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    kept = request.GET.copy()
    for name in ("older", "newer"):
        kept.pop(name, None)
    context = {
        "search": search,
        "page": page,
        "detections": [detection_payload(row) for row in page.rows],
        "shown": SHOWN,
        "more": MORE,
        "more_is_used": any(kept.get(name) for name in MORE),
        "kept": kept.urlencode(),
        "is_filtered": any(kept.values()),
    }
    return render(request, "detections/detection_list.html", context)


@require_safe
def detection_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the list shows with the same filters, all of it."""
    if kind not in FORMATS:
        raise Http404(_("Choose csv or json."))
    rows = Detection.objects.filter(camera__in=visible_cameras(request)).select_related("camera")
    return export(DetectionFilter(request.GET, queryset=rows, request=request).qs.order_by("-first_seen", "-id"), kind)


@require_safe
def detection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Detection.objects.filter(camera__in=visible_cameras(request)).select_related("camera")
    detection = get_object_or_404(rows, pk=pk)
    confidences = [*detection.char_confidences, *[None] * len(detection.plate_text)]
    context = {
        "detection": detection_payload(detection),
        "row": detection,
        "characters": list(zip(detection.plate_text, confidences, strict=False)),
        "duration_s": (detection.last_seen - detection.first_seen).total_seconds(),
        "attempts": detection.attempts.all()[:20],
        "same_plate": same_plate(rows, detection),
    }
    return render(request, "detections/detection_detail.html", context)


def same_plate(rows: Any, detection: Detection) -> list[Any]:
    if not detection.plate_norm:
        return []
    return [detection_payload(row) for row in rows.filter(plate_norm=detection.plate_norm).exclude(pk=detection.pk)[:5]]


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture's file name is never used twice, so its name is its ETag and it may be kept for ever."""
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
        raise Http404(_("There is no such picture; old ones are removed after a time.")) from None
    headers = {"ETag": etag, "Cache-Control": PICTURE_CACHE, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
