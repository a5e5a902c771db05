"""Samples for programs: what was kept to learn from, and what people said of it."""

from __future__ import annotations

from typing import Any, TypedDict

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.viewsets import ReadOnlyModelViewSet

from anpr_site.accounts.paging import Paging
from anpr_site.accounts.payloads import PayloadSerializer
from detections.messages import Box, iso
from detections.search import CameraFilter
from detections.search import visible_cameras as cameras_of_request
from inference.plate_format import normalize
from labeling.choices import Origin, Reason, State
from labeling.desk import visible_samples
from labeling.models import PICTURES, Sample
from labeling.payload import picture_url


class SamplePayload(TypedDict):
    """What the models said; under ``label`` what a person says, empty while ``state`` is pending or skipped."""

    id: int
    uid: str
    url: str
    origin: str
    camera: int | None
    detection: int | None
    captured_at: str
    reason: str
    state: str
    text: str
    region: str
    confidence: float
    char_confidences: list[float]
    kind: str
    brand: str
    color: str
    vehicle_box: Box | None
    plate_box: Box | None
    corners: list[list[float]] | None
    width: int
    height: int
    uncertainty: float
    model_version: str
    label: dict[str, Any]
    pictures: dict[str, str | None]


class SampleSerializer(PayloadSerializer[Sample]):
    payload = SamplePayload

    def to_representation(self, instance: Sample) -> SamplePayload:
        return {
            "id": instance.pk,
            "uid": str(instance.uid),
            "url": instance.get_absolute_url(),
            "origin": instance.origin,
            "camera": instance.camera_id,
            "detection": instance.detection_id,
            "captured_at": iso(instance.captured_at),
            "reason": instance.reason,
            "state": instance.state,
            "text": instance.text,
            "region": instance.region,
            "confidence": instance.confidence,
            "char_confidences": instance.char_confidences,
            "kind": instance.kind,
            "brand": instance.brand,
            "color": instance.color,
            "vehicle_box": instance.vehicle_box,
            "plate_box": instance.plate_box,
            "corners": instance.corners,
            "width": instance.width,
            "height": instance.height,
            "uncertainty": instance.uncertainty,
            "model_version": instance.model_version,
            "label": {
                "text": instance.true_text,
                "corners": instance.true_corners,
                "vehicle_box": instance.true_vehicle_box,
                "brand": instance.true_brand,
                "color": instance.true_color,
                "at": iso(instance.labeled_at) if instance.labeled_at else None,
            },
            "pictures": {kind: picture_url(instance, kind) for kind in PICTURES},
        }


class SampleFilter(django_filters.FilterSet):  # type: ignore[misc]
    plate = django_filters.CharFilter(method="filter_plate", max_length=40)
    camera = CameraFilter(queryset=cameras_of_request)
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    reason = django_filters.ChoiceFilter(choices=Reason.choices)
    origin = django_filters.ChoiceFilter(choices=Origin.choices)
    since = django_filters.IsoDateTimeFilter("captured_at", "gte")
    until = django_filters.IsoDateTimeFilter("captured_at", "lte")

    class Meta:
        model = Sample
        fields: tuple[str, ...] = ()

    def filter_plate(self, rows: QuerySet[Sample], name: str, typed: str) -> QuerySet[Sample]:
        text = normalize(typed)
        return rows.filter(Q(text=text) | Q(true_text=text))


class SampleViewSet(ReadOnlyModelViewSet[Sample]):
    """What was kept to learn from, newest first."""

    serializer_class = SampleSerializer
    pagination_class = Paging
    ordering = ("-captured_at", "-id")
    filterset_class = SampleFilter
    queryset = Sample.objects.none()
    required_permission = "labeling.view_sample"

    def get_queryset(self) -> QuerySet[Sample]:
        assert self.request.user.is_authenticated
        return visible_samples(self.request.user)
