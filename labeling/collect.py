"""Dataset Mode: which plate reads and failed looks of a camera become samples."""

from __future__ import annotations

import logging
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, connection

from cameras.choices import DatasetMode
from cameras.models import Camera
from detections import pictures
from detections.models import CONFIRMED_VOTES, Detection
from detections.pictures import KeptLooks, Pictures, Sighting
from detections.record import moment, numbers, points
from inference.types import Attributes, Box, Image, Observation, PlateRead
from labeling.choices import Reason
from labeling.likeness import group_of, look_alike, picture_hash
from labeling.models import PICTURES, DatasetSettings, Sample
from labeling.quota import Room

logger = logging.getLogger(__name__)

UNCERTAIN_FROM = 0.3
"""Of ``uncertainty_of``: the weakest character is below 0.7, or as large a share of the looks says something else."""
LONE_LOOK = 0.4
"""The least uncertainty of a text that one look alone supports."""
NO_FORMAT = 0.1
"""Added where the text fits no known format."""
PLAN_LIFE_S = 2.0
NEGATIVE_EVERY_S = 5.0
NEGATIVE_REASONS = {"low_reading_confidence", "format", "low_detection_confidence"}
NEGATIVES_COMPARED = 30


def uncertainty_of(read: PlateRead) -> float:
    """0 (sure) to 1: how much a person's look at this read is worth."""
    weakest = min(read.char_confidences, default=read.confidence)
    return doubt_of(read.text, weakest, read.votes, sum(votes for _, votes in read.others), bool(read.region))


def doubt_of(text: str, weakest: float, votes: int, against: int, fits: bool) -> float:
    """``weakest`` is a character's confidence, ``against`` looks that say something else, ``fits`` a known format."""
    if not text:
        return 1.0
    doubt = max(1.0 - weakest, against / max(1, votes + against))
    if votes < CONFIRMED_VOTES:
        doubt = max(doubt, LONE_LOOK)
    return round(min(1.0, doubt + (0.0 if fits else NO_FORMAT)), 4)


def reason_to_keep(read: PlateRead, mode: str, every: int) -> Reason | None:
    """Whether this read becomes a sample. One in so many is drawn by the track: the same again after a restart."""
    if mode == DatasetMode.EVERYTHING:
        return Reason.EVERYTHING
    if mode == DatasetMode.UNCERTAIN and uncertainty_of(read) >= UNCERTAIN_FROM:
        return Reason.UNCERTAIN
    if mode == DatasetMode.ONE_IN_N and zlib.crc32(read.track_id.encode()) % max(1, every) == 0:
        return Reason.ONE_IN_N
    is_doubtful = bool(read.text) and not read.region and read.votes < CONFIRMED_VOTES
    return Reason.HARD_NEGATIVE if mode == DatasetMode.HARD_NEGATIVES and is_doubtful else None


