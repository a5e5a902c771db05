"""A place for one item: the newest overwrites, so that the receiver's delay stays one frame."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """One thread puts, one gets; ``dropped`` counts what was overwritten unseen."""

    def __init__(self) -> None:
        self.dropped = 0
        self._item: T | None = None
        self._filled = threading.Condition()

    def put(self, item: T) -> None:
        with self._filled:
            if self._item is not None:
                self.dropped += 1
            self._item = item
            self._filled.notify()

    def get(self, timeout: float) -> T | None:
        """The newest item, or ``None`` when none came in time."""
        with self._filled:
            self._filled.wait_for(lambda: self._item is not None, timeout)
            item, self._item = self._item, None
            return item
