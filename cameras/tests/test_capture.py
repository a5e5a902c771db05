"""What Capture does with what its source gives."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from cameras.tests.clock import Clock, frame
from cameras.worker.capture import Capture
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from inference.sources import EndOfSource, SourceError
from inference.types import Frame


class Script:
    """A source that gives frames or raises, as written."""

    def __init__(self, *acts: Frame | Exception) -> None:
        self.acts = list(acts)
        self.opened = 0
        self.closed_by: list[int] = []

    def open(self) -> None:
        self.opened += 1

    def read(self) -> Frame:
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act

    def close(self) -> None:
        self.closed_by.append(threading.get_ident())


def capture_of(*acts: Frame | Exception) -> tuple[Capture, Script, LatestSlot[Frame], Status]:
    source, slot, status = Script(*acts), LatestSlot[Frame](), Status(Clock())
    return Capture(lambda: source, slot, status), source, slot, status


def pauses(capture: Capture, turns: int) -> Sequence[float]:
    return [capture.step() for _ in range(turns)]


def test_frames_reach_the_slot_and_the_status() -> None:
    capture, _, slot, status = capture_of(frame(1), frame(2))
    assert pauses(capture, 2) == [0, 0]
    newest = slot.get(0)
    assert newest is not None
    assert newest.index == 2
    assert (status.frames, status.width, status.height) == (2, 640, 480)


def test_a_source_that_never_came_is_asked_less_and_less_often() -> None:
    capture, source, _, status = capture_of(*[SourceError("gate: connection refused")] * 8)
    assert pauses(capture, 8) == [1, 2, 4, 8, 16, 30, 30, 30]
    assert source.opened == 8
    assert status.reconnects == 8
    assert status.source_error == "gate: connection refused"


def test_a_lost_source_is_asked_again_soon_and_its_return_clears_the_error() -> None:
    capture, source, _, status = capture_of(frame(1), *[SourceError("gone")] * 5, frame(2))
    assert pauses(capture, 7) == [0, 1, 1, 1, 1, 1, 0]
    assert source.opened == 6
    assert status.source_error == ""


def test_the_end_of_a_film_ends_the_worker_cleanly() -> None:
    capture, source, _, status = capture_of(frame(1), EndOfSource())
    stop = threading.Event()
    capture.run(stop)
    assert stop.is_set()
    assert status.has_ended
    assert source.closed_by == [threading.get_ident()]


def test_equal_pictures_do_not_count_as_a_change() -> None:
    capture, _, _, status = capture_of(frame(1), frame(2), frame(3, gray=81))
    clock = status.clock
    assert isinstance(clock, Clock)
    capture.step()
    clock.now += 10
    capture.step()
    assert status.last_change == 100
    capture.step()
    assert status.last_change == 110


def test_an_unexpected_error_is_not_swallowed_and_the_source_is_closed() -> None:
    capture, source, _, _ = capture_of(frame(1), ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        capture.run(threading.Event())
    assert len(source.closed_by) == 1
