"""The recognition service in the OpenAPI schema: it takes pictures in more ways than a serializer can say."""

from __future__ import annotations

from typing import Any, TypedDict

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_view

from anpr_site.accounts.payloads import PayloadSerializer
from cameras.models import Camera
from detections.answers import PlateAnswer, VehicleAnswer
from detections.recognition_requests import RecognitionOptions

PICTURE = {"type": "string", "format": "binary"}
ENCODED = {"type": "string", "description": "base64, or a data: address"}


class Refusal(TypedDict):
    code: str
    detail: str


class Stored(TypedDict):
    id: int
    url: str


class NamedPicture(TypedDict):
    name: str
    error: Refusal | None


class RecognizedPicture(NamedPicture, total=False):
    """With an ``error`` the rest is missing; ``steps`` comes with ``debug``, ``stored`` with ``store``."""

    sha256: str
    is_cached: bool
    width: int
    height: int
    plates: list[PlateAnswer]
    vehicles: list[VehicleAnswer]
    ms: dict[str, float]
    model_version: str
    steps: dict[str, str]
    stored: list[Stored]


class Recognized(TypedDict):
    schema: int
    pictures: list[RecognizedPicture]


class RecognizedSerializer(PayloadSerializer[Camera]):
    payload = Recognized


def bodies(files: dict[str, Any], texts: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The ways of sending a picture: as a form, in JSON, and as the body itself."""
    return {
        "multipart/form-data": {"type": "object", "properties": files | options},
        "application/json": {"type": "object", "properties": texts | options},
        "application/octet-stream": PICTURE,
    }


OPTIONS = {
    "region": {"type": "string", "maxLength": 16},
    "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "store": {"type": "boolean"},
    "camera": {"type": "string", "maxLength": 100},
    "taken_at": {"type": "string", "format": "date-time"},
    "debug": {"type": "boolean"},
}
RECOGNIZE = extend_schema(
    operation_id="recognize",
    parameters=[RecognitionOptions],
    request=bodies({"image": PICTURE, "file": PICTURE}, {"image": ENCODED}, OPTIONS),
    responses=RecognizedSerializer,
)
SNAPSHOT_FIELDS = {
    "regions": {"type": "array", "items": {"type": "string"}},
    "camera_id": {"type": "string"},
    "timestamp": {"type": "string"},
    "mmc": {"type": "string"},
    "config": {"type": "string"},
}
SNAPSHOT = extend_schema(
    operation_id="plate_reader",
    request=bodies({"upload": PICTURE}, {"upload": ENCODED, "upload_url": {"type": "string"}}, SNAPSHOT_FIELDS),
    responses={201: OpenApiTypes.OBJECT},
)


class Recognize(OpenApiViewExtension):  # type: ignore[misc]
    target_class = "detections.recognition_api.RecognizeView"

    def view_replacement(self) -> type:
        @extend_schema_view(post=RECOGNIZE)
        class View(self.target_class):  # type: ignore[misc, name-defined]
            __doc__ = self.target_class.__doc__

        return View


class PlateReader(OpenApiViewExtension):  # type: ignore[misc]
    target_class = "detections.recognition_compat.PlateReaderView"

    def view_replacement(self) -> type:
        @extend_schema_view(post=SNAPSHOT)
        class View(self.target_class):  # type: ignore[misc, name-defined]
            __doc__ = self.target_class.__doc__

        return View