class Collector:
    """Belongs to the Broadcast thread of one camera. Nothing that goes wrong here is felt by the reads."""

    def __init__(self, camera_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._room = Room(clock)
        self._camera: Camera | None = None
        self._limits = DatasetSettings()
        self._planned_at = float("-inf")
        self._negative_at = float("-inf")
        self.lost = 0

    @property
    def wants_frames(self) -> bool:
        """Whether failed looks should come with their frame."""
        return self._mode() == DatasetMode.HARD_NEGATIVES

    def keep(self, detection: Detection, seen: Sighting, model_version: str = "") -> Sample | None:
        """The sample of this plate read, if the camera's mode wants one and there is none of this text yet."""
        try:
            self._plan()
            reason = reason_to_keep(seen.read, self._mode(), self._camera.dataset_every if self._camera else 1)
            if reason is None or Sample.objects.filter(track_id=seen.read.track_id, text=seen.read.text).exists():
                return None
            sample = sample_of(seen.read, detection)
            sample.reason = reason
            sample.model_version = model_version
            return self._store(sample, seen.pictures, seen.pictures.frame)
        except (DatabaseError, InterfaceError, OSError) as error:
            self._lose(error)
        return None

    def keep_failed(self, failed: KeptLooks, model_version: str = "") -> Sample | None:
        """The first failed look that may show what is no plate and does not look like the last ones."""
        try:
            self._plan()
            is_due = self.wants_frames and self._clock() - self._negative_at >= NEGATIVE_EVERY_S
            if not is_due or not failed.frame:
                return None
            for look in failed.looks:
                seen, shown = look.seen, look.pictures
                if seen.plate is None or seen.reason not in NEGATIVE_REASONS or not shown.plate:
                    continue
                sample = sample_of_failed(seen, failed.captured_at)
                sample.model_version = model_version
                if not self._is_known(picture_hash(decoded(shown.plate))):
                    self._negative_at = self._clock()
                    return self._store(sample, shown, failed.frame)
        except (DatabaseError, InterfaceError, OSError) as error:
            self._lose(error)
        return None

    def _plan(self) -> None:
        """What the rows say, at most two seconds old: a change in the pages needs no restart of the worker."""
        if self._clock() - self._planned_at < PLAN_LIFE_S:
            return
        self._limits = DatasetSettings.now()
        self._camera = Camera.objects.filter(pk=self._camera_id).first()
        self._planned_at = self._clock()

    def _mode(self) -> str:
        return self._camera.dataset_mode if self._camera and self._limits.is_on else DatasetMode.OFF

    def _is_known(self, hashed: str) -> bool:
        kept = Sample.objects.filter(camera_id=self._camera_id, reason=Reason.HARD_NEGATIVE).order_by("-captured_at")
        hashes = kept.values_list("picture_hash", flat=True)[:NEGATIVES_COMPARED]
        return any(look_alike(hashed, other) for other in hashes)

    def _store(self, sample: Sample, shown: Pictures, frame: bytes) -> Sample | None:
        sample.camera = self._camera
        sample.camera_name = self._camera.name if self._camera else ""
        image = decoded(frame)
        sample.height, sample.width = image.shape[:2]
        plate = jpeg_of(image, sample.plate_box) or shown.plate
        files = dict(zip(PICTURES, (frame, shown.vehicle, plate, shown.plate), strict=True))
        sample.bytes = sum(map(len, files.values()))
        if not self._room.take(self._limits, sample.bytes):
            self.lost += 1
            return None
        is_negative = sample.reason == Reason.HARD_NEGATIVE
        sample.picture_hash = picture_hash(decoded(shown.plate if is_negative or not shown.vehicle else shown.vehicle))
        sample.group = group_of(sample)
        save_with_files(sample, files)
        return sample

    def _lose(self, error: Exception) -> None:
        self.lost += 1
        connection.close()
        logger.warning("a sample is not kept: %s", error)


def sample_of(read: PlateRead, detection: Detection) -> Sample:
    """The sample of a plate read, without camera and pictures."""
    sample = sample_of_look(read.best, read.attributes)
    sample.detection = detection
    sample.visit = detection.track_id
    sample.track_id = read.track_id
    sample.text = read.text
    sample.region = read.region or ""
    sample.confidence = round(read.confidence, 4)
    sample.char_confidences = [round(confidence, 4) for confidence in read.char_confidences]
    sample.votes, sample.looks = read.votes, read.looks
    sample.others = [list(other) for other in read.others]
    sample.uncertainty = uncertainty_of(read)
    return sample


def sample_of_failed(seen: Observation, captured_at: float) -> Sample:
    sample = sample_of_look(seen, seen.attributes or Attributes())
    sample.captured_at = moment(captured_at)
    sample.visit = f"look-{sample.uid.hex}"
    sample.reason = Reason.HARD_NEGATIVE
    sample.uncertainty = 1.0
    sample.looks = 1
    if seen.reading:
        sample.text = seen.reading.text[:20]
        sample.confidence = round(seen.reading.confidence, 4)
        sample.char_confidences = [round(confidence, 4) for confidence in seen.reading.char_confidences]
        sample.region = seen.reading.region or ""
    return sample


def sample_of_look(seen: Observation, attributes: Attributes) -> Sample:
    plate, vehicle = seen.plate, seen.vehicle
    return Sample(
        uid=uuid.uuid4(),
        captured_at=moment(seen.frame.captured_at),
        kind=vehicle.kind if vehicle else "unknown",
        vehicle_box=numbers(vehicle.box) if vehicle else None,
        plate_box=numbers(plate.box) if plate else None,
        corners=points(plate.corners) if plate and plate.corners is not None else None,
        brand=attributes.brand,
        brand_confidence=round(attributes.brand_confidence, 4),
        color=attributes.color,
        color_confidence=round(attributes.color_confidence, 4),
    )


def save_with_files(sample: Sample, files: Mapping[str, bytes]) -> None:
    """Writes the pictures, then the row; neither is left alone when the other fails. ``files`` go by field."""
    written = write_files(sample, files)
    try:
        sample.save()
    except (DatabaseError, InterfaceError):
        pictures.delete(written)
        raise


def write_files(sample: Sample, files: Mapping[str, bytes]) -> list[str]:
    """Names the pictures in the row, which is not saved; none stays when the disk refuses one of them."""
    pictures.require_room()
    folder = f"{sample.camera_id or 0}/samples/{sample.captured_at:%Y/%m/%d}"
    written: list[str] = []
    try:
        for field, content in files.items():
            if content:
                name = f"{folder}/{sample.uid.hex}-{field.removesuffix('_picture')}.jpg"
                written.append(name)
                setattr(sample, field, default_storage.save(name, ContentFile(content)))
    except OSError:
        pictures.delete(written)
        raise
    return written


def decoded(jpeg: bytes) -> Image:
    """The picture; empty where there is none."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    return pictures.NO_PIXELS if image is None else image.astype(np.uint8, copy=False)


def jpeg_of(image: Image, box: Any) -> bytes:
    """The part of the picture around ``[x1, y1, x2, y2]``; empty without a box."""
    return pictures.jpeg(pictures.widened(Box(*box)).crop(image)) if box and image.size else b""
