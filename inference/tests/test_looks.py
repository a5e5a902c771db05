"""One look at one frame: when a plate is read again from other crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from inference.fakes import FakeAttributes, FakeDetector, FakeReader, cut_out, fake_models, parked_car
from inference.looks import Models, PipelineSettings, Reads, recognize
from inference.types import Frame, Image, Plate, Reading, Vehicle


class ReadsByHeight:
    """As sure as the crop is tall; remembers the heights."""

    def __init__(self, sure_from: int) -> None:
        self.heights: list[int] = []
        self._sure_from = sure_from

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        self.heights += [crop.shape[0] for crop in crops]
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image) -> Reading:
        sure = crop.shape[0] >= self._sure_from
        text, confidence = ("AB123CD", 0.9) if sure else ("A8123CD", 0.5)
        return Reading(text, confidence, (confidence,) * len(text), text, "fr")


class ReadsInTurn:
    """The given texts with their confidences, one after the other."""

    def __init__(self, *readings: tuple[str, float]) -> None:
        self._readings = list(readings)

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        taken = [self._readings.pop(0) for _ in crops]
        return [Reading(text, confidence, (confidence,) * len(text), text, "fr") for text, confidence in taken]


def look(reader: Reads) -> tuple[str, int]:
    """The text of the only plate, and how tall the crop shown is."""
    picture = np.full((600, 1600, 3), 90, np.uint8)
    models = Models(FakeDetector(), cut_out, reader, FakeAttributes())
    (seen,) = recognize(models, PipelineSettings(), Frame(picture, 0, 0.0, 0.0)).observations
    assert seen.reading is not None
    assert seen.plate is not None
    assert seen.plate.crop is not None
    return seen.reading.text, seen.plate.crop.shape[0]


def test_a_sure_plate_is_read_once() -> None:
    reader = ReadsByHeight(sure_from=1)
    assert look(reader) == ("AB123CD", reader.heights[0])
    assert len(reader.heights) == 1


def test_an_unsure_plate_is_read_from_other_crops_and_the_surest_is_kept_and_shown() -> None:
    first = ReadsByHeight(sure_from=1)
    look(first)
    reader = ReadsByHeight(sure_from=first.heights[0] + 1)
    assert look(reader) == ("AB123CD", max(reader.heights))
    assert len(reader.heights) == 3


def test_what_no_crop_makes_surer_stays_as_it_was_read() -> None:
    reader = ReadsByHeight(sure_from=10_000)
    assert look(reader) == ("A8123CD", reader.heights[0])


def test_two_crops_that_agree_outvote_one_that_is_a_little_surer() -> None:
    assert look(ReadsInTurn(("AB128CD", 0.6), ("AB123CD", 0.5), ("AB123CD", 0.55)))[0] == "AB123CD"
    assert look(ReadsInTurn(("AB128CD", 0.65), ("AB123CD", 0.3), ("AB123CD", 0.3)))[0] == "AB128CD"


def test_a_plate_cut_off_is_found_whole_in_a_wider_crop() -> None:
    """The detector's box left out the first letter: what is left is sure, but it is written like no plate."""
    cut, whole = ("L10AW2814", 0.94), ("KL10AW2814", 0.75)
    assert look(ReadsInTurn(cut, ("10AW281", 0.5), whole))[0] == "KL10AW2814"


def test_a_sure_plate_without_a_format_is_not_bent_into_one() -> None:
    own, other = ("1ST2NONE", 0.95), ("1STNONE", 0.7)
    assert look(ReadsInTurn(own, own, other))[0] == "1ST2NONE"


@pytest.mark.parametrize(
    ("text", "confidence", "least_width", "expected"),
    [
        ("AB123CD", 0.9, 40, (None, "read")),
        ("AB123CD", 0.6, 40, ("low_detection_confidence", "detect")),
        ("DINER2GO", 0.9, 40, ("low_detection_confidence", "detect")),
        ("AB123CD", 0.9, 400, ("low_detection_confidence", "detect")),
    ],
    ids=["sure", "unsure", "no plate's text", "too small"],
)
def test_of_a_single_picture_a_sure_text_speaks_for_a_doubtful_plate(
    text: str, confidence: float, least_width: int, expected: tuple[str, str]
) -> None:
    def scene(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        vehicles, (plate,) = parked_car(image)
        return vehicles, [replace(plate, confidence=0.3)]

    models = fake_models(FakeDetector(scene), FakeReader(text, confidence=confidence))
    frame = Frame(np.full((600, 1600, 3), 90, np.uint8), 0, 0.0, 0.0)
    (seen,) = recognize(models, PipelineSettings(min_plate_width=least_width), frame).observations
    assert (seen.reason, seen.stage) == expected


@pytest.mark.parametrize(
    ("text", "plate", "confidence", "reason"),
    [
        ("GOKARTN", 0.7, 0.9, None),
        ("GOKARTN", 0.6, 0.9, "format"),
        ("GOKARTN", 0.7, 0.6, "format"),
        ("OHYESMYDEAR", 0.7, 0.9, "format"),
    ],
    ids=["sure", "perhaps a sign", "hardly legible", "too long"],
)
def test_of_a_single_picture_a_word_on_a_sure_plate_without_a_vehicle_counts(
    text: str, plate: float, confidence: float, reason: str | None
) -> None:
    def scene(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        return [], [replace(parked_car(image)[1][0], confidence=plate, vehicle=None)]

    models = fake_models(FakeDetector(scene), FakeReader(text, confidence=confidence))
    frame = Frame(np.full((600, 1600, 3), 90, np.uint8), 0, 0.0, 0.0)
    (seen,) = recognize(models, PipelineSettings(), frame).observations
    assert seen.reason == reason
