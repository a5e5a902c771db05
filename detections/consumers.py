"""The live socket of every page: news of detections and cameras, who else looks, and the server's time."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any, TypedDict

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _

from cameras.reasons import in_words
from cameras.rights import person_now
from detections.messages import (
    CAMERAS_GROUP,
    DETECTIONS_GROUP,
    CameraMessage,
    CameraPayload,
    DetectionMessage,
    RemovedMessage,
)
from detections.presence import ViewerPayload, arrive, leave, viewers_now
from detections.status import HealthPayload, camera_states, newest_update, overall

logger = logging.getLogger(__name__)

REFUSED = 4401
NOT_UNDERSTOOD = 4400
GONE = 4408
VIEWERS_GROUP = "viewers"
LONGEST_REQUEST = 1000
SILENCE_S = 180
"""A page that has said nothing for so long does not read either: what it is not sent cannot pile up."""


class Status(TypedDict):
    type: str
    health: HealthPayload
    cameras: list[CameraPayload]
    viewers: list[ViewerPayload] | None
    latest: str | None


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Hears ``clock`` and ``here`` from the page; one method for each message type of the channel layer."""

    groups_joined = (DETECTIONS_GROUP, CAMERAS_GROUP, VIEWERS_GROUP)

    async def connect(self) -> None:
        self.user = self.scope.get("user")
        self.cameras: set[int] = set()
        self.is_present = False
        self.language = settings.LANGUAGE_CODE
        self.tab = self.channel_name
        self.heard_at = asyncio.get_running_loop().time()
        if self.user is None or not self.user.is_authenticated:
            self.user = None
            await self.accept()
            await self.close(REFUSED)
            return
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.user is None:
            return
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)
        if self.is_present:
            await self.go()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        received = time.time()
        self.heard_at = asyncio.get_running_loop().time()
        message = parse(text_data)
        if message is None or self.user is None:
            await self.close(NOT_UNDERSTOOD)
        elif message["type"] == "clock":
            await self.clock(message, received)
        elif message["type"] == "here":
            await self.here(message)

    async def clock(self, message: dict[str, Any], received: float) -> None:
        """Milliseconds since the epoch; the page's own time comes back as it was sent."""
        answer = {"type": "clock", "sent": message.get("sent"), "received": received * 1000}
        await self.send_json({**answer, "answered": time.time() * 1000})

    async def here(self, message: dict[str, Any]) -> None:
        """The page says which one it is and whether it can be seen; it is told how everything stands."""
        assert self.user is not None
        seen = not message.get("hidden")
        self.language = language(message)
        self.tab = f"{self.user.pk}-{message.get('tab', self.channel_name)}"[:100]
        try:
            status = await self.read_status(message, seen)
        except DatabaseError as error:
            logger.warning("the status cannot be read: %s", error)
            with translation.override(self.language):
                health: HealthPayload = {"state": "trouble", "words": _("The database is away")}
            status = {"type": "status", "health": health, "cameras": [], "viewers": None, "latest": None}
        else:
            self.cameras = {camera["id"] for camera in status["cameras"]}
            if seen != self.is_present:
                self.is_present = seen
                await self.tell_viewers(status["viewers"])
        await self.send_json(status)

    async def go(self) -> None:
        try:
            await self.tell_viewers(await self.read_departure())
        except DatabaseError as error:
            logger.warning("a viewer's row is left to expire: %s", error)

    async def tell_viewers(self, viewers: list[ViewerPayload] | None) -> None:
        await self.channel_layer.group_send(VIEWERS_GROUP, {"type": "viewers.changed", "viewers": viewers})

    async def detection_new(self, message: DetectionMessage) -> None:
        await self.pass_on(message["detection"]["camera"]["id"], message)

    async def detection_updated(self, message: DetectionMessage) -> None:
        await self.pass_on(message["detection"]["camera"]["id"], message)

    async def detection_removed(self, message: RemovedMessage) -> None:
        await self.pass_on(message["camera"], message)

    async def camera_health(self, message: CameraMessage) -> None:
        camera = message["camera"]
        with translation.override(self.language):
            told: CameraPayload = {**camera, "reason": in_words(camera["reason"])}
        await self.pass_on(camera["id"], {"type": "camera.health", "camera": told})

    async def viewers_changed(self, message: dict[str, Any]) -> None:
        if self.is_reading():
            await self.send_json({"type": "viewers", "viewers": message["viewers"]})

    async def pass_on(self, camera_id: int, message: DetectionMessage | RemovedMessage | CameraMessage) -> None:
        if camera_id in self.cameras and self.is_reading():
            await self.send_json(message)
        elif not self.is_reading():
            await self.close(GONE)

    def is_reading(self) -> bool:
        return asyncio.get_running_loop().time() - self.heard_at < SILENCE_S

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_status(self, message: dict[str, Any], seen: bool) -> Status:
        assert self.user is not None
        if seen:
            arrive(self.tab, self.user.pk, str(message.get("page", "")))
        else:
            leave(self.tab)
        with translation.override(self.language):
            person = person_now(self.user)
            cameras = camera_states(person)
            health = overall(cameras)
        latest = newest_update(person)
        return {"type": "status", "health": health, "cameras": cameras, "viewers": viewers_now(), "latest": latest}

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_departure(self) -> list[ViewerPayload]:
        leave(self.tab)
        return viewers_now()


def parse(text: str | None) -> dict[str, Any] | None:
    """A message of the page, or ``None`` when it is not one."""
    if text is None or len(text) > LONGEST_REQUEST:
        return None
    try:
        message = json.loads(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) and message.get("type") in ("clock", "here") else None


def language(message: dict[str, Any]) -> str:
    """That of the page; the site's own where it names none of ours."""
    wanted = str(message.get("language", ""))
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
