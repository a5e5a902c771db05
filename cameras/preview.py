"""The newest picture of each camera for everybody who asks: one look at the cache serves all who wait."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict, TypeGuard

from django.core.cache import caches
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.04
FRESH_S = 0.1
WAIT_S = 1.5
WATCHED_S = 5
RENEW_S = 1.0
PREVIEW = "preview"
BREAKDOWN = "breakdown"
"""Two kinds of what is left in the cache for whoever watches: the newest picture, and the newest look taken apart."""


class Preview(TypedDict):
    """What a worker leaves in the cache: ``meta`` holds index, captured_at, fps, width and height.

    A breakdown has ``look`` instead of a picture: what ``cameras.worker.breakdown_cache`` makes.
    """

    jpeg: bytes
    meta: dict[str, Any]
    look: NotRequired[dict[str, Any]]


def preview_key(camera_id: int, kind: str = PREVIEW) -> str:
    return f"{kind}:{camera_id}"


def watched_key(camera_id: int, kind: str = PREVIEW) -> str:
    return f"watched:{camera_id}" if kind == PREVIEW else f"watched:{kind}:{camera_id}"


def is_news(preview: Preview | None, after: int | None) -> TypeGuard[Preview]:
    """A worker that was restarted counts from zero again: other is newer."""
    return preview is not None and preview["meta"]["index"] != after


@dataclass(slots=True)
class Channel:
    """One camera as long as somebody waits for its pictures."""

    newest: Preview | None = None
    looked_at: float = 0.0
    waiting: set[asyncio.Future[None]] = field(default_factory=set)
    task: asyncio.Task[None] | None = None


class PreviewFeed:
    """Lives on one event loop. Reads the cache only while somebody waits, however many they are, once for all."""

    def __init__(self, kind: str = PREVIEW) -> None:
        self.kind = kind
        self.channels: dict[int, Channel] = {}

    async def next(self, camera_id: int, after: int | None) -> Preview | None:
        """A picture other than ``after``, or ``None`` when there was none within 1.5 s."""
        channel = self.channels.setdefault(camera_id, Channel())
        if channel.task is None or channel.task.done():
            channel.task = asyncio.create_task(self.watch(camera_id, channel))
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(WAIT_S):
                while clock() - channel.looked_at > FRESH_S or not is_news(channel.newest, after):
                    await self.look_done(channel)
        except TimeoutError:
            return None
        return channel.newest

    async def look_done(self, channel: Channel) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        channel.waiting.add(future)
        try:
            await future
        finally:
            channel.waiting.discard(future)

    async def watch(self, camera_id: int, channel: Channel) -> None:
        """Ends a while after the last one who waited; a cache that is away is no picture, and is asked again."""
        cache = caches["default"]
        clock = asyncio.get_running_loop().time
        renewed = -RENEW_S
        wanted = clock()
        while clock() - wanted < WATCHED_S:
            if channel.waiting:
                wanted = clock()
                try:
                    if wanted - renewed >= RENEW_S:
                        await asyncio.to_thread(cache.set, watched_key(camera_id, self.kind), True, WATCHED_S)
                        renewed = wanted
                    await self.look(cache, camera_id, channel)
                except (RedisError, OSError) as error:
                    logger.warning("the preview cache does not answer: %s", error)
                    await asyncio.sleep(1)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, cache: Any, camera_id: int, channel: Channel) -> None:
        preview: Preview | None = await asyncio.to_thread(cache.get, preview_key(camera_id, self.kind))
        channel.newest = preview
        channel.looked_at = asyncio.get_running_loop().time()
        for future in channel.waiting:
            if not future.done():
                future.set_result(None)


feeds: dict[tuple[asyncio.AbstractEventLoop, str], PreviewFeed] = {}


def preview_feed(kind: str = PREVIEW) -> PreviewFeed:
    """The feed of the running loop: a server has one of each kind, each test its own."""
    loop = asyncio.get_running_loop()
    for ended in [other for other in feeds if other[0].is_closed()]:
        del feeds[ended]
    return feeds.setdefault((loop, kind), PreviewFeed(kind))
