"""The pictures of what was seen: cut and encoded where the pixels are, written where the row is."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from detections.breakdown import breakdown_of, measures_of, rounded
from inference.types import Box, FrameResult, Image, Observation, Plate, PlateRead

QUALITY = 88
MARGIN = 0.06
SAMPLE_BYTES = 1_000_000
"""As much as the pictures of a visit may take."""
NOT_STORED = "pictures are not stored: {}"
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
    breakdown: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptLook:
    """One observation without pixels, with its pictures; ``track_id`` is empty for what is not followed."""

    seen: Observation
    pictures: Pictures
    measures: dict[str, Any] = field(default_factory=dict)
    track_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptLooks:
    """The observations of one frame that become attempts.

    ``frame`` is the whole picture as JPEG where somebody wants to learn from it.
    """

    captured_at: float
    looks: tuple[KeptLook, ...]
    ms: dict[str, float]
    frame: bytes = b""


def sighting(read: PlateRead) -> Sighting:
    pictures = replace(cut(read.best), frame=jpeg(read.best.frame.image))
    return Sighting(replace(read, best=without_pixels(read.best)), pictures, breakdown_of(read))


def kept_looks(result: FrameResult, chosen: Iterable[int], *, with_frame: bool = False) -> KeptLooks:
    """Of a look that counted the plate alone is kept: its vehicle is in the detection's own pictures."""
    looks = []
    for i in chosen:
        seen = result.observations[i]
        standing = result.standings[i] if i < len(result.standings) else None
        pictures = cut(seen) if seen.reason else replace(cut(seen), vehicle=b"")
        looks.append(KeptLook(without_pixels(seen), pictures, measures_of(seen), standing.track_id if standing else ""))
    frame = jpeg(result.frame.image) if with_frame else b""
    return KeptLooks(result.frame.captured_at, tuple(looks), rounded(result.ms), frame)


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
    require_room()
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


def require_room() -> None:
    """Pictures leave the rest of the disk to the database. Raises ``OSError``."""
    folder = Path(settings.MEDIA_ROOT).resolve()
    free = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    if free < settings.DISK_RESERVE_MB * 2**20:
        raise OSError(errno.ENOSPC, f"less than {settings.DISK_RESERVE_MB} MB are free on the disk")


def refusal() -> str:
    """Why pictures cannot be written now, found out by writing one; empty when they can."""
    try:
        require_room()
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
            file.write(bytes(SAMPLE_BYTES))
            file.flush()
    except OSError as refused:
        return NOT_STORED.format(refused.strerror or refused)
    return ""


def read(name: str | None) -> bytes:
    """A stored picture; empty when there is none, or no more."""
    if not name:
        return b""
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except OSError:
        return b""


def delete(names: Iterable[str]) -> None:
    for name in names:
        if name:
            try:
                default_storage.delete(name)
            except OSError:
                continue  # a picture too many harms nobody; retention meets it again
