"""Recognition as a service: one picture in, plates out, beside cameras and pages that must not wait for it."""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.utils import translation
from redis.exceptions import RedisError

from detections.answers import PictureAnswer, picture_answer
from detections.networks import newest_choice, product_models, product_version
from detections.uploads import check_size, open_picture
from inference.backends.base import BackendError
from inference.looks import Models, PipelineSettings, recognize
from inference.types import Frame, FrameResult
from inference.weights import WeightsError, find_model

logger = logging.getLogger(__name__)

T = TypeVar("T")
NOT_LOADED = (WeightsError, BackendError)
MIN_PLATE_WIDTH = 24
MIN_CONFIDENCE = 0.2
WAITING = 64
"""Pictures that may wait for a thread; more are told to come back."""
CHOICE_S = 10.0
TROUBLE_S = 600.0


class Busy(Exception):
    """Too many pictures wait already, or the process is about to end; try again in a second."""


class PicturePool:
    """The threads that look at pictures: few, so that pages and cameras stay quick, and a bounded number of jobs."""

    def __init__(self, threads: int, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, "pictures")
        self._room = threading.BoundedSemaphore(threads + waiting)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """The job runs with the caller's language. Raises ``Busy``."""
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            future = self._threads.submit(_speaking, translation.get_language(), job)
        except RuntimeError:  # closed
            self._room.release()
            raise Busy from None
        future.add_done_callback(lambda _: self._room.release())
        return future

    def close(self) -> None:
        """What waits is given up: the process is to end at once, not after a queue of pictures."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _speaking(language: str | None, job: Callable[[], T]) -> T:
    with translation.override(language):
        return job()


@functools.cache
def picture_pool() -> PicturePool:
    """One for the process; half of the cores, for cameras and pages live here too."""
    pool = PicturePool(max(1, (os.cpu_count() or 1) // 2))
    # atexit would be too late: before it the interpreter waits for all pools, and for the requests that wait for ours.
    threading._register_atexit(pool.close)  # type: ignore[attr-defined]
    return pool


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender asks for. ``region`` is one of ``plate_format.REGIONS``; a text below ``min_confidence``, the
    probability that every character is right, does not count.
    """

    region: str | None = None
    min_confidence: float = MIN_CONFIDENCE

    def pipeline_settings(self) -> PipelineSettings:
        return PipelineSettings(
            region=self.region, min_plate_width=MIN_PLATE_WIDTH, min_reading_confidence=self.min_confidence
        )


@dataclass(frozen=True, slots=True)
class Running:
    """The networks that look at pictures now; ``version`` names them, ``choice`` is the row that chose them."""

    models: Models
    version: str
    choice: int


class Networks:
    """What runs, looked up again now and then: somebody may have chosen other networks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Running | None = None
        self._asked_at = 0.0

    def running(self) -> Running:
        """Asks the database, at most every ten seconds. Raises ``WeightsError``, ``BackendError``."""
        with self._lock:
            now = time.monotonic()
            if self._running is None or now - self._asked_at >= CHOICE_S:
                choice = newest_choice()
                if self._running is None or self._running.choice != choice:
                    self._running = Running(product_models(), product_version(), choice)
                self._asked_at = now
            return self._running

    def trouble(self) -> str:
        """Why nothing can be recognized, in words; empty when all is well. Files are looked at once in a while."""
        with self._lock:
            return "" if self._running is not None else _trouble_at(int(time.monotonic() // TROUBLE_S))


@functools.lru_cache(maxsize=1)
def _trouble_at(_moment: int) -> str:
    try:
        for name in ("detector", "reader", "attributes"):
            find_model(name, settings.INFERENCE_BACKEND)
    except WeightsError as error:
        return str(error)
    return ""


networks = Networks()


@dataclass(frozen=True, slots=True)
class Look:
    """One picture with all that was seen in it; ``result`` is missing where the answer was known already."""

    sha256: str
    answer: PictureAnswer
    result: FrameResult | None = None


def recognize_picture(data: bytes, options: Options, *, taken_at: float | None = None, fresh: bool = False) -> Look:
    """Waits for its turn. ``fresh`` asks for the pixels too, which no cache has.

    Raises ``PictureError``, ``Busy``, ``WeightsError``, ``BackendError``.
    """
    check_size(len(data))
    running = networks.running()
    sha256 = hashlib.sha256(data).hexdigest()
    key = hashlib.sha256(f"{running.version} {sha256} {options.region} {options.min_confidence}".encode()).hexdigest()
    known = None if fresh else remembered(key)
    if known is not None:
        return Look(sha256, known)
    job = functools.partial(look_at, running, data, options, taken_at or time.time())
    try:
        answer, result = picture_pool().submit(job).result()
    except CancelledError:
        raise Busy from None
    remember(key, answer)
    return Look(sha256, answer, result)


def look_at(running: Running, data: bytes, options: Options, taken_at: float) -> tuple[PictureAnswer, FrameResult]:
    """In a thread of the pool: decodes and recognizes."""
    started = time.perf_counter()
    image = open_picture(data)
    decode_ms = (time.perf_counter() - started) * 1000
    result = recognize(running.models, options.pipeline_settings(), Frame(image, 0, taken_at, 0.0))
    result = without_doubtful(result, options.min_confidence)
    return picture_answer(result, decode_ms, running.version), result


def without_doubtful(result: FrameResult, least: float) -> FrameResult:
    """No other look votes on a single picture: its text must be sure as a whole, not only its weakest character."""
    observations = tuple(
        replace(seen, reason="low_reading_confidence")
        if seen.reason is None and seen.reading is not None and seen.reading.confidence < least
        else seen
        for seen in result.observations
    )
    labels = tuple(
        label if seen.reason is None else "" for label, seen in zip(result.labels, observations, strict=True)
    )
    return replace(result, observations=observations, labels=labels)


def remembered(key: str) -> PictureAnswer | None:
    """What the same picture was answered a moment ago; a cache that is away remembers nothing."""
    if not settings.RECOGNITION_CACHE_S:
        return None
    try:
        known: PictureAnswer | None = caches["answers"].get(key)
    except (RedisError, OSError) as error:
        logger.warning("the cache of answers is away: %s", error)
        return None
    return known


def remember(key: str, answer: PictureAnswer) -> None:
    if settings.RECOGNITION_CACHE_S:
        try:
            caches["answers"].set(key, answer, settings.RECOGNITION_CACHE_S)
        except (RedisError, OSError) as error:
            logger.warning("the cache of answers is away: %s", error)
