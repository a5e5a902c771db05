"""Boxes, plate corners and plate texts on a picture for people to watch."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from font_roboto import RobotoBold
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from inference.types import Box, FrameResult, Image, Observation, Plate

VEHICLE_COLOR = (232, 196, 96)
PLATE_COLOR = (64, 200, 255)
FAILED_COLOR = (150, 150, 160)
LABEL_PAPER, LABEL_INK = (20, 22, 28), (255, 255, 255)


def draw(result: FrameResult, width: int = 960) -> Image:
    """A copy of the frame, at most ``width`` pixels wide, with what was found on it."""
    original = result.frame.image
    scale = min(1.0, width / original.shape[1])
    size = (round(original.shape[1] * scale), round(original.shape[0] * scale))
    picture = (
        original.copy()
        if scale == 1.0
        else np.asarray(cv2.resize(original, size, interpolation=cv2.INTER_AREA), np.uint8)
    )
    for observation in result.observations:
        _outline(picture, observation, scale)
    for observation, text in zip(result.observations, result.labels, strict=False):
        if text:
            _tag(picture, (observation.plate or observation).box, text, scale)
    return picture


def _outline(picture: Image, observation: Observation, scale: float) -> None:
    weight = max(1, picture.shape[1] // 640)
    if observation.vehicle is not None:
        _brackets(picture, observation.vehicle.box, scale, weight + 1)
    plate = observation.plate
    if plate is not None:
        failed = observation.reason not in (None, "duplicate", "low_reading_confidence", "blur")
        color = FAILED_COLOR if failed else PLATE_COLOR
        cv2.polylines(picture, [_plate_outline(plate, scale)], True, color, weight, cv2.LINE_AA)


def _plate_outline(plate: Plate, scale: float) -> NDArray[np.int32]:
    box = plate.box
    points = [(box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)]
    corners = plate.corners if plate.corners is not None else np.array(points, np.float32)
    return np.round(corners * scale).astype(np.int32)


def _brackets(picture: Image, box: Box, scale: float, weight: int) -> None:
    """The four corners of a box: says where it is and hides little."""
    x1, y1, x2, y2 = (round(value * scale) for value in (box.x1, box.y1, box.x2, box.y2))
    arm = max(4, min(x2 - x1, y2 - y1) // 6)
    for x, y, dx, dy in ((x1, y1, arm, arm), (x2, y1, -arm, arm), (x2, y2, -arm, -arm), (x1, y2, arm, -arm)):
        points = np.array([(x + dx, y), (x, y), (x, y + dy)], np.int32)
        cv2.polylines(picture, [points], False, VEHICLE_COLOR, weight, cv2.LINE_AA)


def _tag(picture: Image, box: Box, text: str, scale: float) -> None:
    """The text beside the box, inside the picture: above it if there is room, else below."""
    color, alpha = _label(text, max(14, picture.shape[1] // 42))
    height, width = alpha.shape[:2]
    left = round(box.center[0] * scale - width / 2)
    top = round(box.y1 * scale) - height - 6
    if top < 0:
        top = round(box.y2 * scale) + 6
    left = min(max(left, 0), picture.shape[1] - width)
    top = min(max(top, 0), picture.shape[0] - height)
    if left < 0 or top < 0:
        return
    target = picture[top : top + height, left : left + width]
    target[:] = (target * (1 - alpha) + color * alpha).astype(np.uint8)


@lru_cache(maxsize=256)
def _label(text: str, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Text on a rounded plate: its colors and, 0-1, how much they cover."""
    font = ImageFont.truetype(RobotoBold, size)
    left, top, right, bottom = font.getbbox(text)
    pad = size // 3
    canvas = PillowImage.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((0, 0, canvas.width - 1, canvas.height - 1), radius=size // 4, fill=(*LABEL_PAPER, 222))
    pen.text((pad - left, pad - top), text, font=font, fill=(*LABEL_INK, 255))
    pixels = np.asarray(canvas).astype(np.float32)
    return np.ascontiguousarray(pixels[:, :, 2::-1]), pixels[:, :, 3:] / np.float32(255)
