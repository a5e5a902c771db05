"""Thread 2: the slot's frames through the pipeline, plate reads to the queue, pictures to whoever watches."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from cameras.worker.selection import Selection
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from inference.types import Frame, FrameResult, PlateRead

logger = logging.getLogger(__name__)

ROOM_FOR_READS = 100
STOP_WITHIN_S = 10.0


class CannotStart(Exception):
    """The worker needs an edit or an installation before another try makes sense; the message says which."""


class Recognizes(Protocol):
    def process(self, frame: Frame) -> FrameResult: ...
    def flush(self) -> list[PlateRead]: ...


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where results go. ``keep_read`` and ``keep_looks`` make the queue's items, without the frames' pixels.

    ``show`` draws the frame while ``is_watched``, ``explain`` takes a look apart while ``is_studied``.
    """

    keep_read: Callable[[PlateRead], Any]
    keep_looks: Callable[[FrameResult, list[int]], Any]
    is_watched: Callable[[], bool]
    show: Callable[[FrameResult, float], None]
    is_studied: Callable[[], bool]
    explain: Callable[[FrameResult], None]


class Recognize:
    """``max_fps`` 0 sets no limit. Ends the queue with ``None``, so that Broadcast empties it first."""

    def __init__(
        self,
        make_pipeline: Callable[[], Recognizes],
        slot: LatestSlot[Frame],
        reads: queue.Queue[Any],
        status: Status,
        *,
        outlets: Outlets,
        max_fps: float = 0.0,
    ) -> None:
        self._make_pipeline = make_pipeline
        self._slot = slot
        self._reads = reads
        self._status = status
        self._outlets = outlets
        self._gap_s = 0.98 / max_fps if max_fps else 0.0
        self._last_clock = float("-inf")
        self._selection = Selection()
        self._pace_s = 0.0

    def run(self, stop: threading.Event) -> None:
        pipeline = None
        try:
            pipeline = self._make_pipeline()
            self._status.is_loaded = True
            while not stop.is_set():
                frame = self._slot.get(timeout=0.5)
                if frame is not None:
                    self.step(pipeline, frame, stop)
        except CannotStart as error:
            logger.error("%s", error)
            self._status.failure = str(error)
            stop.set()
        finally:
            for read in pipeline.flush() if pipeline is not None else ():
                self._put(self._outlets.keep_read(read), stop)
            self._put(None, stop)

    def step(self, pipeline: Recognizes, frame: Frame, stop: threading.Event) -> None:
        """Frames beyond the camera's rate are passed over whole: boxes are never shown on a later picture."""
        since = frame.clock - self._last_clock
        if 0 <= since < self._gap_s:
            return
        self._last_clock = frame.clock
        result = pipeline.process(frame)
        self._status.frame_recognized()
        self._status.tally.count(result)
        for read in result.reads:
            self._put(self._outlets.keep_read(read), stop)
        self._offer_looks(result)
        if 0 < since < 5:
            self._pace_s = 0.8 * self._pace_s + 0.2 * since if self._pace_s else since
        if self._outlets.is_watched():
            self._outlets.show(result, 1 / self._pace_s if self._pace_s else 0.0)
        if result.observations and not result.is_still and self._outlets.is_studied():
            self._outlets.explain(result)

    def _put(self, item: Any, stop: threading.Event) -> None:
        """Waits while the queue is full: camera frames are dropped meanwhile, reads never, short of a full stop."""
        deadline = float("inf")
        while True:
            try:
                self._reads.put(item, timeout=0.5)
                return
            except queue.Full:
                if stop.is_set():
                    deadline = min(deadline, time.monotonic() + STOP_WITHIN_S)
                if time.monotonic() > deadline:
                    logger.error("not stored before the stop: %s", item)
                    return

    def _offer_looks(self, result: FrameResult) -> None:
        """The looks worth keeping; none where reads may soon need the room."""
        chosen = self._selection.choose(result)
        if not chosen:
            return
        if 0 < self._reads.maxsize <= self._reads.qsize() + ROOM_FOR_READS:
            self._status.dropped_attempts += 1
            return
        try:
            self._reads.put_nowait(self._outlets.keep_looks(result, chosen))
        except queue.Full:
            self._status.dropped_attempts += 1
