"""Which state a camera is said to have, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from cameras.choices import State
from cameras.models import Camera, CameraHealth, claim
from cameras.tests.clock import Clock
from cameras.tests.test_broadcast import Told
from cameras.worker.health import Health
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status

pytestmark = pytest.mark.django_db(transaction=True)


class Ward:
    """A camera's Health whose clock and siblings a test plays."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.status = Status(self.clock)
        self.camera = Camera.objects.create(name="Gate", source_url="rtsp://user:secret@gate/1")
        claim(self.camera, "host:1")
        self.told = Told()
        slot: LatestSlot[Any] = LatestSlot()
        self.health = Health(self.camera, "host:1", self.status, slot, clock=self.clock)

    def live(self, seconds: int, *, capture: int = 10, recognize: int = 10, same: bool = False) -> bool:
        """Seconds of life, each judged."""
        self.status.is_loaded = True
        for _ in range(seconds):
            self.clock.now += 1
            for number in range(capture):
                self.status.frame_captured((640, 480), 1_790_000_000 + self.clock.now, is_same=same)
                if number < recognize:
                    self.status.frame_recognized()
            if not self.health.step(self.told):
                return False
        return True

    def wait(self, seconds: int) -> bool:
        for _ in range(seconds):
            self.clock.now += 1
            if not self.health.step(self.told):
                return False
        return True

    @property
    def row(self) -> CameraHealth:
        return CameraHealth.objects.get(camera=self.camera)


@pytest.fixture
def ward() -> Ward:
    return Ward()


def test_a_camera_starts_and_comes_online(ward: Ward) -> None:
    ward.wait(2)
    assert ward.row.state == State.STARTING
    ward.live(7)
    row = ward.row
    assert row.state_now == State.ONLINE
    assert row.last_error == ""
    assert 8 < row.capture_fps < 12
    assert row.memory_mb > 1
    assert (row.width, row.height) == (640, 480)
    assert [message["camera"]["state"] for _, message, _ in ward.told.messages] == ["starting", "online"]


def test_a_cut_is_told_within_12_seconds_and_the_return_within_2(ward: Ward) -> None:
    ward.live(10)
    ward.wait(5)
    ward.status.source_failed("gate: no answer within 5 s")
    ward.wait(6)
    assert ward.row.state == State.OFFLINE
    assert ward.row.last_error == "gate: no answer within 5 s"
    ward.live(2)
    assert ward.row.state == State.ONLINE
    assert ward.row.last_error == ""


def test_a_frozen_picture_is_degraded_after_a_minute(ward: Ward) -> None:
    ward.live(5)
    ward.live(55, same=True)
    assert ward.row.state == State.ONLINE
    ward.live(12, same=True)
    assert ward.row.state == State.DEGRADED
    assert "has not changed" in ward.row.last_error
    ward.live(2)
    assert ward.row.state == State.ONLINE


def test_recognition_far_slower_than_the_camera_is_degraded(ward: Ward) -> None:
    ward.live(20, capture=20, recognize=1)
    assert ward.row.state == State.DEGRADED
    assert "too slow" in ward.row.last_error


def test_recognition_held_back_by_the_cameras_rate_is_well(ward: Ward) -> None:
    ward.camera.max_fps = 2
    ward.live(20, capture=25, recognize=2)
    assert ward.row.state == State.ONLINE


def test_what_cannot_be_stored_is_degraded_and_says_why(ward: Ward) -> None:
    ward.status.picture_error = "pictures are not stored: No space left on device"
    ward.live(5)
    assert ward.row.state == State.DEGRADED
    assert "No space left" in ward.row.last_error


def test_recognition_that_stands_still_ends_the_worker(ward: Ward) -> None:
    ward.live(5)
    assert not ward.live(60, recognize=0)
    ward.health.finish(ward.told)
    assert "stood still" in ward.row.last_error


def test_recognition_that_waits_for_the_database_does_not(ward: Ward) -> None:
    """A restart would lose the thousand reads that it waits behind."""
    ward.live(5)
    ward.status.store_error = "the database refuses"
    assert ward.live(60, recognize=0)
    ward.status.store_error = ""
    assert not ward.live(1, recognize=0)


def test_a_source_that_hangs_ends_the_worker(ward: Ward) -> None:
    ward.live(5)
    assert not ward.wait(60)
    ward.health.finish(ward.told)
    assert "has not answered" in ward.row.last_error


def test_a_source_that_fails_in_good_order_does_not_end_the_worker(ward: Ward) -> None:
    ward.status.is_loaded = True
    ward.status.source_failed("gate: connection refused")
    assert ward.wait(200)
    assert ward.row.state == State.OFFLINE
    assert ward.row.last_error == "gate: connection refused"


def test_another_holder_ends_the_worker_and_its_row_is_left_alone(ward: Ward) -> None:
    ward.live(5)
    CameraHealth.objects.update(lease="other:2", state=State.STARTING)
    assert not ward.live(7)
    assert ward.row.state == State.STARTING


def test_the_last_word_is_stopped_or_failed(ward: Ward) -> None:
    ward.live(5)
    ward.health.finish(ward.told)
    assert ward.row.state == State.STOPPED
    ward.status.failure = "reader.onnx is missing"
    ward.health.finish(ward.told)
    assert (ward.row.state, ward.row.last_error) == (State.FAILED, "reader.onnx is missing")


def test_the_last_word_is_said_again_to_a_busy_database(ward: Ward) -> None:
    ward.live(5)
    refusals = iter([True, True])

    def busy(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if sql.startswith("UPDATE") and next(refusals, False):
            raise OperationalError("database table is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(busy):
        ward.health.finish(ward.told)
    assert next(refusals, None) is None
    assert ward.row.state == State.STOPPED
