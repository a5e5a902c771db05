"""Messages and pictures on their way to the browser, with a carrier and without one."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from channels.layers import channel_layers, get_channel_layer
from django.core.cache import cache

from cameras.preview import preview_key, watched_key
from cameras.tests.clock import Clock, frame
from cameras.worker import news as news_module
from cameras.worker import preview_cache
from cameras.worker.news import News
from cameras.worker.preview_cache import ASK_AGAIN_S, PreviewCache
from inference.types import FrameResult

CAMERA = 4711


async def test_a_message_from_a_worker_reaches_a_page() -> None:
    channel_layers.backends.clear()
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("detections", channel)
    waiting = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0.05)

    def send() -> None:
        news = News()
        news.send("detections", {"type": "detection.new", "detection": {"id": 1}})
        news.close()

    thread = threading.Thread(target=send)
    thread.start()
    assert (await asyncio.wait_for(waiting, 5))["detection"] == {"id": 1}
    await asyncio.to_thread(thread.join)
    await layer.group_discard("detections", channel)


def test_a_carrier_that_is_away_is_told_once_and_its_return_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Layer:
        is_away = True

        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            if self.is_away:
                raise ConnectionRefusedError("redis:6379")

    layer = Layer()
    monkeypatch.setattr(news_module, "get_channel_layer", lambda: layer)
    caplog.set_level("INFO")
    news = News()
    for layer.is_away in (True, True, False, False):
        news.send("cameras", {"type": "camera.health"})
    news.close()
    assert [record.getMessage() for record in caplog.records if "live messages" in record.getMessage()] == [
        "live messages do not go out: redis:6379",
        "live messages go out again",
    ]


def test_a_picture_is_left_for_those_who_watch() -> None:
    clock = Clock()
    preview = PreviewCache(CAMERA, clock)
    cache.delete(watched_key(CAMERA))
    assert not preview.is_watched()
    cache.set(watched_key(CAMERA), True, 5)
    clock.now += 0.3
    assert preview.is_watched()
    preview.show(FrameResult(frame(12, 3.0)), fps=9.87)
    left = cache.get(preview_key(CAMERA))
    assert left["jpeg"][:2] == b"\xff\xd8"
    assert left["meta"] == {"index": 12, "captured_at": 1_790_000_003.0, "fps": 9.9, "width": 640, "height": 480}


class AwayCache:
    def __init__(self, *, is_away: bool) -> None:
        self.is_away = is_away
        self.asked = 0

    def get(self, key: str) -> bool:
        self.asked += 1
        if self.is_away:
            raise ConnectionRefusedError("redis:6379")
        return True


def looks(monkeypatch: pytest.MonkeyPatch, *, is_away: bool, seconds: int) -> tuple[AwayCache, list[bool]]:
    clock, stand_in = Clock(), AwayCache(is_away=is_away)
    monkeypatch.setattr(preview_cache, "cache", stand_in)
    preview = PreviewCache(CAMERA, clock)
    answers = []
    for _ in range(30 * seconds):
        answers.append(preview.is_watched())
        clock.now += 1 / 30
    return stand_in, answers


def test_the_cache_is_asked_four_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in, answers = looks(monkeypatch, is_away=False, seconds=3)
    assert all(answers)
    assert stand_in.asked <= 4 * 3


def test_a_cache_that_is_away_is_left_alone_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in, answers = looks(monkeypatch, is_away=True, seconds=12)
    assert not any(answers)
    assert stand_in.asked <= 12 / ASK_AGAIN_S + 1
    assert caplog.text.count("previews do not go out") == 1
