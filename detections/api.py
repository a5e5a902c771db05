"""Detections, looks and counts for programs and for pages that catch up."""

from __future__ import annotations

from typing import Any, TypedDict

import django_filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from anpr_site.accounts.audit import Noted
from anpr_site.accounts.paging import Paging
from anpr_site.accounts.payloads import PayloadSerializer
from cameras.rights import visible_cameras
from detections.choices import Reason, Stage
from detections.messages import Box, CameraName, DetectionPayload, address, detection_payload, iso
from detections.models import Attempt, Detection
from detections.search import CameraFilter, DetectionFilter, visible_detections
from detections.search import visible_cameras as cameras_of_request


class DetectionSerializer(PayloadSerializer[Detection]):
    """The same JSON as in the live messages."""

    payload = DetectionPayload

    def to_representation(self, instance: Detection) -> DetectionPayload:
        return detection_payload(instance)


class DetectionPaging(Paging):
    """Newest first; with ``updated_after`` in the order of the changes, so that a page can follow them."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        if "updated_after" in request.query_params:
            return ("updated_at", "id")
        return ("id",) if "after" in request.query_params else ("-first_seen", "-id")


class IdsFilter(django_filters.BaseInFilter, django_filters.NumberFilter):  # type: ignore[misc]
    """Rows by their ids, with commas between."""


class FollowingFilter(DetectionFilter):
    """Beside the filters of the pages, what a page needs that finds out which of its rows are still there."""

    ids = IdsFilter("id", min_value=1, max_value=2**63 - 1)


class DetectionViewSet(Noted, ReadOnlyModelViewSet[Detection]):
    """Visits of vehicles, newest first; ``updated_after`` and ``after`` give what came since, in its order."""

    serializer_class = DetectionSerializer
    pagination_class = DetectionPaging
    followed = ("after", "updated_after", "ids", "cursor")
    filterset_class = FollowingFilter
    queryset = Detection.objects.none()

    def get_queryset(self) -> QuerySet[Detection]:
        return visible_detections(self.request.user)


class AttemptPayload(TypedDict):
    """``reason`` is empty for a look whose text counted; ``ms`` are milliseconds by step."""

    id: int
    camera: CameraName
    detection: int | None
    track_id: str
    at: str
    stage: str
    reason: str
    text: str
    confidence: float
    char_confidences: list[float]
    vehicle_box: Box | None
    plate_box: Box | None
    corners: list[list[float]] | None
    vehicle_picture: str | None
    plate_picture: str | None
    ms: dict[str, float]


class AttemptSerializer(PayloadSerializer[Attempt]):
    payload = AttemptPayload

    def to_representation(self, instance: Attempt) -> AttemptPayload:
        camera = instance.camera
        return {
            "id": instance.pk,
            "camera": {"id": camera.pk, "name": camera.name, "slug": camera.slug},
            "detection": instance.detection_id,
            "track_id": instance.track_id,
            "at": iso(instance.at),
            "stage": instance.stage,
            "reason": instance.reason,
            "text": instance.text,
            "confidence": instance.confidence,
            "char_confidences": instance.char_confidences,
            "vehicle_box": instance.vehicle_box,
            "plate_box": instance.plate_box,
            "corners": instance.corners,
            "vehicle_picture": address(instance.vehicle_picture),
            "plate_picture": address(instance.plate_picture),
            "ms": instance.ms,
        }


class AttemptFilter(django_filters.FilterSet):  # type: ignore[misc]
    camera = CameraFilter(queryset=cameras_of_request)
    reason = django_filters.ChoiceFilter(choices=Reason.choices)
    stage = django_filters.ChoiceFilter(choices=Stage.choices)
    counted = django_filters.BooleanFilter("reason", "exact", method="filter_counted")
    detection = django_filters.NumberFilter("detection", min_value=1, max_value=2**63 - 1)
    since = django_filters.IsoDateTimeFilter("at", "gte")
    until = django_filters.IsoDateTimeFilter("at", "lte")

    class Meta:
        model = Attempt
        fields: tuple[str, ...] = ()

    def filter_counted(self, rows: QuerySet[Attempt], name: str, wanted: bool) -> QuerySet[Attempt]:
        return rows.filter(reason="") if wanted else rows.exclude(reason="")


class AttemptViewSet(ReadOnlyModelViewSet[Attempt]):
    """Single looks at vehicles and plates, and why those that failed came to nothing; kept for a few days."""

    serializer_class = AttemptSerializer
    pagination_class = Paging
    ordering = ("-at", "-id")
    filterset_class = AttemptFilter
    queryset = Attempt.objects.none()

    def get_queryset(self) -> QuerySet[Attempt]:
        return Attempt.objects.filter(camera__in=visible_cameras(self.request.user)).select_related("camera")


def filtered(request: Request, rows: QuerySet[Detection]) -> QuerySet[Detection]:
    """The detections that a request's filters leave. Raises ``ValidationError``."""
    search = DetectionFilter(request.query_params, queryset=rows, request=request)
    if not search.is_valid():
        raise ValidationError(search.errors)
    found: QuerySet[Detection] = search.qs
    return found
