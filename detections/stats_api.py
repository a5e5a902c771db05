"""How many vehicles were seen, by hour or day, camera, brand, color, kind or direction."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any, TypedDict

from django.db.models import Count, Q
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anpr_site.accounts.payloads import PayloadSerializer
from cameras.models import Camera
from cameras.rights import visible_cameras
from detections.api import filtered
from detections.messages import CameraName, iso
from detections.models import Detection
from detections.search import DetectionFilter, visible_detections

KEYS = ("hour", "day", "camera", "brand", "color", "kind", "direction")
ROWS = 5000
USUAL = timedelta(days=7)
UNDATED = ("since", "until", "after", "updated_after")


class Counted(TypedDict, total=False):
    """The keys that were asked for, and how many; ``hour`` and ``day`` begin at that time, in UTC."""

    hour: str
    day: str
    camera: CameraName
    brand: str
    color: str
    kind: str
    direction: str
    count: int
    with_plate: int


class StatsPayload(TypedDict):
    """``is_cut`` when there were more groups than are told."""

    by: list[str]
    results: list[Counted]
    is_cut: bool


class StatsSerializer(PayloadSerializer[Detection]):
    payload = StatsPayload


class StatsView(APIView):
    """Counts of the detections that the filters leave, those of the last 7 days unless a time is named."""

    queryset = Detection.objects.none()
    filterset_class = DetectionFilter

    @extend_schema(  # type: ignore[untyped-decorator]
        operation_id="stats",
        responses=StatsSerializer,
        filters=True,
        parameters=[OpenApiParameter("by", description=f"One or more of {', '.join(KEYS)}, with commas between.")],
    )
    def get(self, request: Request) -> Response:
        by = [word.strip() for word in request.query_params.get("by", "hour").split(",")]
        if not set(by) <= set(KEYS) or len(set(by)) != len(by):
            raise ValidationError({"by": _("Choose from %s, each once.") % ", ".join(KEYS)})
        rows = filtered(request, visible_detections(request.user).prefetch_related(None))
        if not any(name in request.query_params for name in UNDATED):
            rows = rows.filter(first_seen__gte=timezone.now() - USUAL)
        truncated = {"hour": TruncHour("first_seen", tzinfo=UTC), "day": TruncDay("first_seen", tzinfo=UTC)}
        rows = rows.order_by().annotate(**{name: by_time for name, by_time in truncated.items() if name in by})
        found = rows.values(*by).annotate(count=Count("id"), with_plate=Count("id", filter=~Q(plate_norm="")))
        groups: list[dict[str, Any]] = list(found.order_by(*by)[: ROWS + 1])
        cameras = {camera.pk: named(camera) for camera in visible_cameras(request.user)} if "camera" in by else {}
        results = [worded(group, cameras) for group in groups[:ROWS]]
        return Response({"by": by, "results": results, "is_cut": len(groups) > ROWS})


def named(camera: Camera) -> CameraName:
    return {"id": camera.pk, "name": camera.name, "slug": camera.slug}


def worded(group: dict[str, Any], cameras: dict[int, CameraName]) -> dict[str, Any]:
    """Times as text, cameras by name."""
    told = dict(group)
    for name in ("hour", "day"):
        if name in told:
            told[name] = iso(told[name])
    if "camera" in told:
        told["camera"] = cameras[told["camera"]]
    return told
