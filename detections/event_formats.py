"""One event in the shapes that receivers of other systems know; the native one is what is stored."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.utils import timezone

from detections import pictures
from detections.answers import SNAPSHOT_TYPES, brand_and_color
from detections.delivery_models import Delivery, EventType, Format

VERSION = "platewatch"
PLATE_EVENTS = (EventType.PLATE_RECOGNIZED, EventType.PLATE_UPDATED, EventType.VISIT_ENDED)


def body_of(delivery: Delivery) -> dict[str, Any]:
    """The JSON in the destination's format; a test is native in all of them. Reads pictures where they are wanted."""
    chosen = delivery.destination.format
    payload: dict[str, Any] = delivery.payload
    if delivery.event in PLATE_EVENTS and chosen == Format.PLATE_RECOGNIZER_STREAM:
        return stream(payload["data"], delivery.destination.safe_address)
    if delivery.event in PLATE_EVENTS and chosen == Format.OPENALPR_GROUP:
        group = openalpr_group(payload["data"], is_preview=delivery.event != EventType.VISIT_ENDED)
        seen = delivery.detection if delivery.destination.with_picture else None
        if seen is not None:
            group["vehicle_crop_jpeg"] = encoded(seen.vehicle_picture.name)
            group["best_plate"]["plate_crop_jpeg"] = encoded(seen.plate_picture.name)
        return group
    return payload


def encoded(picture: str | None) -> str:
    """A stored picture in base64; empty when it is gone."""
    return base64.b64encode(pictures.read(picture)).decode()


def stream(data: dict[str, Any], target: str) -> dict[str, Any]:
    """The webhook of Plate Recognizer Stream, event ``recognition``."""
    slug = data["camera"]["slug"]
    seen = data["first_seen"]
    filename = (data["picture"] or f"{slug}/{seen}.jpg").rpartition("/media/")[2].lstrip("/")
    local = timezone.localtime(datetime.fromisoformat(seen), timezone.get_default_timezone())
    return {
        "hook": {"target": target, "id": slug, "event": "recognition", "filename": filename},
        "data": {
            "camera_id": slug,
            "filename": filename,
            "timestamp": seen,
            "timestamp_local": local.isoformat(" ", "microseconds"),
            "results": [stream_result(data)],
        },
    }


def stream_result(data: dict[str, Any]) -> dict[str, Any]:
    plate = data["plate_text"].lower()
    text_score = data["confidence"]
    brand, color = brand_and_color(data)
    return {
        "box": corners_of(data["plate_box"]),
        "plate": plate,
        "region": {"code": data["region"] or "unknown", "score": text_score if data["region"] else 0.0},
        "score": text_score,
        "candidates": [{"score": text_score, "plate": plate}] if plate else [],
        "dscore": text_score,
        "vehicle": {
            "score": 1.0 if data["vehicle_box"] else 0.0,
            "type": SNAPSHOT_TYPES.get(data["kind"], "Unknown"),
            "box": corners_of(data["vehicle_box"]),
        },
        "model_make": [{"make": brand[0], "model": "", "score": brand[1]}],
        "color": [{"color": color[0], "score": color[1]}],
        "orientation": [{"orientation": "Unknown", "score": 0.0}],
        "direction": None,
        "source_url": "",
        "position_sec": None,
    }


def corners_of(box: list[int] | None) -> dict[str, int]:
    x1, y1, x2, y2 = box or (0, 0, 0, 0)
    return {"xmin": x1, "ymin": y1, "xmax": x2, "ymax": y2}


def openalpr_group(data: dict[str, Any], *, is_preview: bool) -> dict[str, Any]:
    """The group result of OpenALPR and Rekor Scout; confidences run to 100, times are milliseconds."""
    begun, ended = (milliseconds(data[name]) for name in ("first_seen", "last_seen"))
    uuid = f"{data['track_id']}-{data['camera']['id']}-{begun}"
    text, confidence = data["plate_text"], hundred(data["confidence"])
    plate = openalpr_plate(data)
    return {
        "version": 2,
        "data_type": "alpr_group",
        "epoch_start": begun,
        "epoch_end": ended,
        "frame_start": 0,
        "frame_end": data["looks"],
        "company_id": "",
        "agent_uid": VERSION,
        "agent_version": VERSION,
        "agent_type": VERSION,
        "camera_id": data["camera"]["id"],
        "country": data["region"][:2],
        "gps_latitude": -1,
        "gps_longitude": -1,
        "uuids": [uuid],
        "plate_indexes": [0],
        "candidates": plate["candidates"],
        "vehicle_crop_jpeg": "",
        "best_plate": plate,
        "best_confidence": confidence,
        "best_uuid": uuid,
        "best_plate_number": text,
        "best_region": data["region"],
        "best_region_confidence": confidence if data["region"] else 0.0,
        "matches_template": int(bool(data["region"])),
        "plate_path": [],
        "best_image_width": 0,
        "best_image_height": 0,
        "travel_direction": {"approaching": 180.0, "receding": 0.0}.get(data["direction"], -1.0),
        "direction_of_travel_id": -1,
        "is_parked": False,
        "is_preview": is_preview,
        "vehicle_detected": data["vehicle_box"] is not None,
        "vehicle": {
            "color": named(data["color"], data["color_confidence"]),
            "make": named(data["brand"].lower(), data["brand_confidence"]),
            "make_model": named("", 0.0),
            "body_type": named(data["kind"], 1.0),
            "year": named("", 0.0),
            "orientation": named("", 0.0),
            "missing_plate": [{"name": "missing" if not text else "present", "confidence": 100.0}],
            "is_vehicle": [{"name": "yes" if data["vehicle_box"] else "no", "confidence": 100.0}],
        },
        "vehicle_signature": "",
        "web_server_config": {"camera_label": data["camera"]["name"], "agent_label": VERSION},
    }


def openalpr_plate(data: dict[str, Any]) -> dict[str, Any]:
    text, confidence = data["plate_text"], hundred(data["confidence"])
    x1, y1, x2, y2 = data["vehicle_box"] or (0, 0, 0, 0)
    template = int(bool(data["region"]))
    return {
        "plate": text,
        "confidence": confidence,
        "matches_template": template,
        "plate_index": 0,
        "region": data["region"],
        "region_confidence": confidence if template else 0.0,
        "processing_time_ms": 0.0,
        "requested_topn": 10,
        "coordinates": [{"x": round(x), "y": round(y)} for x, y in corner_points(data)],
        "plate_crop_jpeg": "",
        "vehicle_region": {"x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1},
        "vehicle_detected": data["vehicle_box"] is not None,
        "candidates": [{"plate": text, "confidence": confidence, "matches_template": template}] if text else [],
    }


def corner_points(data: dict[str, Any]) -> list[list[float]]:
    if data["corners"]:
        corners: list[list[float]] = data["corners"]
        return corners
    x1, y1, x2, y2 = data["plate_box"] or (0, 0, 0, 0)
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def named(name: str, share: float) -> list[dict[str, Any]]:
    """Never empty: receivers look at the first without asking whether there is one."""
    if name in ("", "unknown"):
        return [{"name": "unknown", "confidence": 0.0}]
    return [{"name": name, "confidence": hundred(share)}]


def hundred(share: float) -> float:
    return round(100 * share, 2)


def milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
