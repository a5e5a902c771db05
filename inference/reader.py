"""From plate crops to readings: one network run for all plates of a frame, then the texts that formats prefer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.backends.base import Backend
from inference.model_config import ModelConfig
from inference.plate_format import as_spaced, is_word, regions_of
from inference.types import Image, Reading

BLANK = 0
ROW_STEPS = 48
"""Of the network's steps the first 48 lie over the upper half of the crop, the others over the lower half."""
WORTH_TELLING = 0.02
"""The probability from which another character at a place is worth keeping."""
MOST_ALTERNATIVES = 4
BEAMS = 12
WORTH_TRYING = 1e-3
"""The probability from which a character at a step makes another text to follow."""
FORMAT_ODDS = 20.0
"""How many times less likely a text may be that fits a format, or is a word; 10 to 100 do the same."""
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


@dataclass(frozen=True, slots=True)
class Guess:
    """A text that a crop may show; ``confidences`` are the highest probability that each character had at its place."""

    text: str
    probability: float
    confidences: tuple[float, ...]


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
        return [self._reading(steps, region) for steps in probabilities]

    def _reading(self, steps: Probabilities, region: str | None) -> Reading:
        reading = to_reading(decode(steps, self._classes), region)
        if not reading.text or regions_of(reading.text, region):
            return reading
        return prefer_well_formed(reading, search(steps, self._classes), region)


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


def search(probabilities: Probabilities, classes: Sequence[str]) -> list[Guess]:
    """The likeliest texts, each over all of its paths (CTC prefix beam search), most likely first."""
    beams = {"": (1.0, 0.0)}  # of each text: the probability of ending in a blank, and in its last character
    peaks: dict[str, float] = {}
    for step in probabilities:
        blank = float(step[BLANK])
        likely = [(classes[i], float(step[i])) for i in np.flatnonzero(step > WORTH_TRYING).tolist() if i != BLANK]
        grown: dict[str, tuple[float, float]] = {}
        for text, (resting, ending) in beams.items():
            _add(grown, text, (resting + ending) * blank, 0.0)
            for char, probability in likely:
                longer = text + char
                repeats = text.endswith(char)
                if repeats:
                    _add(grown, text, 0.0, ending * probability)
                _add(grown, longer, 0.0, (resting if repeats else resting + ending) * probability)
                peaks[longer] = max(peaks.get(longer, 0.0), probability)
        beams = dict(sorted(grown.items(), key=lambda item: -sum(item[1]))[:BEAMS])
    return [
        Guess(text, sum(ends), tuple(peaks[text[: index + 1]] for index in range(len(text))))
        for text, ends in sorted(beams.items(), key=lambda item: -sum(item[1]))
    ]


def _add(beams: dict[str, tuple[float, float]], text: str, resting: float, ending: float) -> None:
    before = beams.get(text, (0.0, 0.0))
    beams[text] = (before[0] + resting, before[1] + ending)


def prefer_well_formed(reading: Reading, guesses: Sequence[Guess], region: str | None) -> Reading:
    """The likeliest text that fits a format, where it is not far less likely than the best one; else ``reading``.

    So look-alikes are put right, but only those between which the reader wavered; a character comes back that was
    overlooked, and one goes that was seen twice. Where no format fits, a word is preferred to one with a 0 for its O.
    """
    likely = [guess for guess in guesses if guess.probability * FORMAT_ODDS >= guesses[0].probability]
    fitting = [guess for guess in likely if regions_of(guess.text, region)]
    preferred = fitting or [guess for guess in likely if is_word(guess.text)]
    if not preferred:
        return reading
    best = preferred[0]
    confidences = _weighed(best, reading.raw_text)
    return replace(
        reading,
        text=best.text,
        confidence=float(np.prod(confidences)),
        char_confidences=confidences,
        region=_the_only(regions_of(best.text, region)),
        alternatives=tuple((guess.text, guess.probability) for guess in guesses if guess is not best)[
            :MOST_ALTERNATIVES
        ],
    )


def _weighed(guess: Guess, raw_text: str) -> tuple[float, ...]:
    """The confidences of its characters; the format, or the word, speaks for those that the raw text has not."""
    changes = SequenceMatcher(None, raw_text, guess.text, autojunk=False).get_opcodes()
    changed = {place for kind, _, _, start, end in changes if kind != "equal" for place in range(start, end)}
    return tuple(
        FORMAT_ODDS * seen / (FORMAT_ODDS * seen + 1 - seen) if place in changed else seen
        for place, seen in enumerate(guess.confidences)
    )


def to_reading(characters: Sequence[Character], region: str | None) -> Reading:
    """The text with its confidences; ``confidence`` is the probability that every character is right."""
    raw_text = "".join(character.char for character in characters)
    text = as_spaced(raw_text, _gaps(characters), region) if regions_of(raw_text, region) else raw_text
    confidences = tuple(character.confidence for character in characters)
    return Reading(
        text=text,
        confidence=float(np.prod(confidences)) if confidences else 0.0,
        char_confidences=confidences,
        raw_text=raw_text,
        region=_the_only(regions_of(text, region)),
        alternatives=_alternatives(characters, text),
    )


def _the_only(regions: Sequence[str]) -> str | None:
    return regions[0] if len(regions) == 1 else None


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
