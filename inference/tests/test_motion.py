import cv2
import numpy as np
import pytest

from inference.motion import MotionGate
from inference.types import Image

RNG = np.random.default_rng(1)


BASE = cv2.resize(np.random.default_rng(0).integers(40, 200, (30, 54, 3)).astype(np.float32), (960, 540))


def street(gain: float = 1.0, offset: float = 0.0, noise: float = 0.0) -> Image:
    grain = noise * RNG.standard_normal(BASE.shape, np.float32) if noise else 0
    return np.clip(BASE * gain + offset + grain, 0, 255).astype(np.uint8)


def after(first: Image, second: Image) -> bool:
    gate = MotionGate()
    gate.looked(first)
    return gate.has_moved(second)


def test_the_first_picture_counts_as_moved():
    assert MotionGate().has_moved(street())


@pytest.mark.parametrize("noise", [0, 4, 10])
def test_noise_is_no_motion(noise: float):
    assert not any(after(street(noise=noise), street(noise=noise)) for _ in range(4))


@pytest.mark.parametrize(("gain", "offset"), [(1.0, 12), (0.93, 0), (1.08, -6)])
def test_a_cloud_is_no_motion(gain: float, offset: float):
    assert not after(street(noise=3), street(gain, offset, noise=3))


@pytest.mark.parametrize("size", [48, 120, 400])
def test_a_vehicle_is_motion(size: int):
    picture = street(noise=4)
    picture[200 : 200 + size // 2, 300 : 300 + size] = (30, 30, 30)
    assert after(street(noise=4), picture)


def test_a_wholly_different_picture_is_motion():
    other = np.random.default_rng(9).integers(0, 255, (30, 54, 3)).astype(np.float32)
    assert after(street(), np.asarray(cv2.resize(other, (960, 540)), np.uint8))


def test_what_creeps_is_found_since_the_last_look_counts():
    gate = MotionGate()
    gate.looked(street())
    moved = []
    for step in range(8):
        picture = street()
        picture[200:300, 300 + 4 * step : 420 + 4 * step] = (30, 30, 30)
        if step == 0:
            gate.looked(picture)
        moved.append(gate.has_moved(picture))
    assert not moved[0]
    assert moved[-1]


def test_a_new_size_counts_as_moved():
    assert after(street(), np.asarray(cv2.resize(street(), (640, 480)), np.uint8))
