"""Boxes and texts on a preview picture."""

from __future__ import annotations

import cv2

from inference.types import Box, FrameResult, Image

VEHICLE = (255, 170, 60)
PLATE = (60, 220, 60)
UNREAD = (90, 170, 255)
DARK = (20, 20, 20)


def draw(result: FrameResult, width: int) -> Image:
    """The frame, at most ``width`` pixels wide, with what was found in it; a picture of its own."""
    image = result.frame.image
    scale = min(1.0, width / image.shape[1])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    picture: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image.copy()
    for number, seen in enumerate(result.observations):
        text = result.labels[number] if number < len(result.labels) else ""
        if seen.vehicle is not None:
            _outline(picture, seen.vehicle.box, scale, VEHICLE)
        if seen.plate is not None:
            _outline(picture, seen.plate.box, scale, PLATE if text else UNREAD)
        if text:
            _write(picture, text, seen.plate.box if seen.plate is not None else seen.box, scale)
    return picture


def _outline(picture: Image, box: Box, scale: float, color: tuple[int, int, int]) -> None:
    corners = [round(number * scale) for number in (box.x1, box.y1, box.x2, box.y2)]
    cv2.rectangle(picture, (corners[0], corners[1]), (corners[2], corners[3]), color, 2)


def _write(picture: Image, text: str, box: Box, scale: float) -> None:
    """Above the box, or below it where the picture ends."""
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 2)
    x = max(0, min(round(box.x1 * scale), picture.shape[1] - width - 8))
    above = round(box.y1 * scale) - 6
    y = above if above > height + 8 else round(box.y2 * scale) + height + 12
    cv2.rectangle(picture, (x, y - height - 6), (x + width + 8, y + 5), DARK, -1)
    cv2.putText(picture, text, (x + 4, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, PLATE, 2, cv2.LINE_AA)
