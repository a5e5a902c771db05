"""Every format against its golden file, and the golden files against the fields that the documents of others name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from cameras.models import Camera
from detections.delivery_models import Delivery, Destination, EventType, Format
from detections.event_formats import body_of
from detections.events import new_delivery
from detections.messages import detection_payload
from detections.models import Detection
from detections.tests.rows import make_camera

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
SEEN = datetime(2026, 11, 21, 7, 30, 12, 250_000, UTC)

STREAM_RESULT = {
    "box",
    "plate",
    "region",
    "score",
    "candidates",
    "dscore",
    "vehicle",
    "model_make",
    "color",
    "orientation",
    "direction",
    "source_url",
    "position_sec",
}
GROUP = {
    "data_type",
    "version",
    "epoch_start",
    "epoch_end",
    "frame_start",
    "frame_end",
    "company_id",
    "agent_uid",
    "agent_version",
    "agent_type",
    "camera_id",
    "country",
    "gps_latitude",
    "gps_longitude",
    "uuids",
    "plate_indexes",
    "candidates",
    "vehicle_crop_jpeg",
    "best_plate",
    "best_confidence",
    "best_uuid",
    "best_plate_number",
    "best_region",
    "best_region_confidence",
    "matches_template",
    "plate_path",
    "best_image_width",
    "best_image_height",
    "travel_direction",
    "direction_of_travel_id",
    "is_parked",
    "is_preview",
    "vehicle_detected",
    "vehicle",
    "vehicle_signature",
    "web_server_config",
}
GROUP_VEHICLE = {"color", "make", "make_model", "body_type", "year", "orientation", "missing_plate", "is_vehicle"}


def delivery(chosen: Format, event: EventType = EventType.PLATE_RECOGNIZED, **fields: Any) -> Delivery:
    camera = Camera.objects.filter(name="North gate").first() or make_camera("North gate")
    values: dict[str, Any] = {
        "plate_text": "BAX1234",
        "plate_norm": "BAX1234",
        "raw_text": "8AX1234",
        "region": "de",
        "confidence": 0.93,
        "char_confidences": [0.93, 0.98, 0.97, 0.99, 0.99, 0.96, 0.95],
        "votes": 5,
        "looks": 7,
        "others": [["8AX1234", 1]],
        "kind": "car",
        "brand": "Volkswagen",
        "brand_confidence": 0.81,
        "color": "blue",
        "color_confidence": 0.9,
        "direction": "approaching",
        "plate_box": [400, 500, 520, 530],
        "vehicle_box": [200, 200, 800, 620],
        "corners": [[401.0, 502.0], [519.4, 500.0], [520.0, 529.0], [402.0, 530.0]],
        "picture": "7/detections/2026/11/21/track-frame.jpg",
        "match": {
            "registered_id": 5,
            "plate": "B-AX 1234",
            "owner": "Olga",
            "list": "Residents",
            "kind": "allow",
            "mode": "exact",
            "distance": 0,
            "ambiguous": False,
            "valid": True,
            "lists": [3],
            "candidates": [],
        },
    }
    row = Detection(id=41, camera=camera, track_id="track", first_seen=SEEN, last_seen=SEEN, updated_at=SEEN)
    for name, value in {**values, **fields}.items():
        setattr(row, name, value)
    data = dict(detection_payload(row))
    data["camera"] = {"id": 7, "name": camera.name, "slug": camera.slug}
    destination = Destination(name="Parking", address="https://user:pass@parking.example/hook?key=1", format=chosen)
    return new_delivery(destination, event, data, event_id="msg_1", moment=SEEN)


def golden(name: str, made: dict[str, Any]) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(made)) == expected
    return expected


def test_the_native_format() -> None:
    body = golden("native", body_of(delivery(Format.NATIVE)))
    assert set(body) == {"type", "id", "timestamp", "schema", "data"}


def test_plate_recognizer_stream() -> None:
    body = golden("platerecognizer_stream", body_of(delivery(Format.PLATE_RECOGNIZER_STREAM)))
    assert set(body["hook"]) == {"target", "id", "event", "filename"}
    assert set(body["data"]) == {"camera_id", "filename", "timestamp", "timestamp_local", "results"}
    assert set(body["data"]["results"][0]) == STREAM_RESULT
    assert "pass" not in json.dumps(body)


def test_the_local_time_is_that_of_the_site(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    data = body_of(delivery(Format.PLATE_RECOGNIZER_STREAM))["data"]
    assert (data["timestamp"], data["timestamp_local"]) == (
        "2026-11-21T07:30:12.250000Z",
        "2026-11-21 16:30:12.250000+09:00",
    )


def test_words_are_those_of_the_other_system() -> None:
    fields = {"kind": "truck", "color": "gray", "brand": "other"}
    (result,) = body_of(delivery(Format.PLATE_RECOGNIZER_STREAM, **fields))["data"]["results"]
    told = (result["vehicle"]["type"], result["color"][0]["color"], result["model_make"][0]["make"])
    assert told == ("Big Truck", "silver", "Unknown")


def test_openalpr_group() -> None:
    body = golden("openalpr_group", body_of(delivery(Format.OPENALPR_GROUP)))
    assert set(body) == GROUP
    assert set(body["vehicle"]) == GROUP_VEHICLE
    assert all(body["vehicle"].values()), "receivers take the first of each"
    final = body_of(delivery(Format.OPENALPR_GROUP, EventType.VISIT_ENDED))
    assert (body["is_preview"], final["is_preview"]) == (True, False)


@pytest.mark.parametrize("chosen", Format)
def test_a_vehicle_without_a_plate_has_a_shape_too(chosen: Format) -> None:
    nothing = {"plate_text": "", "plate_box": None, "vehicle_box": None, "corners": None, "picture": "", "match": None}
    unknown = {"brand": "unknown", "color": "unknown", "region": "", "kind": "unknown", "confidence": 0.0}
    assert json.dumps(body_of(delivery(chosen, EventType.VISIT_ENDED, **nothing, **unknown)))


def test_a_test_event_is_native_in_every_format() -> None:
    made = delivery(Format.OPENALPR_GROUP)
    made.event = EventType.TEST
    assert body_of(made) == made.payload
