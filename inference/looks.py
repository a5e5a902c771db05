"""One look at one frame, without memory: which plates are worth reading, and what they say."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from inference.lines import Line
from inference.plate_format import is_word, regions_of
from inference.rectifier import recut
from inference.types import Attributes, Frame, FrameResult, Image, Observation, Plate, Reading, Reason, Vehicle
from inference.vote import char_confidences

Polygon = tuple[tuple[float, float], ...]
"""Points in shares of the picture's width and height, 0-1."""

MIN_SHARPNESS = 0.02
SURE = 0.7
"""A character below makes the plate worth reading from other crops too."""
FORMAT_WEIGHT = 3.0
"""How much more a reading counts that is written as the plates of a region are; twice or five times do the same."""
PLATE_ASPECT = (0.7, 8.0)
LONE_PLATE_CONFIDENCE = 0.4
LONE_TEXT_CONFIDENCE = 0.5
LONE_WORD_CONFIDENCE = 0.65
"""How sure a plate without a vehicle must be to carry letters alone; signs in 1,500 photographs had at most 0.64."""
TEXT_LENGTHS = (3, 10)


class FindsPlates(Protocol):
    def detect(self, image: Image) -> tuple[list[Vehicle], list[Plate]]: ...


class Reads(Protocol):
    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]: ...


class Describes(Protocol):
    def describe(self, crops: Sequence[Image]) -> list[Attributes]: ...


class Rectifies(Protocol):
    def __call__(self, image: Image, plate: Plate) -> Plate: ...


@dataclass(frozen=True, slots=True)
class Models:
    """The networks; they remember nothing, so that all cameras of a process share them."""

    detector: FindsPlates
    rectify: Rectifies
    reader: Reads
    attributes: Describes


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """What one camera is to look for. ``region`` orders its plate formats first.

    A plate (or a vehicle without one) counts when its center lies in any ``include`` polygon, if there are any,
    and in no ``exclude`` polygon. ``lines`` tell the direction of who crosses them.
    """

    region: str | None = None
    include: tuple[Polygon, ...] = ()
    exclude: tuple[Polygon, ...] = ()
    lines: tuple[Line, ...] = ()
    min_plate_width: int = 40
    min_detection_confidence: float = 0.35
    min_reading_confidence: float = 0.4
    settle_votes: int = 3
    reappear_gap_s: float = 45.0
    read_attributes: bool = True
    gate_motion: bool = True


class Stopwatch:
    """Milliseconds per step of one frame."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.ms = dict.fromkeys(("detect", "rectify", "read", "attributes"), 0.0)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.ms[name] += (time.perf_counter() - started) * 1000

    def stop(self) -> dict[str, float]:
        """The same ``ms`` that the look's observations hold, now complete."""
        self.ms["total"] = (time.perf_counter() - self._started) * 1000
        return self.ms


@functools.lru_cache(maxsize=4)
def load_models(backend: str = "openvino", threads: int = 0, elsewhere: tuple[tuple[str, Path], ...] = ()) -> Models:
    """The product's own models, once per process; ``elsewhere`` is the folder that holds each of the others.

    Raises ``WeightsError``, ``BackendError``.
    """
    from inference.attributes import VehicleAttributes
    from inference.backends.base import Backend, load_backend
    from inference.detector import Detector
    from inference.model_config import ModelConfig
    from inference.reader import PlateReader
    from inference.rectifier import rectify
    from inference.weights import MODELS, find_model

    folders = dict(elsewhere)

    def load(name: str) -> tuple[Backend, ModelConfig]:
        path, config = find_model(name, backend, folders.get(name, MODELS))
        return load_backend(path, backend, threads), config

    cv2.setNumThreads(1)
    return Models(
        Detector(*load("detector")), rectify, PlateReader(*load("reader")), VehicleAttributes(*load("attributes"))
    )


def recognize(models: Models, settings: PipelineSettings, frame: Frame) -> FrameResult:
    """Everything that a single picture shows: every plate is read, every vehicle described. Keeps no state."""
    watch = Stopwatch()
    vehicles, found = find(models, settings, frame, watch)
    observations = _read_all(models, settings, found, watch)
    if settings.read_attributes:
        observations = describe(models, observations, watch)
    labels = tuple(o.reading.text if o.reading and o.reason is None else "" for o in observations)
    return FrameResult(frame, tuple(vehicles), tuple(observations), ms=watch.stop(), labels=labels)


def find(
    models: Models, settings: PipelineSettings, frame: Frame, watch: Stopwatch
) -> tuple[list[Vehicle], list[Observation]]:
    """The vehicles, and an observation for each vehicle and each plate without one; bad plates have their reason."""
    with watch.step("detect"):
        vehicles, plates = models.detector.detect(frame.image)
    plate_of: dict[int, Plate] = {}
    lone: list[Plate] = []
    for plate in sorted(plates, key=lambda plate: -plate.confidence):
        owner = id(plate.vehicle)
        if plate.vehicle is not None and owner not in plate_of:
            plate_of[owner] = plate
        else:
            lone.append(replace(plate, vehicle=None))
    owned = [Observation(frame, plate.vehicle, plate, ms=watch.ms) for plate in plate_of.values()]
    alone = [Observation(frame, None, plate, ms=watch.ms) for plate in lone if not _holds_other(plate, plates)]
    observations = [_judge_plate(observation, settings) for observation in owned + alone]
    bare = [vehicle for vehicle in vehicles if id(vehicle) not in plate_of]
    observations += [
        _judge_place(Observation(frame, vehicle, reason="no_plate", ms=watch.ms), settings) for vehicle in bare
    ]
    return vehicles, observations


