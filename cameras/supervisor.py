"""Keeps one worker running for each enabled camera that nobody else holds; as threads or as processes."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from cameras.choices import State
from cameras.models import Camera, CameraHealth, claim, hold, release
from cameras.worker import CameraWorker
from detections.networks import newest_choice

logger = logging.getLogger(__name__)

STEP_EVERY_S = 1.0
STOP_WITHIN_S = 10.0
SHORTEST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
LIVED_WELL_S = 60.0
EXIT_FAILED = 2
"""The exit code of a worker that needs an edit or an installation before another try makes sense."""


DIED = "the worker breaks down again and again; its log says why"
HANGS = "the worker hangs; restart the service"


class Worker(Protocol):
    def is_alive(self) -> bool: ...
    def is_done(self) -> bool: ...
    def has_ended(self) -> bool: ...
    def stop(self) -> None: ...
    def join(self, timeout: float) -> bool: ...


StartWorker = Callable[[Camera, str], Worker]
Edit = tuple[datetime, int]
"""When a camera's row was saved, and the newest choice of a model: a worker with another one is started again."""


def start_in_thread(camera: Camera, lease: str) -> Worker:
    worker = CameraWorker(camera, lease)
    worker.start()
    return worker


def start_in_process(camera: Camera, lease: str) -> Worker:
    """Each process gets its share of the cores: every runtime would otherwise take all of them."""
    cameras = max(1, Camera.objects.filter(enabled=True).count())
    threads = settings.INFERENCE_THREADS or max(1, (os.cpu_count() or 1) // cameras)
    return WorkerProcess(camera.slug, "--lease", lease, "--threads", str(threads))


class WorkerProcess:
    """The command that an operator can type; a process of its own inherits no sockets, locks or devices."""

    def __init__(self, slug: str, *options: str) -> None:
        manage = str(settings.BASE_DIR / "manage.py")
        self._process = subprocess.Popen([sys.executable, manage, "run_camera", slug, *options])

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def is_done(self) -> bool:
        return self._process.poll() in (0, EXIT_FAILED)

    def has_ended(self) -> bool:
        return not self.is_alive()

    def stop(self) -> None:
        if self.is_alive():
            self._process.send_signal(signal.SIGTERM)

    def join(self, timeout: float) -> bool:
        """Kills what does not end in time."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return True


@dataclass(slots=True)
class Running:
    """A worker, the edit of the camera that it runs, and since when."""

    worker: Worker
    edit: Edit
    started: float
    stopping: float | None = None
    has_died: bool = False


@dataclass(slots=True)
class Setback:
    """How often a camera's worker died in a row, and when it may be started again."""

    deaths: int
    not_before: float


class Supervisor:
    """The lease is the supervisor's, not the worker's: it may start its own dead worker again at once."""

    def __init__(self, start_worker: StartWorker, lease: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.lease = lease or f"{socket.gethostname()}:{os.getpid()}"
        self.running: dict[int, Running] = {}
        self._start_worker = start_worker
        self._clock = clock
        self._setbacks: dict[int, Setback] = {}
        self._done: dict[int, Edit] = {}
        self._choice = 0

    def run(self, stop: threading.Event) -> None:
        logger.info("supervisor %s watches over the cameras", self.lease)
        is_away = False
        while not stop.is_set():
            try:
                close_old_connections()
                self.step()
                is_away = False
            except (OperationalError, InterfaceError) as error:
                connection.close()
                if not is_away:
                    logger.warning("the cameras cannot be looked up: %s", error)
                is_away = True
            except Exception:
                logger.exception("the supervisor goes on after an error")
            stop.wait(STEP_EVERY_S)
        self.finish()

    def step(self) -> None:
        """Ends what is edited, gone or dead, and starts what is missing."""
        now = timezone.now()
        wanted = {camera.pk: camera for camera in Camera.objects.filter(enabled=True) if camera.is_due(now)}
        self._choice = newest_choice()
        for camera_id in list(self.running):
            self._look_after(camera_id, wanted.get(camera_id))
        for camera_id in [done for done in self._done if self._is_edited(wanted.get(done), self._done[done])]:
            del self._done[camera_id]
            release(camera_id, self.lease)
        if self._done:
            hold(self._done, self.lease)
        for camera_id, camera in wanted.items():
            self._start(camera_id, camera)

    def finish(self) -> None:
        """Stops all at once, waits for them against one deadline, and gives the leases back."""
        for running in self.running.values():
            running.worker.stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        for camera_id, running in self.running.items():
            if not running.worker.join(max(0.1, deadline - time.monotonic())):
                logger.error("the worker of camera %s did not stop", camera_id)
        try:
            for camera_id in [*self.running, *self._done]:
                release(camera_id, self.lease)
        except (OperationalError, InterfaceError) as error:
            logger.warning("leases are not given back: %s", error)
        self.running.clear()
        connection.close()

    def _look_after(self, camera_id: int, camera: Camera | None) -> None:
        running = self.running[camera_id]
        worker, now = running.worker, self._clock()
        if running.stopping is None:
            running.has_died = not worker.is_alive()
            if not running.has_died and not self._is_edited(camera, running.edit):
                return
            worker.stop()
            running.stopping = now
        if worker.has_ended() or (now - running.stopping > STOP_WITHIN_S and worker.join(0.1)):
            self._bury(camera_id, running, now)
        elif now - running.stopping > STOP_WITHIN_S:
            logger.error("the worker of camera %s hangs and is left behind", camera_id)
            del self.running[camera_id]
            self._done[camera_id] = self._edit_of(camera) if camera else running.edit
            hold([camera_id], self.lease, state=State.FAILED, last_error=HANGS)

    def _bury(self, camera_id: int, running: Running, now: float) -> None:
        """One that died at once after another death waits longer each time."""
        del self.running[camera_id]
        if not running.has_died:
            release(camera_id, self.lease)
        elif running.worker.is_done():
            self._done[camera_id] = running.edit
        else:
            before = self._setbacks.get(camera_id)
            lived_well = before is None or now - running.started >= LIVED_WELL_S
            deaths = 0 if before is None or lived_well else before.deaths + 1
            pause = min(SHORTEST_PAUSE_S * 2 ** (deaths - 1), LONGEST_PAUSE_S) if deaths else 0.0
            self._setbacks[camera_id] = Setback(deaths, now + pause)
            if pause:
                hold([camera_id], self.lease, state=State.OFFLINE)
                CameraHealth.objects.filter(camera=camera_id, lease=self.lease, last_error="").update(last_error=DIED)
            logger.error("the worker of camera %s died; it starts again in %.0f s", camera_id, pause)

    def _start(self, camera_id: int, camera: Camera) -> None:
        if camera_id in self.running or camera_id in self._done:
            return
        setback = self._setbacks.get(camera_id)
        if setback is not None and self._clock() < setback.not_before:
            hold([camera_id], self.lease)
        elif claim(camera, self.lease):
            logger.info("camera %s starts", camera.slug)
            worker = self._start_worker(camera, self.lease)
            self.running[camera_id] = Running(worker, self._edit_of(camera), self._clock())

    def _edit_of(self, camera: Camera) -> Edit:
        return camera.updated_at, self._choice

    def _is_edited(self, camera: Camera | None, edit: Edit) -> bool:
        return camera is None or self._edit_of(camera) != edit
