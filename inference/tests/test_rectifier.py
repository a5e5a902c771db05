"""A tilted plate becomes an upright crop."""

import cv2
import numpy as np
import pytest

from inference.plate_drawing import draw_plate
from inference.rectifier import MARGIN, MAX_WIDTH, rectify, recut
from inference.types import Box, Plate

FLAT = draw_plate(np.random.default_rng(5), text="AB-123-CD").image


def tilted(quad: list[list[float]]) -> tuple[np.ndarray, Plate]:
    """A picture with the plate drawn into the corners."""
    rows, columns = FLAT.shape[:2]
    corners = np.array(quad, np.float32)
    flat = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    picture = cv2.warpPerspective(FLAT, cv2.getPerspectiveTransform(flat, corners), (640, 480))
    low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    return picture, Plate(Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])), 0.9, corners)


def likeness(crop: np.ndarray) -> float:
    """1 when the crop is the flat plate."""
    height, width = crop.shape[:2]
    margin = round(MARGIN * height / (1 + 2 * MARGIN))
    inner = cv2.resize(crop[margin : height - margin, margin : width - margin], FLAT.shape[1::-1])
    return float(np.corrcoef(inner.mean(axis=2).ravel(), FLAT.mean(axis=2).ravel())[0, 1])


@pytest.mark.parametrize(
    "quad",
    [
        [[100, 100], [400, 100], [400, 170], [100, 170]],
        [[100, 160], [380, 100], [390, 170], [110, 230]],
        [[120, 100], [300, 140], [300, 220], [120, 150]],
    ],
)
def test_a_tilted_plate_becomes_upright(quad: list[list[float]]) -> None:
    picture, plate = tilted(quad)
    crop = rectify(picture, plate).crop
    assert crop is not None
    assert likeness(crop) > 0.85


def test_the_corners_bring_more_than_the_box() -> None:
    picture, plate = tilted([[100, 160], [380, 100], [390, 170], [110, 230]])
    upright = rectify(picture, plate).crop
    box = rectify(picture, Plate(plate.box, plate.confidence)).crop
    assert upright is not None
    assert box is not None
    assert likeness(upright) > likeness(box) + 0.3


def test_a_level_plate_is_cut_from_its_box() -> None:
    picture, plate = tilted([[100, 100], [400, 103], [400, 173], [100, 170]])
    crop = rectify(picture, plate).crop
    assert crop is not None
    np.testing.assert_array_equal(crop, rectify(picture, Plate(plate.box, plate.confidence)).crop)


def test_without_corners_the_box_is_cut_with_a_margin() -> None:
    crop = rectify(np.zeros((100, 200, 3), np.uint8), Plate(Box(20, 20, 120, 70), 0.9)).crop
    assert crop is not None
    assert crop.shape == (58, 108, 3)


@pytest.mark.parametrize(
    "corners",
    [
        [[10, 10], [10, 10], [10, 10], [10, 10]],
        [[10, 10], [190, 40], [190, 42], [10, 12]],
    ],
)
def test_impossible_corners_fall_back_to_the_box(corners: list[list[float]]) -> None:
    plate = Plate(Box(20, 20, 120, 70), 0.9, np.array(corners, np.float32))
    crop = rectify(np.zeros((100, 200, 3), np.uint8), plate).crop
    assert crop is not None
    assert crop.shape == (58, 108, 3)


def test_a_plate_at_the_edge_is_cut_without_harm() -> None:
    crop = rectify(np.zeros((40, 60, 3), np.uint8), Plate(Box(0, 0, 60, 40), 0.9)).crop
    assert crop is not None
    assert crop.shape == (40, 60, 3)


def test_a_huge_plate_is_scaled_down() -> None:
    corners = np.array([[0, 0], [3000, 400], [3000, 1100], [0, 700]], np.float32)
    crop = rectify(np.zeros((1200, 3200, 3), np.uint8), Plate(Box(0, 0, 3000, 1100), 0.9, corners)).crop
    assert crop is not None
    assert crop.shape[1] <= MAX_WIDTH * 1.1


def test_the_rest_of_the_plate_is_kept() -> None:
    plate = Plate(Box(20, 20, 120, 70), 0.9)
    result = rectify(np.zeros((100, 200, 3), np.uint8), plate)
    assert (result.box, result.confidence, result.vehicle) == (plate.box, plate.confidence, None)


@pytest.mark.parametrize("rise", [0, 60])
def test_other_crops_of_a_plate_are_tighter_and_wider(rise: int) -> None:
    picture, plate = tilted([[100, 100 + rise], [400, 100], [400, 170], [100, 170 + rise]])
    crop, others = rectify(picture, plate).crop, recut(picture, plate)
    tighter, wider = (other.crop for other in others)
    assert crop is not None
    assert tighter is not None
    assert wider is not None
    assert tighter.shape[0] < crop.shape[0] < wider.shape[0]
    assert tighter.shape[1] < crop.shape[1] < wider.shape[1]
