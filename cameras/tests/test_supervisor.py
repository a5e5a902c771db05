"""Which workers the supervisor starts, ends and starts again."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from django.utils import timezone

from cameras.choices import State
from cameras.models import Camera, CameraHealth, claim, release
from cameras.supervisor import Supervisor, Worker
from cameras.tests.clock import Clock

pytestmark = pytest.mark.django_db(transaction=True)


class FakeWorker:
    def __init__(self, camera: Camera) -> None:
        self.source = camera.source_url
        self.alive = True
        self.done = False
        self.hangs = False

    def is_alive(self) -> bool:
        return self.alive

    def is_done(self) -> bool:
        return self.done

    def has_ended(self) -> bool:
        return not self.alive and not self.hangs

    def stop(self) -> None:
        self.alive = self.alive and self.hangs

    def join(self, timeout: float) -> bool:
        return self.has_ended()


class Host:
    """A supervisor that starts fake workers."""

    def __init__(self, lease: str = "host:1") -> None:
        self.clock = Clock()
        self.started: list[FakeWorker] = []
        self.supervisor = Supervisor(self.start, lease, clock=self.clock)

    def start(self, camera: Camera, lease: str) -> Worker:
        self.started.append(FakeWorker(camera))
        return self.started[-1]

    def step(self, seconds: float = 1) -> None:
        self.clock.now += seconds
        self.supervisor.step()


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


@pytest.fixture
def host() -> Host:
    return Host()


def test_an_enabled_camera_gets_one_worker(camera: Camera, host: Host) -> None:
    host.step()
    host.step()
    assert len(host.started) == 1
    assert CameraHealth.objects.get().lease == "host:1"
    assert CameraHealth.objects.get().state == State.STARTING


def test_a_disabled_camera_gets_none_and_loses_its_worker(camera: Camera, host: Host) -> None:
    host.step()
    camera.enabled = False
    camera.save()
    host.step()
    assert not host.started[0].alive
    assert not host.supervisor.running
    health = CameraHealth.objects.get()
    assert (health.state, health.lease) == (State.STOPPED, "")


def test_an_edit_starts_that_worker_anew_and_no_other(camera: Camera, host: Host) -> None:
    Camera.objects.create(name="Yard", source_url="synthetic:2")
    host.step()
    camera.source_url = "synthetic:3"
    camera.save()
    host.step()
    host.step()
    assert [worker.source for worker in host.started] == ["synthetic:", "synthetic:2", "synthetic:3"]
    assert [worker.alive for worker in host.started] == [False, True, True]


def test_a_removed_camera_loses_its_worker(camera: Camera, host: Host) -> None:
    host.step()
    camera.delete()
    host.step()
    assert not host.started[0].alive


def test_a_worker_that_dies_is_started_at_once_then_after_growing_pauses(camera: Camera, host: Host) -> None:
    starts: list[float] = []
    for _ in range(300):
        known = len(host.started)
        host.step()
        if len(host.started) > known:
            starts.append(host.clock.now)
            host.started[-1].alive = False
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps[:7] == [1, 3, 5, 9, 17, 33, 61]
    assert max(gaps) <= 61


@pytest.mark.parametrize(
    ("said", "shown"), [("", "breaks down again and again"), ("recognition has stood still", "has stood still")]
)
def test_a_camera_whose_worker_dies_again_and_again_is_not_said_to_be_online(
    camera: Camera, host: Host, said: str, shown: str
) -> None:
    host.step()
    host.started[0].alive = False
    host.step()
    CameraHealth.objects.update(state=State.ONLINE, last_error=said)
    host.started[1].alive = False
    host.step()
    health = CameraHealth.objects.get()
    assert health.state_now == State.OFFLINE
    assert shown in health.last_error
    host.step(seconds=3)
    assert CameraHealth.objects.get().state == State.STARTING


def test_a_worker_that_lived_well_is_started_at_once_again(camera: Camera, host: Host) -> None:
    host.step()
    host.started[0].alive = False
    host.step()
    host.step(seconds=90)
    host.started[1].alive = False
    host.step()
    assert len(host.started) == 3


def test_a_worker_that_failed_waits_for_an_edit(camera: Camera, host: Host) -> None:
    host.step()
    host.started[0].alive, host.started[0].done = False, True
    for _ in range(100):
        host.step()
    assert len(host.started) == 1
    assert CameraHealth.objects.get().lease == "host:1"
    camera.save()
    host.step()
    assert len(host.started) == 2


def test_a_worker_that_hangs_is_left_behind_and_said_to_have_failed(camera: Camera, host: Host) -> None:
    host.step()
    host.started[0].hangs = True
    camera.save()
    for _ in range(15):
        host.step()
    assert len(host.started) == 1
    health = CameraHealth.objects.get()
    assert health.state == State.FAILED
    assert "hangs" in health.last_error


def test_a_second_supervisor_starts_nothing_until_the_first_ends(camera: Camera, host: Host) -> None:
    second = Host("host:2")
    host.step()
    second.step()
    assert not second.started
    host.supervisor.finish()
    second.step()
    assert len(second.started) == 1


def test_the_camera_of_a_silent_supervisor_is_taken_over(camera: Camera, host: Host) -> None:
    host.step()
    CameraHealth.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=16))
    second = Host("host:2")
    second.step()
    assert len(second.started) == 1


def test_the_lease_answers_alike_on_every_database(camera: Camera) -> None:
    assert claim(camera, "one")
    assert claim(camera, "one")
    assert not claim(camera, "two")
    release(camera.pk, "two")
    assert not claim(camera, "two")
    release(camera.pk, "one")
    assert claim(camera, "two")


def test_the_supervisor_outlives_the_database_and_its_own_errors(
    camera: Camera, host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    errors: list[Exception] = [OperationalError("gone"), ZeroDivisionError("oops")]

    def step() -> None:
        if errors:
            raise errors.pop(0)
        stop.set()

    monkeypatch.setattr("cameras.supervisor.STEP_EVERY_S", 0.01)
    monkeypatch.setattr(host.supervisor, "step", step)
    host.supervisor.run(stop)
    assert "cannot be looked up: gone" in caplog.text
    assert "ZeroDivisionError" in caplog.text
