"""Thread 4: judges the other three, writes the heartbeat and the state, tells a change of state."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from cameras.choices import State
from cameras.models import Camera, CameraHealth
from cameras.periods import remember
from cameras.worker.news import News
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from detections.messages import CAMERAS_GROUP, camera_message

logger = logging.getLogger(__name__)

JUDGE_EVERY_S = 0.5
WRITE_EVERY_S = 5.0
REMEMBER_EVERY_S = 20.0
OFFLINE_AFTER_S = 10.0
FAILING_OFFLINE_AFTER_S = 5.0
FROZEN_AFTER_S = 60.0
LAST_WORD_S = 1.0
STUCK_AFTER_S = 30.0
LOADING_AT_MOST_S = 180.0
TOO_SLOW = 0.25
SLOW_TURNS = 2
"""A burst of frames, as at the opening of a stream, is not slowness."""


@dataclass(slots=True)
class Rates:
    """Frames and looks per second between two turns."""

    at: float
    frames: int = 0
    looks: int = 0
    capture_fps: float = 0.0
    recognize_fps: float = 0.0

    def measure(self, status: Status, now: float) -> None:
        """Frames that passed while the models were loading are not held against the machine."""
        elapsed = now - self.at
        if elapsed > 0 and status.is_loaded and self.looks + status.looks > 0:
            self.capture_fps = (status.frames - self.frames) / elapsed
            self.recognize_fps = (status.looks - self.looks) / elapsed
        self.at, self.frames, self.looks = now, status.frames, status.looks


class Health:
    """Ends by itself, and with it the worker, when a sibling is stuck or another supervisor has the camera."""

    def __init__(
        self,
        camera: Camera,
        lease: str,
        status: Status,
        slot: LatestSlot[Any],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._camera = camera
        self._lease = lease
        self._status = status
        self._slot = slot
        self._clock = clock
        self._rates = Rates(clock())
        self._started = clock()
        self._written = self._remembered = float("-inf")
        self._state: State | None = None
        self._stuck = ""
        self._slow_turns = 0
        self._is_away = False
        self._process = psutil.Process()
        self._process.cpu_percent()

    def run(self, stop: threading.Event) -> None:
        news = News()
        try:
            while self.step(news) and not stop.wait(JUDGE_EVERY_S):
                pass
            self.finish(news)
        finally:
            news.close()
            connection.close()

    def step(self, news: News) -> bool:
        """One judgement; false when the worker has to end."""
        now = self._clock()
        self._stuck = self.stuck(now)
        if self._stuck:
            logger.error("%s", self._stuck)
            return False
        state = self.judge(now)
        if state == self._state and now - self._written < WRITE_EVERY_S:
            return True
        if now - self._written >= WRITE_EVERY_S:
            self._rates.measure(self._status, now)
            self._slow_turns = self._slow_turns + 1 if self._is_slow() else 0
            state = self.judge(now)
        return self._write(state, news)

    def finish(self, news: News) -> None:
        """The last word, said again for a moment to a database that is busy.

        The lease stays with the supervisor, which alone decides what comes next.
        """
        state = State.FAILED if self._status.failure else State.STOPPED
        until = time.monotonic() + LAST_WORD_S
        self._write(state, news)
        while self._is_away and time.monotonic() < until:
            time.sleep(0.1)
            self._write(state, news)

    def judge(self, now: float) -> State:
        last_frame = self._status.last_frame
        if not self._status.is_loaded and now - self._started < LOADING_AT_MOST_S:
            return State.STARTING
        if last_frame is None:
            return State.OFFLINE if now - self._started >= OFFLINE_AFTER_S else State.STARTING
        if now - last_frame >= (FAILING_OFFLINE_AFTER_S if self._status.source_error else OFFLINE_AFTER_S):
            return State.OFFLINE
        return State.DEGRADED if self.trouble(now) else State.ONLINE

    def trouble(self, now: float) -> str:
        """What is wrong though frames flow, in words."""
        status = self._status
        if status.store_error or status.picture_error:
            return status.store_error or status.picture_error
        if status.last_change is not None and now - status.last_change >= FROZEN_AFTER_S:
            return f"the picture has not changed for {now - status.last_change:.0f} s"
        if self._slow_turns >= SLOW_TURNS:
            return f"the machine is too slow: {self._rates.recognize_fps:.1f} of {self._wanted():.1f} frames a second"
        return ""

    def _wanted(self) -> float:
        return min(self._rates.capture_fps, self._camera.max_fps or self._rates.capture_fps)

    def _is_slow(self) -> bool:
        return 0 < self._rates.recognize_fps < TOO_SLOW * self._wanted()

    def stuck(self, now: float) -> str:
        """Threads that hang where their limits should have helped; the worker is started anew."""
        status = self._status
        if now - status.capture_turn > STUCK_AFTER_S + OFFLINE_AFTER_S and not status.source_error:
            return f"the source has not answered for {now - status.capture_turn:.0f} s"
        if not status.is_loaded:
            return "the models do not load" if now - self._started > LOADING_AT_MOST_S else ""
        since = now - max(status.recognize_turn, self._started)
        if status.last_frame is None or status.store_error:  # recognition may wait for room in the queue
            return ""
        is_stuck = status.last_frame - status.recognize_turn > STUCK_AFTER_S
        return f"recognition has stood still for {since:.0f} s" if is_stuck else ""

    def words(self, state: State, now: float) -> str:
        status = self._status
        if state is State.FAILED:
            return status.failure
        if state is State.STOPPED:
            return "the source has come to its end" if status.has_ended else self._stuck or status.source_error
        if state is State.DEGRADED:
            return self.trouble(now)
        if state is State.ONLINE:
            return ""
        return status.source_error or ("no picture comes" if state is State.OFFLINE else "")

    def _write(self, state: State, news: News) -> bool:
        """False when the camera is no longer ours. While the database is away the turn is skipped."""
        now = self._clock()
        try:
            close_old_connections()
            ours = CameraHealth.objects.filter(camera=self._camera, lease=self._lease)
            if not ours.update(**self._fields(state, now)):
                logger.warning("camera %s is no longer ours", self._camera.slug)
                return False
            if state != self._state or now - self._remembered >= REMEMBER_EVERY_S:
                remember(self._camera.pk, state, self.words(state, now)[:500], timezone.now())
                self._remembered = now
            if state != self._state:
                logger.info("camera %s is %s %s", self._camera.slug, state.value, self.words(state, now))
                self._camera.health = CameraHealth.objects.get(camera=self._camera)
                news.send(CAMERAS_GROUP, camera_message(self._camera))
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if not self._is_away:
                logger.warning("the heartbeat is not written: %s", error)
            self._is_away = True
            return True
        self._is_away = False
        self._state = state
        self._written = now
        return True

    def _fields(self, state: State, now: float) -> dict[str, Any]:
        status = self._status
        last = status.last_frame_at
        return {
            "state": state,
            "heartbeat_at": timezone.now(),
            "capture_fps": round(self._rates.capture_fps, 2),
            "recognize_fps": round(self._rates.recognize_fps, 2),
            "dropped_frames": self._slot.dropped,
            "dropped_attempts": status.dropped_attempts,
            "reconnects": status.reconnects,
            "last_frame_at": datetime.fromtimestamp(last, UTC) if last is not None else None,
            "last_error": self.words(state, now)[:500],
            "width": status.width,
            "height": status.height,
            "memory_mb": round(self._process.memory_info().rss / 2**20, 1),
            "cpu_percent": self._process.cpu_percent(),
            "tally": status.tally.told(),
        }
