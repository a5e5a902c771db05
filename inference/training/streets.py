"""The drawn street as training data: scenes with exact boxes and plate corners, and vehicles of known color."""

from __future__ import annotations

import cv2
import numpy as np

from inference.synthetic import Street
from inference.training.photos import CLASSES, PLATE
from inference.training.scenes import Scene
from inference.types import Image

SCALE = 0.75
LEAST_AREA = 6_000
"""Of a vehicle in pixels, from which its color shows."""
LOOKS = 20
"""Pictures of each street, half a second to two seconds apart: a vehicle is drawn once and seen growing."""


def draw_streets(count: int, seed: int) -> list[Scene]:
    rng = np.random.default_rng(seed)
    scenes: list[Scene] = []
    while len(scenes) < count:
        street, time = Street(int(rng.integers(2**31))), 0.0
        for _ in range(min(LOOKS, count - len(scenes))):
            time += float(rng.uniform(0.5, 2.0))
            scenes.append(_scene(street, time))
    return scenes


def _scene(street: Street, time: float) -> Scene:
    image, vehicles = street.render(time)
    corners = [np.hstack([v.plate_corners, np.ones((4, 1))]) for v in vehicles if v.plate_corners is not None]
    plates = np.array(corners, np.float32).reshape(-1, 4, 3) * np.float32([SCALE, SCALE, 1])
    boxes = np.array([(v.box.x1, v.box.y1, v.box.x2, v.box.y2) for v in vehicles], np.float32).reshape(-1, 4) * SCALE
    return Scene(
        cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA),
        np.array([CLASSES.index(v.kind) for v in vehicles] + [PLATE] * len(plates), np.int64),
        np.vstack([boxes, np.hstack([plates[..., :2].min(1), plates[..., :2].max(1)])]).astype(np.float32),
        np.concatenate([np.zeros((len(boxes), 4, 3), np.float32), plates]),
        np.ones(len(CLASSES), np.float32),
    )


def draw_vehicles(count: int, seed: int) -> list[tuple[Image, str]]:
    """Vehicles cut out of drawn streets, with their colors; each is there about three times, at other distances."""
    rng = np.random.default_rng(seed)
    found: list[tuple[Image, str]] = []
    while len(found) < count:
        street, time = Street(int(rng.integers(2**31))), 0.0
        for _ in range(LOOKS):
            time += float(rng.uniform(0.5, 2.0))
            image, vehicles = street.render(time)
            seen = [vehicle for vehicle in vehicles if vehicle.plate_corners is not None]
            found += [(v.box.crop(image).copy(), v.color) for v in seen if v.box.area() >= LEAST_AREA]
    return found[:count]
