"""Rows as the recording writes them, for tests of what shows them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from django.utils import timezone

from cameras.models import Camera
from detections.models import Detection


def make_camera(name: str = "Gate", **fields: Any) -> Camera:
    return Camera.objects.create(name=name, source_url="synthetic:", **fields)


def make_detection(camera: Camera, text: str = "BAX1234", *, seconds_ago: float = 5, **fields: Any) -> Detection:
    seen = timezone.now() - timedelta(seconds=seconds_ago)
    values: dict[str, Any] = {
        "plate_text": text,
        "plate_norm": text,
        "region": "de",
        "confidence": 0.93 if text else 0.0,
        "char_confidences": [0.98, 0.55, 0.8, 0.97, 0.99, 0.96, 0.95][: len(text)],
        "votes": 5 if text else 0,
        "looks": 7,
        "first_seen": seen,
        "last_seen": seen + timedelta(seconds=2.4),
        "kind": "car",
        "brand": "Volkswagen",
        "brand_confidence": 0.81,
        "color": "blue",
        "color_confidence": 0.9,
        "direction": "approaching",
        "model_version": "plates-1 reader-1",
    }
    return Detection.objects.create(camera=camera, track_id=uuid.uuid4().hex, **values | fields)


def write_picture(camera: Camera, width: int = 320, height: int = 240) -> str:
    """The name of a new JPEG of this camera in the media folder."""
    name = f"{camera.pk}/2026/{uuid.uuid4().hex}.jpg"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.full((height, width, 3), (120, 90, 60), np.uint8)
    cv2.rectangle(image, (width // 4, height // 4), (3 * width // 4, 3 * height // 4), (60, 140, 200), -1)
    cv2.imwrite(str(path), image)
    return name
