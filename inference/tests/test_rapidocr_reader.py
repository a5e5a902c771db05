"""The second reader, with the models that its package brings."""

from __future__ import annotations

import numpy as np
import pytest

from inference.plate_drawing import STYLES, draw_plate
from inference.rapidocr_reader import RapidOcrReader

pytest.importorskip("rapidocr", reason="an optional package: requirements/train.txt")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader()


@pytest.mark.parametrize("name", ["de", "br-old-moto"])
def test_plates_of_one_and_two_rows_are_read(reader: RapidOcrReader, name: str) -> None:
    style = next(style for style in STYLES if style.name == name)
    plates = [draw_plate(np.random.default_rng(seed), style) for seed in range(6)]
    readings = reader.read([plate.image for plate in plates])
    assert sum(reading.text.endswith(plate.text[-4:]) for reading, plate in zip(readings, plates, strict=True)) >= 3
    assert all(len(reading.char_confidences) == len(reading.text) for reading in readings)


def test_an_empty_crop_has_no_text(reader: RapidOcrReader) -> None:
    (reading,) = reader.read([np.zeros((2, 3, 3), np.uint8)])
    assert reading.text == ""
    assert reading.confidence == 0.0
