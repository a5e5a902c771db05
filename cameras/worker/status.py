"""What the threads of a worker tell Health; each field is written by one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cameras.worker.tally import Tally


@dataclass(slots=True)
class Status:
    """Times are ``clock`` seconds, only ``last_frame_at`` is epoch seconds. Errors are empty while all is well."""

    clock: Callable[[], float] = time.monotonic
    # Capture
    frames: int = 0
    reconnects: int = 0
    last_frame: float | None = None
    last_frame_at: float | None = None
    last_change: float | None = None
    capture_turn: float = field(init=False)
    source_error: str = ""
    width: int = 0
    height: int = 0
    has_ended: bool = False
    # Recognize
    is_loaded: bool = False
    model_version: str = ""
    looks: int = 0
    recognize_turn: float = field(init=False)
    dropped_attempts: int = 0
    failure: str = ""
    tally: Tally = field(default_factory=Tally)
    # Broadcast
    store_error: str = ""
    picture_error: str = ""
    wants_frames: bool = False

    def __post_init__(self) -> None:
        self.capture_turn = self.recognize_turn = self.clock()

    def frame_captured(self, size: tuple[int, int], captured_at: float, *, is_same: bool) -> None:
        now = self.clock()
        self.frames += 1
        self.width, self.height = size
        self.last_frame = self.capture_turn = now
        self.last_frame_at = captured_at
        if not is_same or self.last_change is None:
            self.last_change = now
        self.source_error = ""

    def source_failed(self, error: str) -> None:
        self.capture_turn = self.clock()
        self.last_change = None
        self.source_error = error

    def frame_recognized(self) -> None:
        self.looks += 1
        self.recognize_turn = self.clock()
