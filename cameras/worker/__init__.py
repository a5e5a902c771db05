"""One camera's worker: four threads, one job each."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from cameras.models import Camera
from cameras.worker.breakdown_cache import BreakdownCache
from cameras.worker.broadcast import Broadcast, Item
from cameras.worker.capture import Capture
from cameras.worker.health import Health
from cameras.worker.memory import give_frames_back
from cameras.worker.preview_cache import PreviewCache
from cameras.worker.recognize import CannotStart, Outlets, Recognize
from cameras.worker.slot import LatestSlot
from cameras.worker.status import Status
from detections.networks import product_models, product_version
from detections.pictures import KeptLooks, kept_looks, sighting
from inference.backends.base import BackendError
from inference.pipeline import Models, Pipeline
from inference.plate_format import UnknownRegionError
from inference.sources import open_source
from inference.types import Frame, FrameResult
from inference.weights import WeightsError

logger = logging.getLogger(__name__)

QUEUE_SIZE = 1000
SILENT_CAMERA_S = 0.8


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
        preview, breakdown = PreviewCache(camera.pk), BreakdownCache(camera)
        source = partial(open_source, camera.source_url, loop=camera.loop)
        outlets = Outlets(
            sighting, self._kept_looks, preview.is_watched, preview.show, breakdown.is_watched, breakdown.explain
        )
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
        """Whether the threads ended in time.

        A capture that waits for a silent camera has nothing left to lose, nor has a worker whose models still load.
        """
        deadline = time.monotonic() + timeout
        capture, *others = self._threads
        if not self.status.is_loaded:
            others = others[-1:]
        for thread in others:
            thread.join(max(0.0, deadline - time.monotonic()))
        capture.join(min(SILENT_CAMERA_S, max(0.0, deadline - time.monotonic())))
        return not any(thread.is_alive() for thread in others)

    def _kept_looks(self, result: FrameResult, chosen: list[int]) -> KeptLooks:
        return kept_looks(result, chosen, with_frame=self.status.wants_frames)

    def _make_pipeline(self) -> Pipeline:
        try:
            pipeline = Pipeline(self._models(), self.camera.pipeline_settings())
            self.status.model_version = product_version()
            return pipeline
        except (BackendError, WeightsError, UnknownRegionError, ValueError) as error:
            raise CannotStart(str(error)) from error
