"""A film sent picture by picture over a WebSocket: an answer for each, and the reads that the votes agree on."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError
from rest_framework.exceptions import ValidationError

from detections.answers import frame_answer, read_answer
from detections.recognition import NOT_LOADED, Busy, Options, Running, networks, picture_pool
from detections.recognition_requests import RecognitionOptions, wanted
from detections.registry import match
from detections.uploads import PictureError, open_picture
from inference.pipeline import Pipeline
from inference.types import Frame, FrameResult, PlateRead

logger = logging.getLogger(__name__)

SCHEMA = 1
NOT_UNDERSTOOD, REFUSED, TOO_LARGE, TOO_MANY, UNABLE = 4400, 4401, 4413, 4429, 4503
MOST_SOCKETS = 32
MOST_OF_ONE = 16
"""Sockets of one user: nobody takes the place of all others."""
MAX_FRAME = 1_000_000
"""Daphne itself takes no message above 1 MiB."""
LONGEST_REQUEST = 1000
BUSY_PAUSE_S = 0.25

open_sockets: set[RecognizeConsumer] = set()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame as it came; ``index`` counts all that came, from 1."""

    index: int
    data: bytes
    at: float
    clock: float


class RecognizeConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Binary messages are frames. While one is looked at only the newest of those that come is kept.

    Hears ``{"type": "options", "region", "min_confidence"}``, which starts anew, and ``{"type": "end"}``, which asks
    for the last reads. Says ``ready``, ``frame``, ``read``, ``ended`` and ``error``.
    """

    async def connect(self) -> None:
        self.user: AbstractBaseUser | AnonymousUser = self.scope.get("user") or AnonymousUser()
        self.options = Options()
        self.received = self.skipped = 0
        self.waiting: Arrival | None = None
        self.task: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(REFUSED)
        elif len(open_sockets) >= MOST_SOCKETS or sum(other.user == self.user for other in open_sockets) >= MOST_OF_ONE:
            await self.close(TOO_MANY)
        else:
            open_sockets.add(self)
            await self.prepare()

    async def prepare(self) -> None:
        try:
            self.running, self.tells_lists = await self.read_networks_and_rights()
        except (*NOT_LOADED, DatabaseError) as error:
            logger.error("a socket of the recognition cannot be served: %s", error)
            await self.say({"type": "error", "code": "not_loaded", "detail": str(error)})
            await self.close(UNABLE)
            return
        self.pipeline = Pipeline(self.running.models, self.options.pipeline_settings())
        await self.say({"type": "ready", "schema": SCHEMA, "model_version": self.running.version})

    async def disconnect(self, code: int) -> None:
        open_sockets.discard(self)
        if self.task is not None:
            self.task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self not in open_sockets:
            return
        if bytes_data is None:
            await self.hear(text_data)
        elif len(bytes_data) > MAX_FRAME:
            await self.close(TOO_LARGE)
        else:
            self.received += 1
            self.skipped += self.waiting is not None
            self.waiting = Arrival(self.received, bytes_data, time.time(), time.monotonic())
            if self.task is None or self.task.done():
                self.task = asyncio.create_task(self.work())

    async def hear(self, text: str | None) -> None:
        request = parse(text)
        if request is None:
            await self.close(NOT_UNDERSTOOD)
        elif request["type"] == "end":
            await self.end()
        else:
            await self.choose(request)

    async def choose(self, request: dict[str, Any]) -> None:
        chosen = RecognitionOptions(
            data={name: request[name] for name in ("region", "min_confidence") if name in request}
        )
        try:
            chosen.is_valid(raise_exception=True)
        except ValidationError as error:
            await self.say({"type": "error", "code": "invalid", "detail": error.detail})
            return
        async with self.turn:
            self.options = wanted(chosen.validated_data)
            self.pipeline = Pipeline(self.running.models, self.options.pipeline_settings())
        await self.say({"type": "ready", "schema": SCHEMA, "model_version": self.running.version})

    async def end(self) -> None:
        """The last reads of what is still in view; then a film may begin anew."""
        async with self.turn:
            reads = self.pipeline.flush()
            for read in reads:
                await self.tell(read)
            self.pipeline = Pipeline(self.running.models, self.options.pipeline_settings())
        await self.say({"type": "ended"})

    async def work(self) -> None:
        """Until no frame waits; one at a time, for the votes need them in their order."""
        while self.waiting is not None:
            arrival, self.waiting = self.waiting, None
            skipped, self.skipped = self.skipped, 0
            head = {"type": "frame", "index": arrival.index, "skipped": skipped}
            async with self.turn:
                try:
                    result = await self.look(arrival)
                except PictureError as error:
                    await self.say(head | {"error": {"code": error.fault, "detail": str(error)}})
                    continue
                await self.say(head | frame_answer(result))
                for read in result.reads:
                    await self.tell(read)

    async def look(self, arrival: Arrival) -> FrameResult:
        """Raises ``PictureError``. Where others wait already, this one waits outside the queue."""
        job = functools.partial(process, self.pipeline, arrival)
        while True:
            try:
                return await asyncio.wrap_future(picture_pool().submit(job))
            except Busy:
                await asyncio.sleep(BUSY_PAUSE_S)

    async def tell(self, read: PlateRead) -> None:
        told: dict[str, Any] = {"type": "read", **read_answer(read)}
        if self.tells_lists:
            try:
                told["match"] = await database_sync_to_async(match)(read.text)
            except DatabaseError as error:
                logger.warning("the lists cannot be read: %s", error)
                told["match"] = None
        await self.say(told)

    async def say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_networks_and_rights(self) -> tuple[Running, bool]:
        may = getattr(self.user, "has_perm", lambda _: False)
        return networks.running(), bool(may("detections.view_registeredplate"))


def process(pipeline: Pipeline, arrival: Arrival) -> FrameResult:
    """In a thread of the pool."""
    started = time.perf_counter()
    image = open_picture(arrival.data)
    decode_ms = (time.perf_counter() - started) * 1000
    result = pipeline.process(Frame(image, arrival.index, arrival.at, arrival.clock))
    result.ms["decode"] = decode_ms
    return result


def parse(text: str | None) -> dict[str, Any] | None:
    """A message of the client, or ``None`` when it is not one."""
    if text is None or len(text) > LONGEST_REQUEST:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("type") in ("options", "end") else None
