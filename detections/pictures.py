"""The pictures of what was seen: cut and encoded where the pixels are, written where the row is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from inference.types import Box, FrameResult, Image, Observation, Plate, PlateRead

QUALITY = 88
MARGIN = 0.06
NO_PIXELS = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Pictures:
    """JPEG files; empty where there is nothing to show."""

    frame: bytes = b""
    vehicle: bytes = b""
    plate: bytes = b""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A plate read on its way to the database. ``read`` holds no pixels: a thousand of them fit into memory."""

    read: PlateRead
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class FailedLook:
    """Observations of one frame that came to nothing, without pixels, each with its pictures."""

    captured_at: float
    looks: tuple[tuple[Observation, Pictures], ...]
    ms: dict[str, float]


def sighting(read: PlateRead) -> Sighting:
    pictures = replace(cut(read.best), frame=jpeg(read.best.frame.image))
    return Sighting(replace(read, best=without_pixels(read.best)), pictures)


def failed_look(result: FrameResult) -> FailedLook:
    failed = [seen for seen in result.observations if seen.reason is not None]
    looks = tuple((without_pixels(seen), cut(seen)) for seen in failed)
    return FailedLook(result.frame.captured_at, looks, {name: round(ms, 1) for name, ms in result.ms.items()})


def cut(seen: Observation) -> Pictures:
    """The vehicle, and the plate: upright when it was straightened, else as it stands in the frame."""
    image = seen.frame.image
    vehicle = jpeg(widened(seen.vehicle.box).crop(image)) if seen.vehicle else b""
    return Pictures(vehicle=vehicle, plate=jpeg(plate_crop(image, seen.plate)) if seen.plate else b"")


def plate_crop(image: Image, plate: Plate) -> Image:
    return plate.crop if plate.crop is not None else widened(plate.box).crop(image)


def widened(box: Box) -> Box:
    x, y = round(box.width * MARGIN), round(box.height * MARGIN)
    return Box(box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y)


def jpeg(image: Image) -> bytes:
    if not image.size:
        return b""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def without_pixels(seen: Observation) -> Observation:
    plate = replace(seen.plate, crop=None) if seen.plate else None
    return replace(seen, frame=replace(seen.frame, image=NO_PIXELS), plate=plate)


def names_of(folder: str, stem: str, moment: float) -> dict[str, str]:
    """A name says which frame a picture is from: the same one is never written twice."""
    day = datetime.fromtimestamp(moment, UTC).strftime("%Y/%m/%d")
    return {kind: f"{folder}/{day}/{stem}-{round(moment * 1000)}-{kind}.jpg" for kind in ("frame", "vehicle", "plate")}


def write(names: dict[str, str], pictures: Pictures) -> dict[str, str]:
    """The names that were written; none when the disk refuses one of them, which raises ``OSError``."""
    written: dict[str, str] = {}
    for kind, name in names.items():
        content: bytes = getattr(pictures, kind)
        if not content:
            continue
        written[kind] = name
        if default_storage.exists(name):
            continue
        try:
            default_storage.save(name, ContentFile(content))
        except OSError:
            delete(written.values())
            raise
    return written


def delete(names: Iterable[str]) -> None:
    for name in names:
        if name:
            try:
                default_storage.delete(name)
            except OSError:
                continue  # a picture too many harms nobody; retention meets it again
