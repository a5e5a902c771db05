"""Who is told of events, and what each of them was sent, for programs; addresses are told without their passwords."""

from __future__ import annotations

from typing import Any, TypedDict

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from anpr_site.accounts.paging import Paging
from anpr_site.accounts.payloads import PayloadSerializer
from anpr_site.accounts.scopes import rights_over
from cameras.rights import visible_cameras
from detections.delivery import send_again
from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType
from detections.messages import iso
from detections.search import CameraFilter
from detections.search import visible_cameras as cameras_of_request


class DestinationSerializer(serializers.ModelSerializer[Destination]):
    """Addresses and filters are set up on the pages, where they are tried out; a program may switch it on and off."""

    address = serializers.CharField(source="safe_address", read_only=True)

    class Meta:
        model = Destination
        fields = (
            "id",
            "name",
            "transport",
            "address",
            "enabled",
            "format",
            "events",
            "cameras",
            "lists",
            "min_confidence",
            "created_at",
            "updated_at",
        )
        read_only_fields = tuple(name for name in fields if name != "enabled")


class DestinationViewSet(mixins.UpdateModelMixin, ReadOnlyModelViewSet[Destination]):
    """Receivers of events."""

    serializer_class = DestinationSerializer
    pagination_class = Paging
    ordering = ("name", "id")
    queryset = Destination.objects.prefetch_related("cameras", "lists")
    http_method_names = ["get", "head", "options", "patch"]
    required_permission = rights_over("detections.destination")


class DeliveryPayload(TypedDict):
    """``event_id`` is the ``webhook-id`` that the receiver sees; ``due_at`` is when it is tried next."""

    id: int
    event_id: str
    event: str
    destination: int
    camera: int | None
    detection: int | None
    status: str
    attempts: int
    due_at: str
    last_error: str
    created_at: str
    sent_at: str | None
    payload: dict[str, Any]


class DeliverySerializer(PayloadSerializer[Delivery]):
    payload = DeliveryPayload

    def to_representation(self, instance: Delivery) -> DeliveryPayload:
        return {
            "id": instance.pk,
            "event_id": instance.event_id,
            "event": instance.event,
            "destination": instance.destination_id,
            "camera": instance.camera_id,
            "detection": instance.detection_id,
            "status": instance.status,
            "attempts": instance.attempts,
            "due_at": iso(instance.due_at),
            "last_error": instance.last_error,
            "created_at": iso(instance.created_at),
            "sent_at": iso(instance.sent_at) if instance.sent_at else None,
            "payload": instance.payload,
        }


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    destination = django_filters.ModelChoiceFilter(queryset=Destination.objects.all())
    camera = CameraFilter(queryset=cameras_of_request)
    event = django_filters.ChoiceFilter(choices=EventType.choices)
    status = django_filters.ChoiceFilter(choices=DeliveryStatus.choices)
    since = django_filters.IsoDateTimeFilter("created_at", "gte")
    until = django_filters.IsoDateTimeFilter("created_at", "lte")

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()


class NotEnded(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "not_ended"


class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Delivery]):
    """Events that were sent, wait to be sent or could not be sent, newest first."""

    serializer_class = DeliverySerializer
    pagination_class = Paging
    ordering = ("-created_at", "-id")
    filterset_class = DeliveryFilter
    queryset = Delivery.objects.none()
    required_permission = {
        "GET": "detections.view_delivery",
        "POST": "detections.change_delivery",
    }

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(Q(camera=None) | Q(camera__in=visible_cameras(self.request.user)))

    @extend_schema(request=None, responses=DeliverySerializer)  # type: ignore[untyped-decorator]
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, pk: str | None = None) -> Response:
        """Tries one that has failed again, with the same `event_id`; a gate is not opened late."""
        delivery = self.get_object()
        if not send_again(Delivery.objects.filter(pk=delivery.pk)):
            raise NotEnded(_("Only what has failed can be sent again, and a gate is not opened late."))
        delivery.refresh_from_db()
        return Response(self.get_serializer(delivery).data)
