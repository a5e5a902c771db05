"""Training scenes keep their boxes and corners where the picture shows them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.plate_drawing import draw_plate
from inference.training.photos import Photo
from inference.training.scenes import Mix, Scene, Scenes, cut, mirror, paste_plates, place, stack

PLAIN = np.full((60, 240, 3), (0, 0, 255), np.uint8)


def road() -> Scene:
    """A gray picture with a red plate."""
    image = np.full((300, 400, 3), 100, np.uint8)
    image[150:180, 100:200] = (0, 0, 255)
    corners = np.array([[[100, 150, 1], [200, 150, 1], [200, 180, 1], [100, 180, 1]]], np.float32)
    return Scene(image, np.array([0]), np.array([[100, 150, 200, 180]], np.float32), corners, np.ones(5, np.float32))


def reddest(image: np.ndarray) -> np.ndarray:
    """x1 y1 x2 y2 of the red area."""
    red = (image[..., 2].astype(int) - image[..., 0]) > 60
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("close", [0.0, 1.0])
def test_a_moved_picture_takes_its_boxes_along(seed: int, close: float) -> None:
    scene = place(road(), np.random.default_rng(seed), 320, close)
    if len(scene.boxes):
        np.testing.assert_allclose(scene.boxes[0], reddest(scene.image), atol=2.5)
        if scene.corners[0, 0, 2]:
            np.testing.assert_allclose(scene.corners[0, [0, 2], :2].ravel(), scene.boxes[0], atol=1.5)


def test_a_mirrored_plate_keeps_its_corners_in_reading_order() -> None:
    scene = mirror(road())
    np.testing.assert_allclose(scene.boxes[0], reddest(scene.image))
    np.testing.assert_allclose(scene.corners[0, :, :2], [[200, 150], [300, 150], [300, 180], [200, 180]])


def test_a_plate_cut_in_half_is_no_longer_asked_for() -> None:
    assert len(cut(road(), 150, 300).boxes) == 0
    mostly = cut(road(), 190, 300)
    assert mostly.boxes.tolist() == [[100, 150, 190, 180]]
    assert mostly.corners[0, :, 2].sum() == 0  # two corners lie outside


@pytest.mark.parametrize("seed", range(8))
def test_a_pasted_plate_lies_within_its_corners(seed: int) -> None:
    scene = paste_plates(road(), lambda _: PLAIN, np.random.default_rng(seed))
    mask = np.zeros(scene.image.shape[:2], np.uint8)
    for quad in scene.corners:
        assert quad[:, 2].all()
        cv2.fillConvexPoly(mask, quad[:, :2].round().astype(np.int32), 255)
    red = (scene.image[..., 2].astype(int) - scene.image[..., 0]) > 80
    inside = cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 0
    assert red[inside].mean() > 0.5
    assert red[~inside].mean() < 0.002


@pytest.fixture
def photos(tmp_path: Path) -> list[Photo]:
    scene = road()
    cv2.imwrite(str(tmp_path / "a.png"), scene.image)
    share = np.array([400, 300, 400, 300], np.float32)
    known = [np.array([1, 0, 0, 0, 0], np.float32), np.ones(5, np.float32)]
    return [Photo(tmp_path / "a.png", scene.classes, scene.boxes / share, scene.corners * 0, one) for one in known]


def test_the_same_seed_draws_the_same_scene(photos: list[Photo]) -> None:
    scenes = Scenes(photos, Mix(), lambda rng: draw_plate(rng).image, [road()])
    first, again = (scenes.draw(np.random.default_rng(7), 160) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.boxes, again.boxes)


def test_scenes_become_a_batch_for_the_loss(photos: list[Photo]) -> None:
    scenes = Scenes(photos, Mix(), lambda rng: draw_plate(rng).image, [road()])
    drawn = [scenes.draw(np.random.default_rng(seed), 160) for seed in range(10)]
    batch = stack(drawn)
    assert batch["img"].shape == (10, 3, 160, 160)
    assert len(batch["cls"]) == len(batch["bboxes"]) == len(batch["keypoints"]) == sum(len(s.classes) for s in drawn)
    assert batch["bboxes"].min() >= 0
    assert batch["bboxes"].max() <= 1