def _holds_other(plate: Plate, plates: Sequence[Plate]) -> bool:
    """Whether it is rather the front of a vehicle that fills the picture: a plate does not hold a plate."""
    box = plate.box
    return any(
        box.area() > 4 * other.box.area() and box.overlap(other.box) > 0.9 * other.box.area() for other in plates
    )


def _judge_plate(observation: Observation, settings: PipelineSettings) -> Observation:
    plate, vehicle = observation.plate, observation.vehicle
    assert plate is not None
    width, height = plate_size(plate)
    reason: Reason | None = None
    if width < settings.min_plate_width:
        reason = "plate_too_small"
    wanted = settings.min_detection_confidence if vehicle else LONE_PLATE_CONFIDENCE
    if plate.confidence < wanted or not PLATE_ASPECT[0] < width / height < PLATE_ASPECT[1]:
        reason = "low_detection_confidence"
    if vehicle is not None and not _is_plausible(plate, vehicle):
        reason = "low_detection_confidence"
    return _judge_place(replace(observation, reason=reason), settings)


def _is_plausible(plate: Plate, vehicle: Vehicle) -> bool:
    """Badges and lettering on a roof or windscreen are no plates; those hang below, and are not as wide as a car."""
    below = (plate.box.center[1] - vehicle.box.y1) / max(1, vehicle.box.height)
    share = plate.box.width / max(1, vehicle.box.width)
    return below > 0.2 and 0.04 < share < (1.1 if vehicle.kind == "motorcycle" else 0.8)


def _judge_place(observation: Observation, settings: PipelineSettings) -> Observation:
    place = observation.plate.box if observation.plate else observation.box
    height, width = observation.frame.image.shape[:2]
    x, y = place.center[0] / width, place.center[1] / height
    inside = not settings.include or any(_is_inside(polygon, x, y) for polygon in settings.include)
    if inside and not any(_is_inside(polygon, x, y) for polygon in settings.exclude):
        return observation
    return replace(observation, reason="zone")


def _is_inside(polygon: Polygon, x: float, y: float) -> bool:
    return cv2.pointPolygonTest(np.array(polygon, np.float32), (x, y), False) >= 0


def read(
    models: Models, settings: PipelineSettings, observations: Sequence[Observation], watch: Stopwatch
) -> list[Observation]:
    """The observations, with a reading or a reason for each plate that had no reason yet."""
    with watch.step("rectify"):
        upright = [_rectified(models, observation) for observation in observations]
    legible = [i for i, o in enumerate(upright) if o.plate is not None and o.reason is None]
    if legible:
        with watch.step("read"):
            crops = [plate.crop for i in legible if (plate := upright[i].plate) and plate.crop is not None]
            for i, reading in zip(legible, models.reader.read(crops, settings.region), strict=True):
                upright[i] = replace(upright[i], reading=reading, stage="read")
            upright = _look_again(models, settings, upright)
            for i in legible:
                upright[i] = replace(upright[i], reason=_judge_reading(upright[i], settings))
    return upright


def _read_all(
    models: Models, settings: PipelineSettings, observations: Sequence[Observation], watch: Stopwatch
) -> list[Observation]:
    """Reads all plates: there will be no better look at one that the detector doubts, so a sure text may speak for it.

    Of 411 photographs, level and turned, 3 more were read, and no sign or badge was taken for a plate.
    """
    tried = [replace(o, reason=None) if _is_doubtful(o, settings) else o for o in observations]
    return [
        _judge_alone(before, seen, settings)
        for before, seen in zip(observations, read(models, settings, tried, watch), strict=True)
    ]


def _judge_alone(before: Observation, seen: Observation, settings: PipelineSettings) -> Observation:
    """What counts of a plate that no other frame will show: its look, or what was wrong with it before."""
    if _is_doubtful(before, settings):
        return seen if seen.reason is None and _is_sure(seen.reading, settings.region) else before
    return replace(seen, reason=None) if seen.reason == "format" and _is_sure_word(seen) else seen


def _is_sure_word(observation: Observation) -> bool:
    """Letters alone, clearly read on what is clearly a plate."""
    plate, reading = observation.plate, observation.reading
    if plate is None or reading is None or not is_word(reading.text) or len(reading.text) > TEXT_LENGTHS[1]:
        return False
    return plate.confidence >= LONE_WORD_CONFIDENCE and _weakest(reading) >= SURE


def _is_doubtful(observation: Observation, settings: PipelineSettings) -> bool:
    """Large enough, but perhaps no plate."""
    plate = observation.plate
    is_large = plate is not None and plate_size(plate)[0] >= settings.min_plate_width
    return is_large and observation.reason == "low_detection_confidence"


