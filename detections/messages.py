"""Groups and messages of the channel layer, and the JSON of a row as messages and the REST API show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypedDict

from django.db.models.fields.files import ImageFieldFile

from cameras.models import Camera
from cameras.reasons import in_words
from detections.models import Detection
from detections.registry import Match

DETECTIONS_GROUP = "detections"
CAMERAS_GROUP = "cameras"

Box = list[int]


class CameraName(TypedDict):
    id: int
    name: str
    slug: str


class DetectionPayload(TypedDict):
    """Times are ISO 8601 in UTC with microseconds, so that they sort as text; pictures are addresses."""

    id: int
    url: str
    track_id: str
    camera: CameraName
    plate_text: str
    raw_text: str
    region: str
    confidence: float
    char_confidences: list[float]
    is_confirmed: bool
    votes: int
    looks: int
    others: list[tuple[str, int]]
    match: Match | None
    first_seen: str
    last_seen: str
    updated_at: str
    direction: str
    kind: str
    brand: str
    brand_confidence: float
    color: str
    color_confidence: float
    picture: str | None
    vehicle_picture: str | None
    plate_picture: str | None
    plate_box: Box | None
    vehicle_box: Box | None
    corners: list[list[float]] | None
    model_version: str


class DetectionMessage(TypedDict):
    type: Literal["detection.new", "detection.updated"]
    detection: DetectionPayload


class RemovedMessage(TypedDict):
    """The row ``id`` went up in the row ``into``: it was of the same visit."""

    type: Literal["detection.removed"]
    id: int
    into: int
    camera: int


class CameraPayload(TypedDict):
    """A camera's state for the status display; ``words`` is the state, ``reason`` the last error, both in words."""

    id: int
    name: str
    slug: str
    state: str
    words: str
    reason: str
    capture_fps: float
    recognize_fps: float
    dropped_frames: int
    reconnects: int
    last_frame_at: str | None
    memory_mb: float
    cpu_percent: float
    width: int
    height: int


class CameraMessage(TypedDict):
    type: Literal["camera.health"]
    camera: CameraPayload


def detection_payload(detection: Detection) -> DetectionPayload:
    return {
        "id": detection.pk,
        "url": detection.get_absolute_url(),
        "track_id": detection.track_id,
        "camera": {"id": detection.camera_id, "name": detection.camera.name, "slug": detection.camera.slug},
        "plate_text": detection.plate_text,
        "raw_text": detection.raw_text,
        "region": detection.region,
        "confidence": detection.confidence,
        "char_confidences": detection.char_confidences,
        "is_confirmed": detection.is_confirmed,
        "votes": detection.votes,
        "looks": detection.looks,
        "others": detection.others,
        "match": detection.match,
        "first_seen": iso(detection.first_seen),
        "last_seen": iso(detection.last_seen),
        "updated_at": iso(detection.updated_at),
        "direction": detection.direction,
        "kind": detection.kind,
        "brand": detection.brand,
        "brand_confidence": detection.brand_confidence,
        "color": detection.color,
        "color_confidence": detection.color_confidence,
        "picture": address(detection.picture),
        "vehicle_picture": address(detection.vehicle_picture),
        "plate_picture": address(detection.plate_picture),
        "plate_box": detection.plate_box,
        "vehicle_box": detection.vehicle_box,
        "corners": detection.corners,
        "model_version": detection.model_version,
    }


def camera_payload(camera: Camera) -> CameraPayload:
    health = camera.health_now
    state = health.state_now
    return {
        "id": camera.pk,
        "name": camera.name,
        "slug": camera.slug,
        "state": state.value,
        "words": str(state.label),
        "reason": in_words(health.last_error),
        "capture_fps": round(health.capture_fps, 1),
        "recognize_fps": round(health.recognize_fps, 1),
        "dropped_frames": health.dropped_frames,
        "reconnects": health.reconnects,
        "last_frame_at": iso(health.last_frame_at) if health.last_frame_at else None,
        "memory_mb": round(health.memory_mb),
        "cpu_percent": round(health.cpu_percent),
        "width": health.width,
        "height": health.height,
    }


def detection_message(detection: Detection, *, created: bool) -> DetectionMessage:
    return {
        "type": "detection.new" if created else "detection.updated",
        "detection": detection_payload(detection),
    }


def removed_message(pk: int, into: Detection) -> RemovedMessage:
    return {"type": "detection.removed", "id": pk, "into": into.pk, "camera": into.camera_id}


def camera_message(camera: Camera) -> CameraMessage:
    """The reason is as the worker said it: every page has its own language."""
    return {"type": "camera.health", "camera": {**camera_payload(camera), "reason": camera.health_now.last_error}}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def address(picture: ImageFieldFile) -> str | None:
    return picture.url if picture else None
