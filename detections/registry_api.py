"""Plate lists, their plates, and what gates were told, for programs."""

from __future__ import annotations

from typing import Any, TypedDict

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from anpr_site.accounts.audit import Noted
from anpr_site.accounts.idempotency import Idempotent
from anpr_site.accounts.paging import Paging
from anpr_site.accounts.payloads import CleanSerializer, PayloadSerializer
from anpr_site.accounts.scopes import rights_over
from cameras.models import Camera
from cameras.rights import visible_cameras
from detections.access import decision_payload
from detections.gate_models import AccessDecision, Decision, DecisionStage, Way
from detections.messages import CameraName
from detections.registry import Match
from detections.registry_models import ListKind, PlateList, RegisteredPlate
from detections.search import CameraFilter
from detections.search import visible_cameras as cameras_of_request
from inference.plate_format import normalize


class VisibleCameras(serializers.ManyRelatedField):
    """Ids of cameras that the writer may see; those that it may not see are not told."""

    def __init__(self, **options: Any) -> None:
        relation = serializers.PrimaryKeyRelatedField(queryset=Camera.objects.none())
        relation.get_queryset = self.visible  # type: ignore[method-assign]
        super().__init__(child_relation=relation, **options)

    def visible(self) -> QuerySet[Camera]:
        return visible_cameras(self.context["request"].user)

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, str(self.source)).filter(pk__in=self.visible())


class PlateListSerializer(CleanSerializer[PlateList]):
    class Meta:
        model = PlateList
        fields = ("id", "name", "kind", "matching", "max_distance", "note", "created_at", "updated_at")


class PlateListViewSet(Idempotent, ModelViewSet[PlateList]):
    """Lists of registered plates: what they are for and how a text is matched."""

    serializer_class = PlateListSerializer
    pagination_class = Paging
    ordering = ("name", "id")
    queryset = PlateList.objects.all()
    required_permission = rights_over("detections.platelist")


class RegisteredPlateSerializer(CleanSerializer[RegisteredPlate]):
    cameras = VisibleCameras(required=False)
    is_valid_now = serializers.SerializerMethodField()

    class Meta:
        model = RegisteredPlate
        fields = (
            "id",
            "list",
            "plate_text",
            "plate_norm",
            "owner",
            "valid_from",
            "valid_until",
            "is_valid_now",
            "cameras",
            "brand",
            "color",
            "note",
            "created_at",
            "updated_at",
        )
        validators: tuple[Any, ...] = ()  # the model's own words are clearer

    def get_is_valid_now(self, plate: RegisteredPlate) -> bool:
        return plate.is_valid()


class RegisteredPlateFilter(django_filters.FilterSet):  # type: ignore[misc]
    plate = django_filters.CharFilter(method="filter_plate", max_length=40)
    list = django_filters.ModelChoiceFilter(queryset=PlateList.objects.all())
    kind = django_filters.ChoiceFilter("list__kind", choices=ListKind.choices)
    updated_after = django_filters.IsoDateTimeFilter("updated_at", "gt")

    class Meta:
        model = RegisteredPlate
        fields: tuple[str, ...] = ()

    def filter_plate(self, rows: QuerySet[RegisteredPlate], name: str, typed: str) -> QuerySet[RegisteredPlate]:
        return rows.filter(plate_norm=normalize(typed))


class RegisteredPlateViewSet(Noted, Idempotent, ModelViewSet[RegisteredPlate]):
    """Plates of the lists; `plate` finds one however it is written."""

    serializer_class = RegisteredPlateSerializer
    pagination_class = Paging
    ordering = ("plate_norm", "id")
    filterset_class = RegisteredPlateFilter
    queryset = RegisteredPlate.objects.prefetch_related("cameras")
    required_permission = rights_over("detections.registeredplate")


class Named(TypedDict):
    id: int
    name: str


class DecisionPayload(TypedDict):
    """Only ``allow`` opens; ``opened`` says that the order to open went out; ``user`` opened it by hand."""

    id: int
    gate: Named
    camera: CameraName
    site: Named | None
    stage: str
    decision: str
    reason: str
    opened: bool
    plate_text: str
    match: Match | None
    exceptions: list[str]
    direction: str
    detection: int | None
    track_id: str | None
    user: str | None
    at: str


class DecisionSerializer(PayloadSerializer[AccessDecision]):
    """The same JSON as in events."""

    payload = DecisionPayload

    def to_representation(self, instance: AccessDecision) -> dict[str, Any]:
        return decision_payload(instance)


class DecisionFilter(django_filters.FilterSet):  # type: ignore[misc]
    camera = CameraFilter(queryset=cameras_of_request)
    decision = django_filters.ChoiceFilter(choices=Decision.choices)
    stage = django_filters.ChoiceFilter(choices=DecisionStage.choices)
    direction = django_filters.ChoiceFilter(choices=Way.choices)
    opened = django_filters.BooleanFilter()
    detection = django_filters.NumberFilter("detection", min_value=1, max_value=2**63 - 1)
    since = django_filters.IsoDateTimeFilter("at", "gte")
    until = django_filters.IsoDateTimeFilter("at", "lte")

    class Meta:
        model = AccessDecision
        fields: tuple[str, ...] = ()


class DecisionViewSet(Noted, ReadOnlyModelViewSet[AccessDecision]):
    """What gates were told and why, newest first."""

    serializer_class = DecisionSerializer
    pagination_class = Paging
    ordering = ("-at", "-id")
    filterset_class = DecisionFilter
    queryset = AccessDecision.objects.none()
    required_permission = "detections.view_accessdecision"

    def get_queryset(self) -> QuerySet[AccessDecision]:
        rows = AccessDecision.objects.select_related("camera", "gate__site", "user", "detection")
        return rows.filter(camera__in=visible_cameras(self.request.user))
