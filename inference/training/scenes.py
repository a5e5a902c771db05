"""Training pictures for the detector: photographs moved, recolored and joined, with drawn plates pasted into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.photos import PLATE, Photo
from inference.types import Image

MIN_SIDE = 4.0
"""Pixels: boxes with a smaller side are not asked for."""


@dataclass(frozen=True)
class Scene:
    """A picture with its objects in pixels; see ``Photo`` for the arrays."""

    image: Image
    classes: NDArray[np.int64]
    boxes: NDArray[np.float32]
    corners: NDArray[np.float32]
    known: NDArray[np.float32]


DrawPlate = Callable[[np.random.Generator], Image]


@dataclass(frozen=True)
class Mix:
    """Shares of what a scene is made of."""

    mosaic: float = 0.35
    street: float = 0.1
    pasted: float = 0.5
    gray: float = 0.12
    close: float = 0.15


class Scenes:
    """Draws the scene of any number, always the same one for the same seed."""

    def __init__(self, photos: list[Photo], mix: Mix, draw_plate: DrawPlate | None, streets: list[Scene]):
        self._photos = photos
        self._complete = [photo for photo in photos if photo.known.all()] or photos
        self._mix = mix
        self._draw_plate = draw_plate
        self._streets = streets

    def draw(self, rng: np.random.Generator, size: int) -> Scene:
        """A scene of ``size`` × ``size`` pixels."""
        if self._streets and rng.random() < self._mix.street:
            scene = place(self._streets[rng.integers(len(self._streets))], rng, size)
        elif rng.random() < self._mix.mosaic:
            scene = self._mosaic(rng, size)
        else:
            scene = place(self._photo(rng, self._photos), rng, size, close=self._mix.close)
        if rng.random() < 0.5:
            scene = mirror(scene)
        return Scene(recolor(scene.image, rng, self._mix.gray), scene.classes, scene.boxes, scene.corners, scene.known)

    def _photo(self, rng: np.random.Generator, photos: list[Photo]) -> Scene:
        scene = load(photos[rng.integers(len(photos))])
        if self._draw_plate and scene.known[PLATE] and rng.random() < self._mix.pasted:
            return paste_plates(scene, self._draw_plate, rng)
        return scene

    def _mosaic(self, rng: np.random.Generator, size: int) -> Scene:
        """Four pictures around a point: many small objects in one scene."""
        x, y = (int(size * rng.uniform(0.35, 0.65)) for _ in range(2))
        parts = []
        image = np.full((size, size, 3), 114, np.uint8)
        for left, top, width, height in (
            (0, 0, x, y),
            (x, 0, size - x, y),
            (0, y, x, size - y),
            (x, y, size - x, size - y),
        ):
            part = place(self._photo(rng, self._complete), rng, max(width, height))
            part = cut(part, width, height)
            image[top : top + height, left : left + width] = part.image
            parts.append(shift(part, left, top))
        return join(image, parts)


def load(photo: Photo) -> Scene:
    image = cv2.imread(str(photo.path))
    if image is None:
        raise OSError(f"{photo.path}: not a readable picture")
    height, width = image.shape[:2]
    scale = np.array([width, height, width, height], np.float32)
    return Scene(image, photo.classes, photo.boxes * scale, photo.corners * np.float32([width, height, 1]), photo.known)


def place(scene: Scene, rng: np.random.Generator, size: int, close: float = 0.0) -> Scene:
    """Scaled, a little stretched and moved into a square; a share ``close`` shows one plate large."""
    height, width = scene.image.shape[:2]
    zoom = size / max(width, height) * np.exp(rng.uniform(np.log(0.5), np.log(1.6)))
    plates = scene.boxes[scene.classes == PLATE]
    is_close = len(plates) > 0 and rng.random() < close
    if is_close:
        box = plates[rng.integers(len(plates))]
        zoom = min(5.0, size * rng.uniform(0.3, 0.95) / float(box[2] - box[0]))
    sx, sy = zoom * np.exp(rng.normal(0, 0.06, 2))
    dx, dy = rng.random(2) * (size - width * sx, size - height * sy)  # also inside a picture larger than the square
    if is_close:
        middle = (box[:2] + box[2:]) / 2 * (sx, sy)
        dx, dy = size / 2 - middle + rng.normal(0, 0.04 * size, 2)
    matrix = np.array([[sx, 0, dx], [0, sy, dy]], np.float32)
    filter_ = cv2.INTER_AREA if zoom < 0.7 else cv2.INTER_LINEAR
    small = scene.image
    if filter_ == cv2.INTER_AREA:  # warpAffine has no area filter
        small = cv2.resize(small, None, fx=float(sx), fy=float(sy), interpolation=filter_)
        matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    image = cv2.warpAffine(small, matrix, (size, size), borderValue=(114, 114, 114))
    boxes = scene.boxes * np.float32([sx, sy, sx, sy]) + np.float32([dx, dy, dx, dy])
    corners = scene.corners * np.float32([sx, sy, 1]) + np.float32([dx, dy, 0])
    return cut(Scene(image, scene.classes, boxes, corners, scene.known), size, size)


def cut(scene: Scene, width: int, height: int) -> Scene:
    """The upper left part; objects of which less than 40 % is left are dropped, plates below 75 %."""
    boxes = scene.boxes.copy()
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
    sides = boxes[:, 2:] - boxes[:, :2]
    before = np.prod(scene.boxes[:, 2:] - scene.boxes[:, :2], axis=1)
    wanted = np.where(scene.classes == PLATE, 0.75, 0.4)
    keep = (sides.min(axis=1, initial=np.inf) >= MIN_SIDE) & (sides.prod(axis=1) >= wanted * before)
    corners = scene.corners.copy()
    inside = ((corners[..., :2] >= -1) & (corners[..., :2] <= (width, height))).all(axis=(1, 2))
    corners[~inside, :, 2] = 0
    return Scene(scene.image[:height, :width], scene.classes[keep], boxes[keep], corners[keep], scene.known)


def shift(scene: Scene, dx: int, dy: int) -> Scene:
    boxes = scene.boxes + np.float32([dx, dy, dx, dy])
    return Scene(scene.image, scene.classes, boxes, scene.corners + np.float32([dx, dy, 0]), scene.known)


def join(image: Image, parts: list[Scene]) -> Scene:
    return Scene(
        image,
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.corners for part in parts]),
        np.min([part.known for part in parts], axis=0),
    )


def mirror(scene: Scene) -> Scene:
    width = scene.image.shape[1]
    boxes = scene.boxes.copy()
    boxes[:, [0, 2]] = width - scene.boxes[:, [2, 0]]
    corners = scene.corners[:, [1, 0, 3, 2]].copy()
    corners[..., 0] = width - corners[..., 0]
    return Scene(np.ascontiguousarray(scene.image[:, ::-1]), scene.classes, boxes, corners, scene.known)


def recolor(image: Image, rng: np.random.Generator, gray: float) -> Image:
    """Light, color, blur, noise and compression of other cameras; a share ``gray`` looks like infrared."""
    gain, offset, gamma = np.exp(rng.normal(0, 0.2)), rng.normal(0, 12), np.exp(rng.normal(0, 0.25))
    tint = np.exp(rng.normal(0, 0.06, 3)) * gain
    steps = (np.arange(256) / 255.0) ** gamma * 255
    table = np.clip(steps[:, None] * tint + offset, 0, 255).astype(np.uint8)
    image = cv2.LUT(image, table.reshape(1, 256, 3))
    if rng.random() < gray:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    choice = rng.random()
    if choice < 0.12:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.5)))
    elif choice < 0.22:
        noise = np.empty(image.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(2**31)))
        cv2.randn(noise, 0, float(rng.uniform(3, 18)))
        image = cv2.add(image, noise, dtype=cv2.CV_8U)
    elif choice < 0.34:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 75))])[1]
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return image


def paste_plates(scene: Scene, draw_plate: DrawPlate, rng: np.random.Generator) -> Scene:
    """Drawn plates in place of the real ones, and now and then one more elsewhere; their corners are exact."""
    image, boxes, corners = scene.image.copy(), scene.boxes.copy(), scene.corners.copy()
    for place_ in np.flatnonzero(scene.classes == PLATE):
        width, height = boxes[place_, 2:] - boxes[place_, :2]
        if width < 12 or height < 5:
            continue
        plate = draw_plate(rng)
        quad = _pose(plate, rng, boxes[place_].reshape(2, 2).mean(axis=0), np.hypot(width, height))
        _erase(image, boxes[place_])
        _paste(image, plate, quad, rng)
        boxes[place_], corners[place_] = _bounds(quad), np.hstack([quad, np.ones((4, 1), np.float32)])
    classes = scene.classes
    if rng.random() < 0.3:
        plate = draw_plate(rng)
        height, width = image.shape[:2]
        middle = np.float32([rng.uniform(0.1, 0.9) * width, rng.uniform(0.2, 0.95) * height])
        quad = _pose(plate, rng, middle, max(width, height) * float(np.exp(rng.uniform(np.log(0.05), np.log(0.3)))))
        box = _bounds(quad)
        shared = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
        if not ((shared > 0).all(axis=1) & (classes == PLATE)).any():
            _paste(image, plate, quad, rng)
            classes = np.append(classes, PLATE)
            boxes = np.vstack([boxes, box])
            corners = np.concatenate([corners, np.hstack([quad, np.ones((4, 1), np.float32)])[None]])
    return Scene(image, classes, boxes.astype(np.float32), corners.astype(np.float32), scene.known)


def _pose(plate: Image, rng: np.random.Generator, middle: NDArray[np.float32], diagonal: float) -> NDArray[np.float32]:
    """The corners of a plate turned in space so that its diagonal in the picture is about ``diagonal`` pixels."""
    height, width = plate.shape[:2]
    flat = np.float32([[-width, -height], [width, -height], [width, height], [-width, height]]) / np.hypot(
        width, height
    )
    yaw, pitch, roll = np.radians(rng.normal(0, (25, 14, 6))).clip(-1.05, 1.05)
    x = flat[:, 0] * np.cos(yaw)
    y = flat[:, 1] * np.cos(pitch) + flat[:, 0] * np.sin(yaw) * np.sin(pitch)
    depth = 1 + 0.25 * rng.random() * (flat[:, 0] * np.sin(yaw) - flat[:, 1] * np.sin(pitch))
    skew = x * np.tan(np.radians(rng.normal(0, 6)))  # the road's slope seen from the side
    points = np.stack([x, y + skew], axis=1) / depth[:, None]
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    return (points @ turn * diagonal / 2 + middle).astype(np.float32)


def _bounds(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([quad.min(axis=0), quad.max(axis=0)])


def _erase(image: Image, box: NDArray[np.float32]) -> None:
    """Fills the real plate from what surrounds it, so that only the drawn one is there to be found."""
    x1, y1, x2, y2 = (round(float(value)) for value in box)
    margin = max(3, (y2 - y1) // 4)
    top, left = max(0, y1 - margin), max(0, x1 - margin)
    part = image[top : y2 + margin, left : x2 + margin]
    small = cv2.resize(part, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) if min(part.shape[:2]) > 16 else part
    mask = np.full(small.shape[:2], 255, np.uint8)
    rim = max(1, margin * small.shape[0] // (2 * part.shape[0]))
    mask[:rim], mask[-rim:], mask[:, :rim], mask[:, -rim:] = 0, 0, 0, 0
    filled = cv2.resize(cv2.inpaint(small, mask, 2, cv2.INPAINT_TELEA), (part.shape[1], part.shape[0]))
    inner = slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)
    part[inner] = filled[inner]


def _paste(image: Image, plate: Image, quad: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Warps the plate into the picture with the light, blur and noise of the place."""
    height, width = image.shape[:2]
    box = _bounds(quad)
    x1, y1 = (max(0, int(value) - 4) for value in box[:2])
    x2, y2 = min(width, int(box[2]) + 5), min(height, int(box[3]) + 5)
    if x2 - x1 < 4 or y2 - y1 < 4:
        return
    part = image[y1:y2, x1:x2]
    local = float(part.mean())
    shrink = max(1.0, plate.shape[1] / max(1.0, float(np.linalg.norm(quad[1] - quad[0]))))
    if shrink > 1.5:
        plate = cv2.resize(plate, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    rows, columns = plate.shape[:2]
    flat = np.float32([[0, 0], [columns, 0], [columns, rows], [0, rows]])
    matrix = cv2.getPerspectiveTransform(flat, quad - np.float32([x1, y1]))
    size = (x2 - x1, y2 - y1)
    light = float(np.clip((local + 45) / max(60.0, float(plate.mean())) * np.exp(rng.normal(0, 0.25)), 0.25, 1.5))
    lit = cv2.convertScaleAbs(plate, alpha=light)
    warped = cv2.warpPerspective(lit, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.full((rows, columns), 255, np.uint8), matrix, size)
    sigma = float(rng.uniform(0.3, 1.1)) * max(1.0, float(np.sqrt(rows / 40)))
    warped = cv2.GaussianBlur(warped, (0, 0), sigma)
    alpha = cv2.GaussianBlur(mask, (0, 0), min(sigma, 1.0))[..., None].astype(np.float32) / 255
    part[:] = (warped * alpha + part * (1 - alpha)).astype(np.uint8)


def stack(scenes: list[Scene]) -> dict[str, NDArray[np.generic]]:
    """The batch as the loss wants it: N × 3 × size × size RGB pictures, and the objects of all pictures in a row."""
    size = scenes[0].image.shape[0]
    boxes = np.concatenate([scene.boxes for scene in scenes]) / size
    corners = np.concatenate([scene.corners for scene in scenes]) / np.float32([size, size, 1])
    counts = [len(scene.classes) for scene in scenes]
    return {
        "img": np.stack([scene.image[..., ::-1].transpose(2, 0, 1) for scene in scenes]),
        "batch_idx": np.repeat(np.arange(len(scenes), dtype=np.float32), counts),
        "cls": np.concatenate([scene.classes for scene in scenes]).astype(np.float32),
        "bboxes": np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]]).astype(np.float32),
        "keypoints": corners.astype(np.float32),
        "known": np.stack([scene.known for scene in scenes]),
    }
