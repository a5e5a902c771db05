"""Drawn and degraded crops keep the size and can be repeated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.training.augment import cut_again, degrade
from inference.training.synth import draw_crop, draw_set, find_fonts

SIZE = (192, 64)


def test_drawn_crops_have_the_asked_size_and_repeat_for_a_seed() -> None:
    first, second = (draw_set(12, 3, SIZE, ("us", "br")) for _ in range(2))
    for (image, text), (again, same) in zip(first, second, strict=True):
        assert image.shape == (64, 192)
        assert text == same
        assert np.array_equal(image, again)


def test_degrading_keeps_size_and_type() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        image, _ = draw_crop(rng, SIZE, find_fonts(None))
        worse = degrade(image, rng, strength=3.0)
        assert worse.shape == image.shape
        assert worse.dtype == np.uint8


def test_a_real_crop_is_cut_again_to_the_input_size() -> None:
    rng = np.random.default_rng(5)
    crop = rng.integers(0, 255, (30, 400)).astype(np.uint8)
    assert all(cut_again(crop, SIZE, rng).shape == (64, 192) for _ in range(20))


def test_a_crop_cut_again_at_an_angle_shows_both_ends_of_its_text() -> None:
    rng = np.random.default_rng(5)
    crop = np.full((40, 280), 100, np.uint8)
    crop[14:26, 26:36], crop[14:26, 244:254] = 0, 255
    seen = [cut_again(crop, SIZE, rng) for _ in range(200)]
    whole = [image for image in seen if (image[:, :96] < 20).any() and (image[:, 96:] > 235).any()]
    assert len(whole) >= 195


def test_a_folder_without_fonts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \.ttf"):
        find_fonts(tmp_path)
