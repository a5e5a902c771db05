"""Samples with real pictures, for the tests of what goes out and comes in."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np

from cameras.models import Camera
from detections.pictures import jpeg
from inference.plate_drawing import draw_plate
from inference.types import Box, Image
from labeling.choices import State
from labeling.collect import save_with_files
from labeling.likeness import picture_hash
from labeling.models import Sample

BEGINNING = datetime(2026, 11, 1, 8, tzinfo=UTC)
VEHICLE, PLATE = Box(40, 30, 280, 220), Box(110, 160, 210, 190)


def draw_frame(number: int) -> tuple[Image, Image]:
    """A street of its own color with one plate, and that plate."""
    rng = np.random.default_rng(number)
    tiny = rng.integers(30, 220, (6, 8, 3), np.uint8)
    frame = cv2.resize(tiny, (320, 240), interpolation=cv2.INTER_CUBIC)
    plate = cv2.resize(draw_plate(rng).image, (PLATE.width, PLATE.height), interpolation=cv2.INTER_AREA)
    PLATE.crop(frame)[:] = plate
    return np.ascontiguousarray(frame), plate


def make_sample(number: int, text: str = "", *, camera: Camera | None = None, **fields: Any) -> Sample:
    """A judged sample of a visit of its own; its pictures depend on the number alone."""
    frame, plate = draw_frame(number)
    text = text or f"AB{number:04}X"
    vehicle = VEHICLE.crop(frame)
    values: dict[str, Any] = {
        "uid": uuid.UUID(int=number + 1),
        "camera": camera,
        "camera_name": camera.name if camera else "Gate",
        "visit": f"visit-{number}",
        "track_id": f"visit-{number}",
        "captured_at": BEGINNING + timedelta(minutes=number),
        "width": 320,
        "height": 240,
        "vehicle_box": [VEHICLE.x1, VEHICLE.y1, VEHICLE.x2, VEHICLE.y2],
        "plate_box": [PLATE.x1, PLATE.y1, PLATE.x2, PLATE.y2],
        "corners": [[110.0, 160.0], [210.0, 160.0], [210.0, 190.0], [110.0, 190.0]],
        "kind": "car",
        "text": text,
        "region": "de",
        "confidence": 0.8,
        "char_confidences": [0.9] * len(text),
        "brand": "BMW",
        "color": "blue",
        "model_version": "detector 1 reader 1",
        "picture_hash": picture_hash(vehicle),
        "group": str(uuid.UUID(int=number + 1)),
        "state": State.CORRECT,
        "true_text": text,
        "true_brand": "BMW",
        "true_color": "blue",
        "labeled_at": BEGINNING + timedelta(days=1, minutes=number),
    }
    sample = Sample(**values | fields)
    pictures = {"frame": frame, "vehicle_picture": vehicle, "plate_picture": plate, "rectified_picture": plate}
    files = {name: jpeg(image) for name, image in pictures.items()}
    sample.bytes = sum(map(len, files.values()))
    save_with_files(sample, files)
    return sample
