"""Drawn plates show the text that they claim, in every style."""

from __future__ import annotations

import numpy as np
import pytest

from inference.plate_drawing import STYLES, PlateStyle, draw_plate, split_rows
from inference.plate_format import ALPHABET, regions_of


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_style_draws_a_plate_that_fits_its_region(style: PlateStyle) -> None:
    plate = draw_plate(np.random.default_rng(1), style)
    assert plate.image.dtype == np.uint8
    assert plate.image.ndim == 3
    assert plate.region == style.region
    assert plate.rows == style.rows
    assert set(plate.text) <= set(ALPHABET)
    assert regions_of(plate.text, style.region)
    assert float(plate.image.std()) > 15


def test_the_same_seed_draws_the_same_plate() -> None:
    first, second = (draw_plate(np.random.default_rng(9)) for _ in range(2))
    assert first.text == second.text
    assert np.array_equal(first.image, second.image)


def test_a_given_text_is_drawn_without_its_separators() -> None:
    assert draw_plate(np.random.default_rng(1), text="AB-123.CD").text == "AB123CD"


@pytest.mark.parametrize(
    ("written", "rows"),
    [("59-C1|019.09", ["59-C1", "019.09"]), ("MH 12 AB 3456", ["MH 12", "AB 3456"]), ("ABCD", ["AB", "CD"])],
)
def test_a_text_is_parted_into_two_rows_near_its_middle(written: str, rows: list[str]) -> None:
    assert split_rows(written) == rows
