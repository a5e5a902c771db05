"""Cameras and their health for programs; addresses of sources are not told."""

from __future__ import annotations

from rest_framework.viewsets import ReadOnlyModelViewSet

from anpr_site.accounts.paging import Paging
from anpr_site.accounts.payloads import PayloadSerializer
from cameras.models import Camera, CameraQuerySet
from cameras.rights import visible_cameras
from detections.messages import CameraPayload, camera_payload


class CameraSerializer(PayloadSerializer[Camera]):
    """The same JSON as in the live messages."""

    payload = CameraPayload

    def to_representation(self, instance: Camera) -> CameraPayload:
        return camera_payload(instance)


class CameraViewSet(ReadOnlyModelViewSet[Camera]):
    """The cameras that you may see, each with its state now."""

    serializer_class = CameraSerializer
    pagination_class = Paging
    ordering = ("name", "id")
    queryset = Camera.objects.none()

    def get_queryset(self) -> CameraQuerySet:
        return visible_cameras(self.request.user).select_related("health")
