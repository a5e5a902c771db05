"""Thread 1: reads the source, keeps the newest frame in the slot, reconnects."""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Callable

from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from inference.sources import EndOfSource, FrameSource, SourceError
from inference.types import Frame, Image

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 30.0
LOST_PAUSE_S = 1.0
LOST_FOR_S = 600.0


class Capture:
    """The only thread that touches the source: closing it from another one while it is read crashes OpenCV."""

    def __init__(self, make_source: Callable[[], FrameSource], slot: LatestSlot[Frame], status: Status) -> None:
        self._make_source = make_source
        self._slot = slot
        self._status = status
        self._source: FrameSource | None = None
        self._fingerprint = -1
        self._failures = 0

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                stop.wait(self.step())
                if self._status.has_ended or self._status.failure:
                    stop.set()
        finally:
            self._close()

    def step(self) -> float:
        """One frame, or one failure; the seconds to wait before the next turn."""
        try:
            frame = self._read()
        except EndOfSource:
            self._status.has_ended = True
            return 0.0
        except (SourceError, OSError) as error:
            return self._lost(str(error))
        self._failures = 0
        fingerprint = fingerprint_of(frame.image)
        height, width = frame.image.shape[:2]
        self._status.frame_captured((width, height), frame.captured_at, is_same=fingerprint == self._fingerprint)
        self._fingerprint = fingerprint
        self._slot.put(frame)
        return 0.0

    def _read(self) -> Frame:
        if self._source is None:
            source = self._make_source()
            source.open()
            self._source = source
        return self._source.read()

    def _lost(self, error: str) -> float:
        """A source that was there a while ago is asked again soon; one that never came, less and less often."""
        self._close()
        if error != self._status.source_error:
            logger.warning("%s", error)
        self._status.source_failed(error)
        self._status.reconnects += 1
        self._failures += 1
        last = self._status.last_frame
        is_lost = last is not None and self._status.clock() - last < LOST_FOR_S
        return min(2.0 ** (self._failures - 1), LOST_PAUSE_S if is_lost else LONGEST_PAUSE_S)

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None


def fingerprint_of(image: Image) -> int:
    """Equal for equal pictures: a camera that hangs sends the same one again and again."""
    return zlib.crc32(image[::16, ::16].tobytes())
