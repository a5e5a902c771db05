"""The pictures of cameras over a WebSocket, and their looks taken apart, each sent only when the browser asks."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError

from cameras.breakdown import look_page
from cameras.preview import BREAKDOWN, PREVIEW, Preview, preview_feed
from cameras.rights import person_now, visible_cameras

REFUSED = 4401
RIGHTS_S = 30
LONGEST_REQUEST = 200


class PreviewConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Asked ``{"next": "<camera>", "after": <index of the last picture or null>}``, answers one binary message.

    It is 4 bytes of length, a JSON header of that length, and the JPEG; without a newer picture the header says
    ``none`` and nothing follows. A picture that was not acknowledged by ``after`` is the last one sent: a browser
    that does not read is never sent a second one for the same camera.
    """

    kind = PREVIEW

    async def connect(self) -> None:
        self.user: AbstractBaseUser | AnonymousUser = self.scope.get("user") or AnonymousUser()
        self.asked: dict[int, asyncio.Task[None]] = {}
        self.sent: dict[int, int] = {}
        self.cameras: set[int] = set()
        self.cameras_read_at = -RIGHTS_S * 1.0
        self.rights = asyncio.Lock()
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(REFUSED)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        request = parse(text_data)
        if request is None:
            await self.close(4400)
            return
        camera_id, after = request
        busy = camera_id in self.asked and not self.asked[camera_id].done()
        if busy or self.sent.get(camera_id, after) != after:
            return
        self.asked[camera_id] = asyncio.create_task(self.answer(camera_id, after))

    async def disconnect(self, code: int) -> None:
        for task in self.asked.values():
            task.cancel()

    async def answer(self, camera_id: int, after: int | None) -> None:
        preview: Preview | None = None
        if await self.may_see(camera_id):
            preview = await preview_feed(self.kind).next(camera_id, after)
        if preview is not None:
            self.sent[camera_id] = preview["meta"]["index"]
        await self.tell(camera_id, preview)

    async def tell(self, camera_id: int, preview: Preview | None) -> None:
        header: dict[str, Any] = {"camera": camera_id, "none": True}
        if preview is not None:
            header = {"camera": camera_id, **preview["meta"]}
        words = json.dumps(header).encode()
        jpeg = preview["jpeg"] if preview is not None else b""
        await self.send(bytes_data=len(words).to_bytes(4, "big") + words + jpeg)

    async def may_see(self, camera_id: int) -> bool:
        """Rights are read every half minute; while the database is away the last ones hold."""
        async with self.rights:
            if time.monotonic() - self.cameras_read_at >= RIGHTS_S:
                self.cameras_read_at = time.monotonic()
                try:
                    self.cameras = await self.visible_cameras()
                except DatabaseError:
                    self.cameras_read_at -= RIGHTS_S - 2
        return camera_id in self.cameras

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def visible_cameras(self) -> set[int]:
        return set(visible_cameras(person_now(self.user)).values_list("id", flat=True))


class BreakdownConsumer(PreviewConsumer):
    """Asked like ``PreviewConsumer``, answers one JSON message: the newest look taken apart, as the page shows it.

    ``html`` is a part of the page in the language of the address's ``language``, with its pictures inside.
    """

    kind = BREAKDOWN

    async def tell(self, camera_id: int, preview: Preview | None) -> None:
        answer: dict[str, Any] = {"camera": camera_id, "none": True}
        if preview is not None and "look" in preview:
            html = await asyncio.to_thread(look_page, preview["look"], self.language())
            answer = {"camera": camera_id, **preview["meta"], "html": html}
        await self.send(text_data=json.dumps(answer))

    def language(self) -> str:
        query = parse_qs(self.scope.get("query_string", b"").decode("ascii", "replace"))
        return str(query.get("language", [""])[0])


def parse(text: str | None) -> tuple[int, int | None] | None:
    """Camera and last index of a request; ``None`` when it is not one."""
    if text is None or len(text) > LONGEST_REQUEST:
        return None
    try:
        request = json.loads(text)
        after = request["after"]
        return int(request["next"]), None if after is None else int(after)
    except (ValueError, TypeError, KeyError):
        return None
