"""What a worker has counted since its start, for monitors: looks by their end, and how long each step took."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from inference.types import FrameResult

BOUNDS_MS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
"""Upper ends of the histogram's bins; one more bin holds what took longer."""


class Tally:
    """Written by Recognize alone and read by Health; figures only ever grow."""

    def __init__(self) -> None:
        self._looks: dict[str, int] = {}
        self._reads = 0
        self._steps: dict[str, list[float]] = {}

    def count(self, result: FrameResult) -> None:
        """A frame in which nothing moved was not looked at and does not count."""
        for seen in result.observations if not result.is_still else ():
            reason = str(seen.reason or "")
            self._looks[reason] = self._looks.get(reason, 0) + 1
        self._reads += len(result.reads)
        for step, ms in result.ms.items():
            bins = self._steps.setdefault(step, [0.0] * (len(BOUNDS_MS) + 2))
            bins[bisect_left(BOUNDS_MS, ms)] += 1
            bins[-1] += ms

    def told(self) -> dict[str, Any]:
        """``looks`` by the reason why they came to nothing, empty for those that counted; each of ``steps`` is its bins
        and then the sum of milliseconds."""
        return {
            "looks": dict(self._looks),
            "reads": self._reads,
            "bounds_ms": list(BOUNDS_MS),
            "steps": {step: [round(number, 1) for number in bins] for step, bins in list(self._steps.items())},
        }
