"""Which looks are worth keeping: the first few of each kind of every pass, so that no parked car fills the table."""

from __future__ import annotations

from inference.types import FrameResult

COUNTED_PER_TRACK = 8
FAILED_PER_TRACK = 3
FAILED_EVERY_S = 0.5
UNFOLLOWED_EVERY_S = 20.0
MOST_KNOWN = 500

Key = tuple[str, str]
"""Track, empty for what is not followed, and reason, empty for a look that counted."""


class Selection:
    """Remembers for each track and reason how many looks were kept, and when the last one was."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[int, float]] = {}

    def choose(self, result: FrameResult) -> list[int]:
        """The observations to keep, by index; none of a frame that was not looked at."""
        if result.is_still:
            return []
        clock = result.frame.clock
        chosen = []
        keys = set()
        for i, seen in enumerate(result.observations):
            if seen.reason is None and seen.reading is None:
                continue
            standing = result.standings[i] if i < len(result.standings) else None
            key = (standing.track_id if standing else "", seen.reason or "")
            if self._is_due(key, clock):
                chosen.append(i)
                keys.add(key)
        for key in keys:
            count, _ = self._kept.pop(key, (0, 0.0))
            self._kept[key] = (count + 1, clock)
        while len(self._kept) > MOST_KNOWN:
            del self._kept[next(iter(self._kept))]
        return chosen

    def _is_due(self, key: Key, clock: float) -> bool:
        count, last = self._kept.get(key, (0, float("-inf")))
        track, reason = key
        if clock < last:
            return True
        if not track:
            return clock - last >= UNFOLLOWED_EVERY_S
        if not reason:
            return count < COUNTED_PER_TRACK
        return count < FAILED_PER_TRACK and clock - last >= FAILED_EVERY_S
