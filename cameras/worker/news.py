"""Group messages from a worker's thread, over one event loop of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LIMIT_S = 2.0


class News:
    """Belongs to one thread. A loop kept for its life is one Redis connection instead of one per message."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._is_silent = False

    def send(self, group: str, message: Mapping[str, Any]) -> None:
        """Lost when nobody carries it: pages catch up from the rows."""
        try:
            self._runner.run(asyncio.wait_for(get_channel_layer().group_send(group, dict(message)), LIMIT_S))
        except (RedisError, OSError, TimeoutError) as error:
            if not self._is_silent:
                logger.warning("live messages do not go out: %s", error)
            self._is_silent = True
        else:
            if self._is_silent:
                logger.info("live messages go out again")
            self._is_silent = False

    def close(self) -> None:
        self._runner.close()
