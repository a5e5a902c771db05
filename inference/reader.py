"""From plate crops to readings: one network run for all plates of a frame, then the look-alikes put right."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.backends.base import Backend
from inference.model_config import ModelConfig
from inference.plate_format import repair
from inference.types import Image, Reading

BLANK = 0
ROW_STEPS = 48
"""Of the network's steps the first 48 lie over the upper half of the crop, the others over the lower half."""
WORTH_TELLING = 0.02
"""The probability from which another character at a place is worth keeping."""
MOST_ALTERNATIVES = 4
Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Character:
    """One character as the network saw it; ``others`` are what it may be instead, with their probability.

    ``step`` is where it was seen, the middle of its steps.
    """

    char: str
    confidence: float
    others: dict[str, float]
    step: float


class PlateReader:
    """Reads upright plate crops of one or two rows; remembers nothing, so all cameras may share it."""

    def __init__(self, backend: Backend, config: ModelConfig) -> None:
        self._backend = backend
        self._classes = config.classes
        self._size = (config.input_width, config.input_height)

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        """One reading per crop, with empty text where nothing is legible; ``region`` chooses the plate formats."""
        if not crops:
            return []
        inputs = np.stack([to_input(crop, self._size) for crop in crops])
        (probabilities,) = self._backend.run(inputs[:, None].astype(np.float32) / np.float32(255))
        return [to_reading(decode(steps, self._classes), region) for steps in probabilities]


def to_input(crop: Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A crop, BGR or gray, as the network gets it: gray and stretched to ``size`` (width, height)."""
    if not crop.size:
        return np.zeros(size[::-1], np.uint8)
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    way = cv2.INTER_AREA if gray.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, size, interpolation=way), np.uint8)


def decode(probabilities: Probabilities, classes: Sequence[str]) -> list[Character]:
    """The characters on the best path through steps × classes (CTC: repeats are one, the blank is none)."""
    best = probabilities.argmax(1)
    found: list[Character] = []
    ends: list[int] = [*(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    start = 0
    for end in ends:
        label = int(best[start])
        if label != BLANK:
            peak = probabilities[start + int(probabilities[start:end, label].argmax())]
            others = {
                classes[index]: float(peak[index])
                for index in np.flatnonzero(peak > WORTH_TELLING).tolist()
                if index not in (label, BLANK)
            }
            found.append(Character(classes[label], float(peak[label]), others, (start + end - 1) / 2))
        start = end
    return found


def to_reading(characters: Sequence[Character], region: str | None) -> Reading:
    """The text with its confidences; ``confidence`` is the probability that every character is right."""
    raw_text = "".join(character.char for character in characters)
    text, fitting = repair(raw_text, [character.others for character in characters], region, _gaps(characters))
    confidences = tuple(character.confidence for character in characters)
    return Reading(
        text=text,
        confidence=float(np.prod(confidences)) if confidences else 0.0,
        char_confidences=confidences,
        raw_text=raw_text,
        region=fitting,
        alternatives=_alternatives(characters, text),
    )


def _gaps(characters: Sequence[Character]) -> list[float]:
    """The distances between the characters of one row, in steps; of two rows none."""
    steps = [character.step for character in characters]
    if not steps or steps[0] < ROW_STEPS <= steps[-1]:
        return []
    return [after - before for before, after in itertools.pairwise(steps)]


def _alternatives(characters: Sequence[Character], text: str) -> tuple[tuple[str, float], ...]:
    """Other texts that one other character makes, most likely first."""
    whole = float(np.prod([character.confidence for character in characters])) if characters else 0.0
    found: dict[str, float] = {}
    for index, character in enumerate(characters):
        for other, probability in character.others.items():
            changed = text[:index] + other + text[index + 1 :]
            if changed != text:
                found[changed] = max(found.get(changed, 0.0), whole * probability / character.confidence)
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(ranked[:MOST_ALTERNATIVES])
