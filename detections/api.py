"""Detections for programs and for pages that catch up: read only, paged by cursor."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from detections.messages import DetectionPayload, detection_payload
from detections.models import Detection
from detections.search import DetectionFilter, visible_cameras


class DetectionSerializer(BaseSerializer[Detection]):
    """The same JSON as in the live messages."""

    def to_representation(self, instance: Detection) -> DetectionPayload:
        return detection_payload(instance)


class DetectionPagination(CursorPagination):
    """Newest first; with ``updated_after`` in the order of the changes, so that a page can follow them."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "limit"

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        if "updated_after" in request.query_params:
            return ("updated_at", "id")
        return ("id",) if "after" in request.query_params else ("-first_seen", "-id")


class DetectionViewSet(ReadOnlyModelViewSet[Detection]):
    serializer_class = DetectionSerializer
    pagination_class = DetectionPagination
    filterset_class = DetectionFilter
    queryset = Detection.objects.none()

    def get_queryset(self) -> QuerySet[Detection]:
        return Detection.objects.filter(camera__in=visible_cameras(self.request)).select_related("camera")
