"""Samples as the collecting writes them, for tests of what shows and judges them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone

from cameras.models import Camera
from labeling.models import Sample

SIZE = (640, 360)
VEHICLE = [180, 60, 460, 320]
PLATE = [260, 230, 380, 262]
CORNERS = [[262, 233], [379, 230], [380, 259], [263, 262]]


def make_labeler(name: str = "lena", group: str = "labeler") -> User:
    user = User.objects.create_user(name, password=name)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def make_sample(camera: Camera | None, text: str = "BAX1234", *, seconds_ago: float = 60, **fields: Any) -> Sample:
    uid = uuid.uuid4()
    values: dict[str, Any] = {
        "uid": uid,
        "camera": camera,
        "camera_name": camera.name if camera else "",
        "visit": uid.hex,
        "track_id": uid.hex,
        "group": str(uid),
        "captured_at": timezone.now() - timedelta(seconds=seconds_ago),
        "width": SIZE[0],
        "height": SIZE[1],
        "vehicle_box": VEHICLE,
        "plate_box": PLATE,
        "corners": CORNERS,
        "kind": "car",
        "text": text,
        "region": "de",
        "confidence": 0.7,
        "char_confidences": [0.98, 0.97, 0.55, 0.9, 0.99, 0.96, 0.95][: len(text)],
        "votes": 3,
        "looks": 5,
        "brand": "Toyota",
        "brand_confidence": 0.81,
        "color": "blue",
        "color_confidence": 0.9,
        "uncertainty": 0.45,
        "model_version": "detector 1 reader 1",
    }
    return Sample.objects.create(**values | fields)


def drawn_frame(text: str = "BAX1234", hue: int = 0) -> np.ndarray:
    """A car, so to speak, with a plate at ``CORNERS``."""
    image = np.full((SIZE[1], SIZE[0], 3), (120, 128, 118), np.uint8)
    cv2.rectangle(image, (0, 250), SIZE, (90, 92, 95), -1)
    cv2.rectangle(image, tuple(VEHICLE[:2]), tuple(VEHICLE[2:]), (60 + hue % 150, 90, 200 - hue % 170), -1)
    cv2.rectangle(image, (210, 80), (430, 170), (210, 200, 190), -1)
    cv2.fillPoly(image, [np.array(CORNERS, np.int32)], (245, 250, 250))
    cv2.putText(image, text, (268, 255), cv2.FONT_HERSHEY_DUPLEX, 0.68, (20, 20, 20), 1, cv2.LINE_AA)
    return image


def draw_pictures(sample: Sample, hue: int = 0) -> Sample:
    """Gives the sample its four pictures."""
    image = drawn_frame(sample.text, hue)
    x1, y1, x2, y2 = PLATE
    parts = {
        "frame": image,
        "vehicle_picture": image[VEHICLE[1] : VEHICLE[3], VEHICLE[0] : VEHICLE[2]],
        "plate_picture": image[y1 - 4 : y2 + 4, x1 - 4 : x2 + 4],
        "rectified_picture": image[y1:y2, x1:x2],
    }
    size = 0
    for field, part in parts.items():
        name = f"{sample.camera_id or 0}/samples/{sample.uid.hex}-{field.removesuffix('_picture')}.jpg"
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), part)
        size += path.stat().st_size
        setattr(sample, field, name)
    sample.bytes = size
    sample.save()
    return sample
