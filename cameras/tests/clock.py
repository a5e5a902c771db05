"""A clock that a test moves, and frames by its time."""

from __future__ import annotations

import numpy as np

from inference.types import Frame


class Clock:
    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def frame(index: int = 0, clock: float = 0.0, gray: int = 80) -> Frame:
    return Frame(np.full((480, 640, 3), gray, np.uint8), index, 1_790_000_000 + clock, clock)
