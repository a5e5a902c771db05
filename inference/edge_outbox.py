"""Pictures on disk that the server has not taken yet: in their order, in bounded room, safe from power cuts."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger("platewatch.edge")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One picture; ``key`` is the same whenever it is sent."""

    path: Path
    taken_at: float

    @property
    def key(self) -> str:
        return self.path.stem


class Outbox:
    """One process per folder. Over ``max_bytes`` the oldest pictures go."""

    def __init__(self, folder: Path, max_bytes: float) -> None:
        """Raises ``OSError`` when the folder cannot be made or written to."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self.dropped = 0
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        self._sizes = {path: path.stat().st_size for path in sorted(folder.glob("*.jpg"))}

    def __len__(self) -> int:
        return len(self._sizes)

    def put(self, jpeg: bytes, taken_at: float) -> None:
        """A disk that is full or gone costs this picture, not the watching."""
        path = self._folder / f"{round(taken_at * 1000):015d}-{secrets.token_hex(8)}.jpg"
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(jpeg)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except OSError as error:
            self.dropped += 1
            logger.error("a picture cannot be kept: %s", error.strerror or error)
            part.unlink(missing_ok=True)
            return
        with self._lock:
            self._sizes[path] = len(jpeg)
            while len(self._sizes) > 1 and sum(self._sizes.values()) > self._max_bytes:
                self.dropped += 1
                self._remove(min(self._sizes))
                logger.warning("no room: the oldest picture is dropped (%d so far)", self.dropped)

    def oldest(self) -> Waiting | None:
        with self._lock:
            path = min(self._sizes, default=None)
        return None if path is None else Waiting(path, int(path.stem.partition("-")[0]) / 1000)

    def done(self, waiting: Waiting) -> None:
        with self._lock:
            self._remove(waiting.path)

    def _remove(self, path: Path) -> None:
        self._sizes.pop(path, None)
        path.unlink(missing_ok=True)
