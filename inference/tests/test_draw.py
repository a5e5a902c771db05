import time

import numpy as np

from inference.draw import draw
from inference.fakes import car_at, fake_models
from inference.looks import PipelineSettings, recognize
from inference.types import Box, Frame, FrameResult, Image, Observation

PICTURE = np.full((1080, 1920, 3), 90, np.uint8)


def shown(image: Image = PICTURE) -> FrameResult:
    return recognize(fake_models(), PipelineSettings(), Frame(image, 0, 0.0, 0.0))


def test_the_preview_is_scaled_and_the_frame_left_alone():
    result = shown()
    picture = draw(result, 960)
    assert picture.shape == (540, 960, 3)
    assert (result.frame.image == 90).all()
    assert not (picture == 90).all()


def test_a_small_frame_keeps_its_size():
    assert draw(shown(PICTURE[:300, :400]), 960).shape == (300, 400, 3)


def test_the_plate_is_outlined_and_its_text_written_above():
    (vehicle,), (plate,) = car_at(Box(600, 400, 1200, 900))
    frame = Frame(PICTURE, 0, 0.0, 0.0)
    result = FrameResult(frame, (vehicle,), (Observation(frame, vehicle, plate),), labels=("AB123CD",))
    changed = (draw(result, 1920) != 90).any(axis=2)
    box = plate.box
    assert changed[box.y1, box.x1 : box.x2].all()
    assert changed[box.y1 - 40 : box.y1 - 8, box.x1 : box.x2].mean() > 0.5
    assert not changed[box.y1 + 4 : box.y2 - 4, box.x1 + 4 : box.x2 - 4].any()


def test_a_text_at_the_edge_stays_inside_the_picture():
    (vehicle,), (plate,) = car_at(Box(-200, -160, 40, 40))
    frame = Frame(PICTURE, 0, 0.0, 0.0)
    drawn = draw(FrameResult(frame, (vehicle,), (Observation(frame, vehicle, plate),), labels=("AB123CD",)))
    assert drawn.shape == (540, 960, 3)
    assert (drawn != 90).any()
    tiny = FrameResult(Frame(PICTURE[:9, :9], 0, 0, 0), (vehicle,), (Observation(frame, vehicle),), labels=("AB123CD",))
    assert draw(tiny).shape == (9, 9, 3)


def test_drawing_is_quick():
    result = shown()
    took = []
    for _ in range(30):
        started = time.perf_counter()
        draw(result, 960)
        took.append((time.perf_counter() - started) * 1000)
    assert min(took) < 12
