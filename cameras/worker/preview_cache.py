"""The newest picture with its boxes, left in the cache for whoever watches."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import cv2
from django.core.cache import cache
from redis.exceptions import RedisError

from cameras.preview import PREVIEW, Preview, preview_key, watched_key
from inference.draw import draw
from inference.types import FrameResult

logger = logging.getLogger(__name__)

LIFE_S = 10
WIDTH = 960
QUALITY = 75
ASK_EVERY_S = 0.25
ASK_AGAIN_S = 5.0


class PreviewCache:
    """Nothing is drawn or encoded while nobody watches; a cache that is away is left alone for 5 s."""

    kind = PREVIEW

    def __init__(self, camera_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._ask_at = float("-inf")
        self._is_watched = False
        self._is_away = False

    def is_watched(self) -> bool:
        now = self._clock()
        if now >= self._ask_at:
            self._ask_at = now + ASK_EVERY_S
            self._is_watched = bool(self._try(lambda: cache.get(watched_key(self._camera_id, self.kind))))
        return self._is_watched

    def show(self, result: FrameResult, fps: float) -> None:
        height, width = result.frame.image.shape[:2]
        meta = {
            "index": result.frame.index,
            "captured_at": result.frame.captured_at,
            "fps": round(fps, 1),
            "width": width,
            "height": height,
        }
        picture = draw(result, WIDTH)
        jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        self.leave({"jpeg": jpeg, "meta": meta}, LIFE_S)

    def leave(self, preview: Preview, life_s: float) -> None:
        self._try(lambda: cache.set(preview_key(self._camera_id, self.kind), preview, life_s))

    def _try(self, ask: Callable[[], object]) -> object:
        try:
            answer = ask()
        except (RedisError, OSError) as error:
            if not self._is_away:
                logger.warning("previews do not go out: %s", error)
            self._is_away, self._is_watched = True, False
            self._ask_at = self._clock() + ASK_AGAIN_S
            return None
        self._is_away = False
        return answer
