"""A whole worker as threads: the drawn street with stand-ins for the models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection, connections

from anpr_site.tests.processes import wait_until
from cameras.choices import State
from cameras.models import Camera, CameraHealth, claim
from cameras.preview import preview_key, watched_key
from cameras.worker import CameraWorker, Models
from detections.models import Detection
from inference.fakes import FakeReader, fake_models
from inference.weights import WeightsError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture
def start() -> Iterator[Callable[..., CameraWorker]]:
    started: list[CameraWorker] = []
    if connection.vendor == "sqlite":  # in memory, connections share one cache: a reader would lock tables there
        connection.cursor().execute("PRAGMA read_uncommitted = 1")

    def start_worker(
        models: Callable[[], Models] = fake_models, camera: Camera | None = None, **fields: object
    ) -> CameraWorker:
        started.append(CameraWorker(camera or claimed(**fields), "host:1", models))
        started[-1].start()
        return started[-1]

    yield start_worker
    for worker in started:
        worker.stop()
        assert worker.join(5)
    connections.close_all()


def claimed(**fields: object) -> Camera:
    camera = Camera.objects.create(**{"name": "Gate", "source_url": "synthetic:", **fields})
    assert claim(camera, "host:1")
    return camera


def state() -> str:
    return str(CameraHealth.objects.get().state)


def test_it_sees_stores_shows_and_stops(start: Callable[..., CameraWorker]) -> None:
    worker = start()
    cache.set(watched_key(worker.camera.pk), True, 30)
    wait_until(lambda: Detection.objects.exclude(plate_text="").exists(), 40)
    assert wait_until(lambda: cache.get(preview_key(worker.camera.pk)), 5)["jpeg"][:2] == b"\xff\xd8"
    wait_until(lambda: state() == State.ONLINE, 40)
    row = Detection.objects.get()
    assert row.plate_text == "AB123CD"
    assert row.model_version.startswith("detector ")
    worker.stop()
    assert worker.join(2)
    assert worker.has_ended()
    assert state() == State.STOPPED
    assert not [thread for thread in threading.enumerate() if thread.name.endswith(":gate")]


def test_missing_weights_fail_it_in_words(start: Callable[..., CameraWorker]) -> None:
    def missing() -> Models:
        raise WeightsError("reader.onnx is missing: get it again")

    worker = start(missing)
    wait_until(worker.has_ended, 40)
    assert worker.is_done()
    health = CameraHealth.objects.get()
    assert (health.state, health.last_error) == (State.FAILED, "reader.onnx is missing: get it again")


def test_it_does_not_wait_for_models_that_still_load(start: Callable[..., CameraWorker]) -> None:
    loading = threading.Event()

    def slow() -> Models:
        loading.wait(20)
        return fake_models()

    worker = start(slow)
    wait_until(lambda: state() == State.STARTING, 40)
    worker.stop()
    began = time.monotonic()
    assert worker.join(10)
    assert time.monotonic() - began < 2
    assert state() == State.STOPPED
    loading.set()
    wait_until(worker.has_ended, 40)


def test_a_film_that_ends_ends_it_cleanly(start: Callable[..., CameraWorker], tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((240, 320, 3), 90, np.uint8))
    worker = start(source_url=str(tmp_path / "one.png"))
    wait_until(worker.has_ended, 40)
    assert worker.is_done()
    health = CameraHealth.objects.get()
    assert (health.state, health.last_error) == (State.STOPPED, "the source has come to its end")


def test_a_camera_whose_source_is_missing_harms_no_other(start: Callable[..., CameraWorker]) -> None:
    for camera in (claimed(name="Yard", source_url="/no/such/film.mp4"), claimed()):
        start(camera=camera)
    wait_until(lambda: Detection.objects.filter(camera__name="Gate").exists(), 40)
    wait_until(lambda: CameraHealth.objects.get(camera__name="Yard").state == State.OFFLINE, 40)
    assert "does not exist" in CameraHealth.objects.get(camera__name="Yard").last_error
    wait_until(lambda: CameraHealth.objects.get(camera__name="Yard").reconnects >= 2, 40)
    wait_until(lambda: CameraHealth.objects.get(camera__name="Gate").state == State.ONLINE, 40)


def test_a_dead_thread_is_a_dead_worker(start: Callable[..., CameraWorker]) -> None:
    class Broken(FakeReader):
        def read(self, crops: object, region: str | None = None) -> list[object]:
            raise ZeroDivisionError

    worker = start(lambda: fake_models(reader=Broken()))
    wait_until(lambda: not worker.is_alive(), 40)
    assert not worker.is_done()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the lock is SQLite's")
def test_six_writers_at_once_lose_nothing(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    """Read, then write, in one transaction: without IMMEDIATE a thousand of these failed in four seconds."""
    from anpr_site.tests.processes import Product

    product = Product(tmp_path)  # type: ignore[arg-type]
    product.manage("migrate", "-v0")
    caplog.set_level(logging.INFO)
    script = """
import threading
from cameras.models import Camera
from detections.models import Detection
from detections.pictures import Pictures
from detections.record import record
from detections.tests.test_record import plate_read
from django.db import connection
camera = Camera.objects.create(name="Gate", source_url="synthetic:")
errors = []
def write(writer):
    try:
        for number in range(60):
            record(camera.pk, plate_read(f"{writer}{writer}{writer}{number:04d}", f"{writer}-{number}"), Pictures())
    except BaseException as error:
        errors.append(repr(error))
    connection.close()
threads = [threading.Thread(target=write, args=(letter,)) for letter in "ABCDEF"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(errors, Detection.objects.count())
"""
    said = product.manage("shell", "-v0", "-c", script)
    assert said.startswith("[] "), said