def _look_again(models: Models, settings: PipelineSettings, observations: Sequence[Observation]) -> list[Observation]:
    """The text that several crops are surest of together, where a character was unsure or no format fits the text."""
    best = list(observations)
    unsure = [i for i, o in enumerate(best) if o.reading is not None and not _is_sure(o.reading, settings.region)]
    others = [(i, plate) for i in unsure if (seen := best[i].plate) for plate in recut(best[i].frame.image, seen)]
    readable = [
        (i, plate, plate.crop) for i, plate in others if plate.crop is not None and min(plate.crop.shape[:2]) > 2
    ]
    readings = models.reader.read([crop for _, _, crop in readable], settings.region)
    for i in unsure:
        more = [
            replace(best[i], plate=plate, reading=reading)
            for (j, plate, _), reading in zip(readable, readings, strict=True)
            if i == j
        ]
        best[i] = _surest([best[i], *more], settings.region)
    return best


def _surest(looks: Sequence[Observation], region: str | None) -> Observation:
    """Of crops of one plate, the one that says best what they say together; sure and well-formed ones weigh more."""
    together: dict[str, float] = {}
    for look in looks:
        if look.reading is not None and look.reading.text:
            weight = look.reading.confidence**2 * (FORMAT_WEIGHT if regions_of(look.reading.text, region) else 1.0)
            together[look.reading.text] = together.get(look.reading.text, 0.0) + weight
    text = max(together, key=lambda text: together[text], default="")
    saying = [look for look in looks if look.reading is not None and look.reading.text == text]
    return max(saying, key=lambda look: _weakest(look.reading) if look.reading else 0.0)


def _is_sure(reading: Reading | None, region: str | None) -> bool:
    """What is left of a plate that the detector cut off is often read well, but fits no format."""
    return reading is not None and _weakest(reading) >= SURE and bool(regions_of(reading.text, region))


def _weakest(reading: Reading) -> float:
    """The confidence of the least sure character, 0 without a text."""
    return min(char_confidences(reading), default=0.0) if reading.text else 0.0


def _rectified(models: Models, observation: Observation) -> Observation:
    if observation.plate is None or observation.reason is not None:
        return observation
    plate = models.rectify(observation.frame.image, observation.plate)
    blurred = plate.crop is None or sharpness(plate.crop) < MIN_SHARPNESS
    return replace(observation, plate=plate, stage="rectify", reason="blur" if blurred else None)


def _judge_reading(observation: Observation, settings: PipelineSettings) -> Reason | None:
    reading = observation.reading
    assert reading is not None
    least = settings.min_reading_confidence
    if observation.vehicle is None and reading.region is None:
        least = max(least, LONE_TEXT_CONFIDENCE)
    if _weakest(reading) < least or not reading.text:
        return "low_reading_confidence"
    if reading.region is not None:
        return None
    has_digit = any(character.isdigit() for character in reading.text)
    fits = TEXT_LENGTHS[0] <= len(reading.text) <= TEXT_LENGTHS[1] and (has_digit or observation.vehicle is not None)
    return None if fits else "format"


def describe(models: Models, observations: Sequence[Observation], watch: Stopwatch) -> list[Observation]:
    """The observations, those of vehicles with brand and color."""
    described = list(observations)
    shown = [i for i, observation in enumerate(described) if observation.vehicle is not None]
    crops = [vehicle.box.crop(described[i].frame.image) for i in shown if (vehicle := described[i].vehicle)]
    with watch.step("attributes"):
        attributes = models.attributes.describe(crops) if crops else []
    for i, found in zip(shown, attributes, strict=True):
        described[i] = replace(described[i], attributes=found)
    return described


def sharpness(crop: Image) -> float:
    """How crisp the edges of a plate's crop are against its contrast, about 0 (blurred) to 1."""
    small = cv2.resize(crop, (max(8, round(32 * crop.shape[1] / crop.shape[0])), 32), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    contrast = float(gray.var()) + 25.0
    return min(1.0, float(cv2.Laplacian(gray, cv2.CV_32F).var()) / (4 * contrast))


def clearness(observation: Observation) -> float:
    """The weight of a reading: large and sharp plates count more."""
    plate = observation.plate
    assert plate is not None
    assert plate.crop is not None
    _, height = plate_size(plate)
    return min(2.0, max(0.2, height / 32)) * (0.3 + 0.7 * sharpness(plate.crop))


def plate_size(plate: Plate) -> tuple[float, float]:
    """Width and height along the plate's edges, in pixels."""
    if plate.corners is None:
        return max(1.0, plate.box.width), max(1.0, plate.box.height)
    top_left, top_right, bottom_right, bottom_left = plate.corners
    width = (np.linalg.norm(top_right - top_left) + np.linalg.norm(bottom_right - bottom_left)) / 2
    height = (np.linalg.norm(bottom_left - top_left) + np.linalg.norm(bottom_right - top_right)) / 2
    return max(1.0, float(width)), max(1.0, float(height))
