"""One camera's worker: four threads, one job each."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Protocol

from django.conf import settings

from cameras.models import Camera
from cameras.worker.broadcast import Broadcast, Item
from cameras.worker.capture import Capture
from cameras.worker.health import Health
from cameras.worker.memory import give_frames_back
from cameras.worker.preview_cache import PreviewCache
from cameras.worker.recognize import CannotStart, Outlets, Recognize
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from detections.pictures import failed_look, sighting
from inference.backends.base import BackendError
from inference.pipeline import Models, Pipeline, load_models
from inference.plate_format import UnknownRegionError
from inference.sources import open_source
from inference.types import Frame
from inference.weights import WeightsError, find_model

logger = logging.getLogger(__name__)

QUEUE_SIZE = 1000
SILENT_CAMERA_S = 0.8
_loading = threading.Lock()


def product_models(threads: int = 0) -> Models:
    """The models of this process, loaded by the first worker that asks; 0 threads leave their number to the runtime."""
    with _loading:
        return load_models(settings.INFERENCE_BACKEND, threads or settings.INFERENCE_THREADS)


@cache
def product_version() -> str:
    """What tells later which models a detection came from."""
    versions = {name: find_model(name, settings.INFERENCE_BACKEND)[1].version for name in ("detector", "reader")}
    return " ".join(f"{name} {version}" for name, version in versions.items())


class Part(Protocol):
    def run(self, stop: threading.Event) -> None: ...


class CameraWorker:
    """Alive while all four threads are: one dead thread is a dead worker, and its supervisor starts another."""

    def __init__(self, camera: Camera, lease: str, models: Callable[[], Models] = product_models) -> None:
        self.camera = camera
        self.status = Status()
        self._models = models
        self._stop = threading.Event()
        slot: LatestSlot[Frame] = LatestSlot()
        reads: queue.Queue[Item] = queue.Queue(maxsize=QUEUE_SIZE)
        preview = PreviewCache(camera.pk)
        source = partial(open_source, camera.source_url, loop=camera.loop)
        outlets = Outlets(sighting, failed_look, preview.is_watched, preview.show)
        parts: dict[str, Part] = {
            "capture": Capture(source, slot, self.status),
            "recognize": Recognize(
                self._make_pipeline, slot, reads, self.status, outlets=outlets, max_fps=camera.max_fps
            ),
            "broadcast": Broadcast(camera.pk, reads, self.status),
            "health": Health(camera, lease, self.status, slot),
        }
        give_frames_back()
        self._threads = [
            threading.Thread(target=part.run, args=(self._stop,), name=f"{name}:{camera.slug}", daemon=True)
            for name, part in parts.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def is_alive(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def is_done(self) -> bool:
        """Whether it ended for good: the film is over, or an edit is needed."""
        return self.status.has_ended or bool(self.status.failure)

    def has_ended(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Whether the threads ended in time. A capture that waits for a silent camera has nothing left to lose."""
        deadline = time.monotonic() + timeout
        capture, *others = self._threads
        for thread in others:
            thread.join(max(0.0, deadline - time.monotonic()))
        capture.join(min(SILENT_CAMERA_S, max(0.0, deadline - time.monotonic())))
        return not any(thread.is_alive() for thread in others)

    def _make_pipeline(self) -> Pipeline:
        try:
            pipeline = Pipeline(self._models(), self.camera.pipeline_settings())
            self.status.model_version = product_version()
            return pipeline
        except (BackendError, WeightsError, UnknownRegionError, ValueError) as error:
            raise CannotStart(str(error)) from error
