"""Thread 3: plate reads become rows, and news once they are stored."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from structlog.contextvars import bound_contextvars

from cameras.worker.news import News
from cameras.worker.status import Status
from detections.ignored import is_left_out, without_ignored
from detections.messages import DETECTIONS_GROUP, detection_message, removed_message
from detections.pictures import KeptLooks, Sighting, refusal
from detections.record import record, record_attempts
from labeling.collect import Collector

logger = logging.getLogger(__name__)

Item = Sighting | KeptLooks | None
AWAY = (OperationalError, InterfaceError)
LONGEST_PAUSE_S = 8.0
LAST_WORDS_S = 10.0
TRY_DISK_EVERY_S = 10.0


class Broadcast:
    """Ends with the queue's ``None``, not with the stop: what was read is stored first."""

    def __init__(
        self,
        camera_id: int,
        reads: queue.Queue[Item],
        status: Status,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._camera_id = camera_id
        self._reads = reads
        self._status = status
        self._clock = clock
        self._collector = Collector(camera_id)
        self._stopped_at: float | None = None

    def run(self, stop: threading.Event) -> None:
        news = News()
        try:
            while (item := self.take()) is not None:
                self.step(item, news, stop)
        finally:
            news.close()
            connection.close()

    def take(self) -> Item:
        """While pictures are refused the disk is tried again, though nothing passes the camera."""
        while self._status.picture_error:
            try:
                return self._reads.get(timeout=TRY_DISK_EVERY_S)
            except queue.Empty:
                self._status.picture_error = refusal()
        return self._reads.get()

    def step(self, item: Sighting | KeptLooks, news: News, stop: threading.Event) -> None:
        """Stores one item; while the database is away a read is tried again and again, a look is let go."""
        pause = 1.0
        while True:
            try:
                close_old_connections()
                self._store(item, news)
            except AWAY as error:
                connection.close()
                self._away(error)
                if isinstance(item, KeptLooks):
                    self._status.dropped_attempts += 1
                    return
                if self._is_too_late(stop):
                    logger.error("not stored before the stop: plate read %s", item.read)
                    return
                self._wait(pause, stop)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                self._back()
                return

    def _store(self, item: Sighting | KeptLooks, news: News) -> None:
        if isinstance(item, KeptLooks):
            item = without_ignored(self._camera_id, item)
            self._status.picture_error = record_attempts(self._camera_id, item)
            self._collector.keep_failed(item, self._status.model_version)
            self._status.wants_frames = self._collector.wants_frames
            return
        if is_left_out(self._camera_id, item.read):
            return
        recorded = record(self._camera_id, item.read, item.pictures, self._status.model_version, item.breakdown)
        self._status.picture_error = recorded.picture_error
        with bound_contextvars(camera=self._camera_id, detection=recorded.detection.pk):
            news.send(DETECTIONS_GROUP, detection_message(recorded.detection, created=recorded.created))
            if recorded.removed is not None:
                news.send(DETECTIONS_GROUP, removed_message(recorded.removed, recorded.detection))
            self._collector.keep(recorded.detection, item, self._status.model_version)

    def _away(self, error: Exception) -> None:
        if not self._status.store_error:
            logger.warning("the database refuses: %s", error)
        self._status.store_error = f"the database refuses; reads are kept until it takes them ({error})"

    def _back(self) -> None:
        if self._status.store_error:
            logger.info("the database is back")
        self._status.store_error = ""

    def _wait(self, pause: float, stop: threading.Event) -> None:
        if stop.wait(pause):
            time.sleep(0.2)

    def _is_too_late(self, stop: threading.Event) -> bool:
        if not stop.is_set():
            return False
        self._stopped_at = self._stopped_at if self._stopped_at is not None else self._clock()
        return self._clock() - self._stopped_at > LAST_WORDS_S
