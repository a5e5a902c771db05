"""Cameras and their health for programs; addresses of sources are not told."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from cameras.models import Camera
from detections.messages import CameraPayload, camera_payload


class CameraSerializer(BaseSerializer[Camera]):
    """The same JSON as in the live messages."""

    def to_representation(self, instance: Camera) -> CameraPayload:
        return camera_payload(instance)


class CameraViewSet(ReadOnlyModelViewSet[Camera]):
    serializer_class = CameraSerializer
    pagination_class = None
    queryset = Camera.objects.none()

    def get_queryset(self) -> QuerySet[Camera]:
        return Camera.objects.visible_to(self.request.user).select_related("health")
