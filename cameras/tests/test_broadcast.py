"""What Broadcast does with reads, with a database and without one."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from anpr_site.tests.processes import wait_until
from cameras.models import Camera
from cameras.tests.clock import Clock
from cameras.worker import broadcast
from cameras.worker.broadcast import Broadcast
from cameras.worker.status import Status
from detections.models import Detection
from detections.pictures import KeptLooks, Pictures, Sighting
from detections.tests.test_record import plate_read

pytestmark = pytest.mark.django_db(transaction=True)

SIGHTING = Sighting(plate_read(), Pictures(b"f", b"v", b"p"))


class Told:
    """Takes the place of the channel layer."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any], int]] = []

    def send(self, group: str, message: dict[str, Any]) -> None:
        self.messages.append((group, message, Detection.objects.count()))

    def close(self) -> None: ...


class Waits(threading.Event):
    """An event that records its waits and takes no time."""

    def __init__(self, stop_after: int = 1000) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self.stop_after = stop_after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self.stop_after:
            self.set()
        return self.is_set()


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


def broadcast_of(camera: Camera, clock: Clock | None = None) -> tuple[Broadcast, Status]:
    status = Status()
    return Broadcast(camera.pk, queue.Queue(), status, clock=clock or Clock()), status


def test_news_go_out_after_the_row_is_stored(camera: Camera) -> None:
    told = Told()
    part, _ = broadcast_of(camera)
    part.step(SIGHTING, told, threading.Event())
    part.step(SIGHTING, told, threading.Event())
    assert [(group, message["type"], rows) for group, message, rows in told.messages] == [
        ("detections", "detection.new", 1),
        ("detections", "detection.updated", 1),
    ]
    assert told.messages[0][1]["detection"]["plate_text"] == "AB123CD"
    assert told.messages[0][1]["detection"]["camera"]["name"] == "Gate"


def test_an_unread_row_that_went_up_in_a_visit_is_told_to_be_gone(camera: Camera) -> None:
    told = Told()
    part, _ = broadcast_of(camera)
    for read in (plate_read(), plate_read("", "two"), plate_read("AB123CD", "two")):
        part.step(Sighting(read, Pictures()), told, threading.Event())
    assert [message["type"].partition(".")[2] for _, message, _ in told.messages] == [
        "new",
        "new",
        "updated",
        "removed",
    ]
    assert told.messages[-1][1]["id"] == told.messages[1][1]["detection"]["id"]


def test_a_read_waits_for_the_database_and_is_stored_when_it_returns(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, status = broadcast_of(camera)
    tries = 0
    real = broadcast.record

    def away_at_first(*args: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries <= 4:
            assert Detection.objects.count() == 0
            raise OperationalError(2006, "Server has gone away")
        assert "the database refuses" in status.store_error
        return real(*args)

    monkeypatch.setattr(broadcast, "record", away_at_first)
    stop = Waits()
    part.step(SIGHTING, Told(), stop)
    assert stop.waits == [1, 2, 4, 8]
    assert Detection.objects.count() == 1
    assert status.store_error == ""


def test_a_failed_look_does_not_wait_for_the_database(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> str:
        raise OperationalError("gone")

    monkeypatch.setattr(broadcast, "record_attempts", away)
    part, status = broadcast_of(camera)
    part.step(KeptLooks(1.0, (), {}), Told(), Waits())
    assert status.dropped_attempts == 1


def test_at_the_stop_a_dead_database_gets_ten_seconds_and_the_read_is_logged(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()

    def away(*_: Any) -> Any:
        clock.now += 3
        raise OperationalError("gone")

    monkeypatch.setattr(broadcast, "record", away)
    monkeypatch.setattr(broadcast.time, "sleep", lambda _: None)
    part, _ = broadcast_of(camera, clock)
    stop = Waits(stop_after=1)
    part.step(SIGHTING, Told(), stop)
    assert clock.now - 100 >= 10
    assert "not stored before the stop" in caplog.text
    assert "AB123CD" in caplog.text


def test_the_queue_is_emptied_before_the_thread_ends(camera: Camera) -> None:
    reads: queue.Queue[Any] = queue.Queue()
    for track in ("one", "two"):
        reads.put(Sighting(plate_read(f"{track.upper()}123", track), Pictures()))
    reads.put(None)
    stop = threading.Event()
    stop.set()
    thread = threading.Thread(target=Broadcast(camera.pk, reads, Status()).run, args=(stop,))
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert Detection.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no server that could close a connection")
def test_a_connection_that_the_server_has_closed_costs_nothing(camera: Camera) -> None:
    """``wait_timeout`` is the server's limit for idle connections; its end is played by KILL from another one."""
    connection.ensure_connection()
    connection.settings_dict["CONN_HEALTH_CHECKS"] = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        own = cursor.fetchone()[0]
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute(f"KILL {own}")
    killer.close()
    part, status = broadcast_of(camera)
    stop = Waits()
    part.step(SIGHTING, Told(), stop)
    assert stop.waits == []
    assert Detection.objects.count() == 1
    assert status.store_error == ""


def test_while_pictures_are_refused_the_disk_is_tried_again(
    camera: Camera, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing passes the camera, and still the trouble ends when there is room."""
    monkeypatch.setattr(broadcast, "TRY_DISK_EVERY_S", 0.01)
    settings.DISK_RESERVE_MB = 10**9
    part, status = broadcast_of(camera)
    part.step(SIGHTING, Told(), Waits())
    assert status.picture_error == "pictures are not stored: less than 1000000000 MB are free on the disk"
    assert Detection.objects.get().picture.name == ""
    waiting = threading.Thread(target=part.take)
    waiting.start()
    time.sleep(0.1)
    assert status.picture_error
    settings.DISK_RESERVE_MB = 0
    wait_until(lambda: not status.picture_error, 5)
    part._reads.put(None)
    waiting.join(5)
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
