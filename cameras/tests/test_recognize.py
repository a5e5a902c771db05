"""What Recognize does with a pipeline's results."""

from __future__ import annotations

import queue
import threading
from typing import Any

from cameras.tests.clock import Clock, frame
from cameras.worker.recognize import CannotStart, Outlets, Recognize
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from inference.fakes import fake_models
from inference.pipeline import Pipeline, PipelineSettings
from inference.types import Box, Frame, FrameResult, Observation, PlateRead, Vehicle


class Stage:
    """A Recognize with plain queues around it."""

    def __init__(self, *, size: int = 1000, max_fps: float = 0.0, watched: bool = False) -> None:
        self.slot: LatestSlot[Frame] = LatestSlot()
        self.reads: queue.Queue[Any] = queue.Queue(size)
        self.status = Status(Clock())
        self.shown: list[int] = []
        self.explained: list[int] = []
        outlets = Outlets(
            keep_read=lambda read: read,
            keep_looks=lambda result, chosen: ("looks", result.frame.index, chosen),
            is_watched=lambda: watched,
            show=lambda result, fps: self.shown.append(result.frame.index),
            is_studied=lambda: watched,
            explain=lambda result: self.explained.append(result.frame.index),
        )
        self.pipeline = Pipeline(fake_models(), PipelineSettings(gate_motion=False))
        self.recognize = Recognize(
            lambda: self.pipeline, self.slot, self.reads, self.status, outlets=outlets, max_fps=max_fps
        )

    def of_queue(self) -> list[Any]:
        return [self.reads.get_nowait() for _ in range(self.reads.qsize())]

    def see(self, count: int, fps: float = 10.0) -> None:
        for index in range(count):
            self.recognize.step(self.pipeline, frame(index, index / fps), threading.Event())


class NoPlate:
    """A pipeline whose every look fails."""

    def process(self, seen: Frame) -> FrameResult:
        vehicle = Vehicle(Box(10, 10, 90, 90), "car", 0.9)
        return FrameResult(seen, observations=(Observation(seen, vehicle, reason="no_plate"),))

    def flush(self) -> list[PlateRead]:
        return []


def test_a_settled_plate_goes_into_the_queue() -> None:
    stage = Stage()
    stage.see(6)
    (read,) = [item for item in stage.of_queue() if isinstance(item, PlateRead)]
    assert read.text == "AB123CD"
    assert read.tallies == (("AB123CD", 3, 1.0),)
    assert stage.status.looks == 6


def test_nothing_is_shown_while_nobody_watches() -> None:
    watched, unwatched = Stage(watched=True), Stage()
    watched.see(3)
    unwatched.see(3)
    assert watched.shown == watched.explained == [0, 1, 2]
    assert unwatched.shown == unwatched.explained == []


def test_frames_beyond_the_rate_are_passed_over() -> None:
    stage = Stage(max_fps=5, watched=True)
    stage.see(10, fps=10)
    assert stage.shown == [0, 2, 4, 6, 8]


def test_a_film_that_starts_again_goes_on_at_once() -> None:
    stage = Stage(max_fps=5, watched=True)
    stage.see(3, fps=1)
    stage.see(1)
    assert stage.shown == [0, 1, 2, 0]


def test_looks_that_counted_are_kept_beside_the_reads() -> None:
    stage = Stage()
    stage.see(3)
    assert [item for item in stage.of_queue() if isinstance(item, tuple)] == [("looks", n, [0]) for n in range(3)]


def test_failed_looks_are_kept_now_and_then_and_dropped_first() -> None:
    stage = Stage(size=150)
    for index in range(25):
        stage.recognize.step(NoPlate(), frame(index, index / 1.25), threading.Event())
    assert stage.of_queue() == [("looks", 0, [0])]
    for _ in range(60):
        stage.reads.put("read")
    stage.recognize.step(NoPlate(), frame(50, 50.0), threading.Event())
    assert stage.reads.qsize() == 60
    assert stage.status.dropped_attempts == 1


def test_the_stop_flushes_what_is_in_view_and_ends_the_queue() -> None:
    stage = Stage()
    stage.see(2)
    stop = threading.Event()
    stop.set()
    stage.recognize.run(stop)
    *_, read, end = stage.of_queue()
    assert read.ended
    assert end is None


def test_missing_weights_fail_the_worker_in_words() -> None:
    def missing() -> Pipeline:
        raise CannotStart("reader.onnx is missing")

    stage = Stage()
    stop = threading.Event()
    Recognize(missing, stage.slot, stage.reads, stage.status, outlets=stage.recognize._outlets).run(stop)
    assert stop.is_set()
    assert stage.status.failure == "reader.onnx is missing"
    assert stage.reads.get_nowait() is None
