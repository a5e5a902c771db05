"""Brand and color are said only when they can be seen."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.attributes import VehicleAttributes, is_monochrome, squeeze
from inference.model_config import ModelConfig
from inference.types import Attributes

CONFIG = ModelConfig(
    *("attributes", "attributes", "1", 96, 96, "rgb", ("BMW", "other"), ("black", "red")),
    thresholds={"brand": 0.5, "color": 0.6},
)


class Sure:
    """A backend that always says the same."""

    def __init__(self, brand: float, color: float) -> None:
        self._outputs = [np.array([[brand, 1 - brand]], np.float32), np.array([[1 - color, color]], np.float32)]

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        return self._outputs


def red() -> NDArray[np.uint8]:
    return np.full((80, 120, 3), (20, 20, 200), np.uint8)


def test_a_sure_answer_is_given_with_its_confidence() -> None:
    (found,) = VehicleAttributes(Sure(0.8, 0.9), CONFIG).describe([red()])
    assert (found.brand, found.color) == ("BMW", "red")
    assert (found.brand_confidence, found.color_confidence) == (pytest.approx(0.8), pytest.approx(0.9))


def test_an_unsure_answer_is_unknown_but_keeps_its_confidence() -> None:
    found = VehicleAttributes(Sure(0.5 + 1e-3, 0.55), CONFIG).describe([red()])[0]
    assert (found.brand, found.color) == ("BMW", "unknown")
    assert found.color_confidence == pytest.approx(0.55)


def test_an_infrared_picture_has_no_color() -> None:
    gray = np.random.default_rng(1).integers(0, 255, (80, 120, 1), np.uint8).repeat(3, axis=2)
    found = VehicleAttributes(Sure(0.8, 0.9), CONFIG).describe([gray])[0]
    assert (found.brand, found.color, found.color_confidence) == ("BMW", "unknown", 0.0)
    assert is_monochrome(gray)
    assert not is_monochrome(red())


def test_a_crop_too_small_to_see_is_unknown() -> None:
    assert VehicleAttributes(Sure(0.8, 0.9), CONFIG).describe([red()[:5]]) == [Attributes()]


def test_the_mirror_image_has_a_say_too() -> None:
    class Divided:
        """Sure of one brand in the crop and of the other in its mirror image."""

        def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
            np.testing.assert_array_equal(batch[1], batch[0, ..., ::-1])
            return [np.array([[0.9, 0.1], [0.3, 0.7]], np.float32), np.array([[0, 1], [0.4, 0.6]], np.float32)]

    (found,) = VehicleAttributes(Divided(), CONFIG).describe([red()])
    assert (found.brand, found.brand_confidence) == ("BMW", pytest.approx(0.6))
    assert (found.color, found.color_confidence) == ("red", pytest.approx(0.8))


def test_each_crop_gets_its_answer() -> None:
    assert VehicleAttributes(Sure(0.8, 0.9), CONFIG).describe([]) == []
    assert len(VehicleAttributes(Sure(0.8, 0.9), CONFIG).describe([red()] * 3)) == 3


@pytest.mark.parametrize("shape", [(80, 120), (120, 80), (10, 400), (97, 96)])
def test_a_crop_keeps_its_shape_on_gray(shape: tuple[int, int]) -> None:
    batch = squeeze(np.full((*shape, 3), 255, np.uint8), 96, 96)
    assert batch.shape == (1, 3, 96, 96)
    white = (batch[0] == 1).all(axis=0)
    rows, columns = white.any(axis=1).sum(), white.any(axis=0).sum()
    assert rows / columns == pytest.approx(shape[0] / shape[1], rel=0.25)
    assert max(rows, columns) == 96
