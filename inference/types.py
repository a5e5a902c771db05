"""The values passed between the stages of recognition; a stage adds a value and changes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""BGR, height × width × 3, uint8."""

Corners = NDArray[np.float32]
"""4 × 2 pixels: top left, top right, bottom right, bottom left as the plate's text runs."""

Kind = Literal["car", "motorcycle", "bus", "truck"]
Direction = Literal["approaching", "receding", "unknown"]
Stage = Literal["detect", "rectify", "read", "vote"]
Reason = Literal[
    "no_plate",
    "plate_too_small",
    "blur",
    "low_detection_confidence",
    "low_reading_confidence",
    "format",
    "zone",
    "duplicate",
]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture with its time.

    ``captured_at`` is epoch seconds, for people. ``clock`` is monotonic seconds, for durations;
    from a file it is the picture's place in the film, so that offline runs repeat exactly.
    """

    image: Image
    index: int
    captured_at: float
    clock: float


@dataclass(frozen=True, slots=True)
class Box:
    """Whole pixels of the full frame; ``x2`` and ``y2`` lie outside."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        return max(0, self.x2 - self.x1)

    @property
    def height(self) -> int:
        return max(0, self.y2 - self.y1)

    @property
    def center(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def area(self) -> int:
        return self.width * self.height

    def overlap(self, other: Box) -> int:
        """Shared area in pixels."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return width * height if width > 0 and height > 0 else 0

    def iou(self, other: Box) -> float:
        shared = self.overlap(other)
        return shared / (self.area() + other.area() - shared) if shared else 0.0

    def clip(self, width: int, height: int) -> Box:
        """The part of the box inside a picture of this size."""
        return Box(
            min(max(self.x1, 0), width),
            min(max(self.y1, 0), height),
            min(max(self.x2, 0), width),
            min(max(self.y2, 0), height),
        )

    def crop(self, image: Image) -> Image:
        """The pixels inside; a view, empty when the box lies outside."""
        inside = self.clip(image.shape[1], image.shape[0])
        return image[inside.y1 : inside.y2, inside.x1 : inside.x2]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle in a frame."""

    box: Box
    kind: Kind
    confidence: float


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate in a frame; the rectifier adds ``crop``, upright and tight."""

    box: Box
    confidence: float
    corners: Corners | None = None
    crop: Image | None = None
    vehicle: Vehicle | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one crop says.

    ``text`` is A-Z 0-9 after it was repaired by the region's formats, ``raw_text`` before: they may differ in length.
    ``char_confidences`` are those of ``text``.
    ``region`` is the format that the text fits, or ``None``. ``alternatives`` are other texts with their
    confidence, best first.
    """

    text: str
    confidence: float
    char_confidences: tuple[float, ...] = ()
    raw_text: str = ""
    region: str | None = None
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Attributes:
    """Brand and color of a vehicle; ``unknown`` when the model is not sure enough."""

    brand: str = "unknown"
    brand_confidence: float = 0.0
    color: str = "unknown"
    color_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One vehicle, or one plate without a visible vehicle, in one frame, with what could be read.

    ``reason`` says why ``reading`` is missing or was not used; ``None`` when it counts. ``ms`` is milliseconds per
    step of the look at its frame, all plates of the frame together.
    """

    frame: Frame
    vehicle: Vehicle | None
    plate: Plate | None = None
    reading: Reading | None = None
    attributes: Attributes | None = None
    stage: Stage = "detect"
    reason: Reason | None = None
    ms: dict[str, float] = field(default_factory=dict)

    @property
    def box(self) -> Box:
        """The vehicle's box, or the plate's when no vehicle is visible."""
        found = self.vehicle or self.plate
        assert found is not None, "an observation has a vehicle or a plate"
        return found.box


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the vote of one track stands after a look.

    ``text`` is empty while nothing was read. ``tallies`` are all texts that were read, each with its votes and its
    share (0-1) of the weight of all looks, the heaviest first.
    """

    track_id: str
    text: str = ""
    confidence: float = 0.0
    char_confidences: tuple[float, ...] = ()
    votes: int = 0
    looks: int = 0
    tallies: tuple[tuple[str, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PlateRead:
    """What the votes of one pass agree on.

    ``text`` is empty for a vehicle whose plate could not be read. ``votes`` readings of ``looks`` agree.
    ``best`` is the clearest observation whose own reading is ``text``: its frame is the evidence.
    ``others`` are texts that were read too, each with its votes; ``tallies`` as in ``Standing``. ``ended`` is true
    once the vehicle has left; when it comes back soon the same ``track_id`` is told again.
    """

    track_id: str
    text: str
    confidence: float
    char_confidences: tuple[float, ...]
    votes: int
    looks: int
    first_seen: float
    last_seen: float
    direction: Direction
    attributes: Attributes
    best: Observation
    raw_text: str = ""
    region: str | None = None
    others: tuple[tuple[str, int], ...] = ()
    tallies: tuple[tuple[str, int, float], ...] = ()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class FrameResult:
    """All that one look at a frame gives; ``ms`` is milliseconds per step.

    ``observations`` include the looks that failed, each with its reason. ``labels`` are the texts that the
    votes hold at present, by index of the observation: what is drawn on the picture; ``standings`` the votes
    themselves, ``None`` for what is not followed. ``is_still``: the frame was not looked at, for nothing moved; all
    but the frame repeats the last look.
    """

    frame: Frame
    vehicles: tuple[Vehicle, ...] = ()
    observations: tuple[Observation, ...] = ()
    reads: tuple[PlateRead, ...] = ()
    ms: dict[str, float] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    standings: tuple[Standing | None, ...] = ()
    is_still: bool = False
