import statistics
import time

import numpy as np
import pytest

from inference.synthetic import DrawnVehicle, Street
from inference.synthetic_canvas import COLORS


@pytest.fixture(scope="module")
def street() -> Street:
    return Street(7)


@pytest.fixture(scope="module")
def minute(street: Street) -> list[tuple[float, list[DrawnVehicle]]]:
    """Half a minute, two pictures a second."""
    return [(n / 2, street.render(n / 2)[1]) for n in range(60)]


def width_of(vehicle: DrawnVehicle) -> float:
    assert vehicle.plate_corners is not None
    return float(np.linalg.norm(vehicle.plate_corners[1] - vehicle.plate_corners[0]))


def test_a_street_repeats_for_its_seed_in_any_order(street: Street):
    late, _ = street.render(20.0)
    street.render(3.0)
    again, _ = Street(7).render(20.0)
    assert late.shape == (street.height, street.width, 3)
    assert np.array_equal(late, again)
    assert not np.array_equal(late, Street(8).render(20.0)[0])


def test_vehicles_pass_at_once_and_all_the_time(minute: list[tuple[float, list[DrawnVehicle]]]):
    assert all(vehicles for _, vehicles in minute)
    assert len({vehicle.plate_text for _, vehicles in minute for vehicle in vehicles}) >= 10


def test_plates_come_large_enough_to_be_read(minute: list[tuple[float, list[DrawnVehicle]]]):
    widest: dict[str, float] = {}
    for _, vehicles in minute:
        for vehicle in vehicles:
            if vehicle.plate_corners is not None:
                widest[vehicle.plate_text] = max(widest.get(vehicle.plate_text, 0), width_of(vehicle))
    assert statistics.median(widest.values()) > 80
    assert max(widest.values()) < 260


def test_plates_lie_on_their_vehicles_and_inside_the_picture(
    street: Street, minute: list[tuple[float, list[DrawnVehicle]]]
):
    for _, vehicles in minute:
        for vehicle in vehicles:
            assert vehicle.color in COLORS
            assert vehicle.kind in ("car", "motorcycle", "bus", "truck")
            if vehicle.plate_corners is not None:
                assert (vehicle.plate_corners >= 0).all()
                assert (vehicle.plate_corners <= (street.width, street.height)).all()
                x, y = vehicle.plate_corners.mean(axis=0)
                assert vehicle.box.x1 <= x <= vehicle.box.x2
                assert vehicle.box.y1 <= y <= vehicle.box.y2


def test_the_pixels_within_the_corners_are_the_plate(street: Street):
    """On a clear plate paper and ink differ, and it stands out when the vehicle has gone."""
    for moment in np.arange(0, 20, 0.5):
        image, vehicles = street.render(float(moment))
        for vehicle in vehicles:
            if vehicle.plate_corners is not None and width_of(vehicle) > 70:
                x1, y1 = vehicle.plate_corners.min(axis=0).astype(int)
                x2, y2 = vehicle.plate_corners.max(axis=0).astype(int)
                assert image[y1:y2, x1:x2].std() > 25


def test_no_plate_comes_twice_within_a_minute(street: Street):
    turns = [(street._schedule(lane, turn)[0], lane, turn) for turn in range(40) for lane in (0, 1)]
    seen: dict[str, float] = {}
    for starts, lane, turn in sorted(turns):
        text = street._new_plate(lane, turn, False).text
        assert starts - seen.get(text, -1000.0) > 60
        seen[text] = starts


def test_drawing_a_picture_is_cheap(street: Street):
    street.render(30.0)
    took = []
    for n in range(40):
        started = time.perf_counter()
        street.render(30 + n / 80)
        took.append((time.perf_counter() - started) * 1000)
    assert min(took) < 30
