from dataclasses import replace

import numpy as np
import pytest

from inference.fakes import car_at
from inference.tracker import Track, Tracker
from inference.types import Box, Frame, Observation, Reading

PICTURE = np.zeros((720, 1280, 3), np.uint8)


def seen(box: Box, clock: float, *, parts: str = "vehicle plate") -> Observation:
    (vehicle,), (plate,) = car_at(box)
    return Observation(
        Frame(PICTURE, 0, clock, clock),
        vehicle if "vehicle" in parts else None,
        plate if "plate" in parts else None,
    )


def box_at(x: float, y: float = 300, width: int = 300) -> Box:
    return Box(int(x), int(y), int(x) + width, int(y) + width * 2 // 3)


def read(track: Track, text: str, times: int = 2) -> None:
    for _ in range(times):
        observation = seen(track.anchor, track.last_clock)
        track.ballot.add(replace(observation, reading=Reading(text, 0.9, (0.9,) * len(text))), 1.0)


def run(tracker: Tracker, boxes: list[Box], fps: float, start: float = 0.0, **options: str) -> list[Track]:
    return [tracker.assign([seen(box, start + n / fps, **options)], start + n / fps)[0] for n, box in enumerate(boxes)]


@pytest.mark.parametrize("fps", [2, 5, 12, 25])
def test_a_passing_car_is_one_track_at_any_rate(fps: int):
    boxes = [box_at(50 + 300 * n / fps, width=200 + int(60 * n / fps)) for n in range(3 * fps)]
    assert len(set(map(id, run(Tracker(45), boxes, fps)))) == 1


@pytest.mark.parametrize("parts", ["vehicle", "plate"])
def test_a_vehicle_or_a_plate_alone_is_followed_too(parts: str):
    boxes = [box_at(100 + 20 * n) for n in range(20)]
    assert len(set(map(id, run(Tracker(45), boxes, 10, parts=parts)))) == 1


def test_the_vehicle_may_be_missed_while_its_plate_is_seen():
    tracker = Tracker(45)
    tracks = [
        tracker.assign([seen(box_at(100 + 15 * n), n / 10, parts="plate" if n % 3 else "vehicle plate")], n / 10)[0]
        for n in range(20)
    ]
    assert len(set(map(id, tracks))) == 1


def test_two_cars_that_pass_each_other_stay_two():
    tracker = Tracker(45)
    for n in range(25):
        clock = n / 10
        pair = [seen(box_at(100 + 30 * n, y=250), clock), seen(box_at(900 - 30 * n, y=380), clock)]
        left, right = tracker.assign(pair, clock)
        if n == 0:
            first = (left, right)
    assert (left, right) == first
    assert len(tracker.live) == 2


def test_a_moving_car_ends_about_a_second_after_it_was_last_seen():
    tracker = Tracker(45)
    run(tracker, [box_at(100 + 40 * n) for n in range(10)], 10)
    assert tracker.expire(1.8) == []
    assert len(tracker.expire(2.0)) == 1


def test_a_parked_car_survives_being_hidden_for_half_a_minute():
    tracker = Tracker(45)
    parked = run(tracker, [box_at(400)] * 30, 10)[0]
    read(parked, "AB123CD")
    assert tracker.expire(35.0) == []
    assert tracker.assign([seen(box_at(402), 36.0)], 36.0) == [parked]
    assert tracker.expire(36.0 + 46.0) == [parked]


def test_a_car_in_front_of_a_parked_one_is_another_track():
    tracker = Tracker(45)
    parked = run(tracker, [box_at(400, width=200)] * 30, 10)[0]
    for n in range(20):
        clock = 3 + n / 10
        passing = tracker.assign([seen(box_at(40 * n, y=330, width=330), clock)], clock)[0]
        assert passing is not parked


def test_nothing_moving_keeps_everyone_who_was_in_view():
    tracker = Tracker(45)
    track = run(tracker, [box_at(400)] * 3, 10)[0]
    for n in range(100):
        tracker.stay(Frame(PICTURE, 0, n + 1.0, n + 1.0))
    assert tracker.expire(100.0) == []
    assert track.last_seen == 100.0


def test_a_car_that_returns_soon_is_the_same_visit():
    tracker = Tracker(45)
    before = run(tracker, [box_at(100 + 40 * n) for n in range(10)], 10)[0]
    read(before, "AB123CD")
    assert tracker.expire(10.0) == [before]
    again = tracker.assign([seen(box_at(700), 20.0)], 20.0)[0]
    assert again is not before
    read(again, "AB128CD", times=1)
    assert tracker.reunite(again) is before
    assert tracker.live == [before]
    assert before.ballot.looks == 3


def test_a_car_that_returns_late_is_a_new_visit():
    tracker = Tracker(45)
    before = run(tracker, [box_at(100 + 40 * n) for n in range(10)], 10)[0]
    read(before, "AB123CD")
    tracker.expire(10.0)
    tracker.expire(60.0)
    again = tracker.assign([seen(box_at(700), 61.0)], 61.0)[0]
    read(again, "AB123CD")
    assert tracker.reunite(again) is again


def test_two_cars_whose_confirmed_plates_differ_by_one_letter_stay_two():
    tracker = Tracker(45)
    before = run(tracker, [box_at(100 + 40 * n) for n in range(10)], 10)[0]
    read(before, "AB123CD")
    tracker.expire(10.0)
    after = tracker.assign([seen(box_at(700), 20.0)], 20.0)[0]
    read(after, "AB124CD")
    assert tracker.reunite(after) is after


@pytest.mark.parametrize(("step", "direction"), [(12, "approaching"), (-12, "receding"), (0, "unknown")])
def test_the_direction_is_told_by_growth(step: int, direction: str):
    boxes = [box_at(300, width=400 + step * n) for n in range(20)]
    assert run(Tracker(45), boxes, 10)[-1].direction() == direction
