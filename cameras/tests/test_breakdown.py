"""The newest look taken apart: left by the worker only while somebody studies, told to those who may see the camera."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.test import Client

from anpr_site.tests.communicator import Communicator
from cameras.consumers import BreakdownConsumer
from cameras.models import Camera
from cameras.preview import BREAKDOWN, preview_key, watched_key
from cameras.tests.clock import Clock
from cameras.worker.breakdown_cache import BreakdownCache
from detections.tests.rows import make_camera
from detections.tests.test_record import observation
from inference.types import FrameResult, Reading, Standing

pytestmark = pytest.mark.django_db(transaction=True)


def result(**changes: Any) -> FrameResult:
    """One look that was read, and one that found no plate."""
    read = replace(observation(), stage="read", reading=Reading("AB123CD", 0.9, (0.9,) * 7))
    bare = replace(observation(), plate=None, reason="no_plate")
    standing = Standing("one", "AB123CD", 0.9, (0.9,) * 7, 2, 3, (("AB123CD", 2, 0.7), ("AB128CD", 1, 0.3)))
    values = {"observations": (bare, read), "standings": (None, standing), "ms": {"detect": 21.0, "total": 30.0}}
    return FrameResult(read.frame, **(values | changes))


@pytest.fixture
def camera() -> Camera:
    camera = make_camera()
    cache.delete_many([preview_key(camera.pk, BREAKDOWN), watched_key(camera.pk, BREAKDOWN)])
    return camera


@pytest.fixture
async def socket(camera: Camera) -> AsyncIterator[Communicator]:
    communicator = Communicator(BreakdownConsumer.as_asgi(), "/ws/breakdown/?language=de")
    communicator.scope["user"] = await sync_to_async(User.objects.create_user)("olga")
    await communicator.connect()
    yield communicator
    await communicator.disconnect()


def test_the_look_that_came_farthest_is_shown_with_its_pictures(camera: Camera) -> None:
    clock = Clock()
    BreakdownCache(camera, clock).explain(result())
    told = cache.get(preview_key(camera.pk, BREAKDOWN))
    assert told["look"]["looks"][0]["reading"]["text"] == "AB123CD"
    assert told["look"]["looks"][0]["standing"]["votes_by_text"] == [["AB123CD", 2, 0.7], ["AB128CD", 1, 0.3]]
    assert told["look"]["looks"][1]["reason"] == "no_plate"
    assert all(picture[:2] == b"\xff\xd8" for picture in told["look"]["pictures"].values())
    assert set(told["look"]["pictures"]) == {"frame", "vehicle", "plate"}


def test_looks_are_taken_apart_five_times_a_second_at_most(camera: Camera) -> None:
    clock = Clock()
    breakdown = BreakdownCache(camera, clock)
    for index in range(10):
        seen = result()
        breakdown.explain(replace(seen, frame=replace(seen.frame, index=index)))
        clock.now += 0.125
    assert cache.get(preview_key(camera.pk, BREAKDOWN))["meta"]["index"] == 8


def test_a_preview_alone_does_not_make_it_studied(camera: Camera) -> None:
    breakdown = BreakdownCache(camera, Clock())
    cache.set(watched_key(camera.pk), True, 5)
    assert not breakdown.is_watched()


async def test_the_page_part_comes_when_asked_for_in_the_pages_language(socket: Communicator, camera: Camera) -> None:
    BreakdownCache(camera, Clock()).explain(result())
    await socket.send_json_to({"next": camera.pk, "after": None})
    answer = await socket.receive_json_from()
    assert (answer["camera"], answer["index"]) == (camera.pk, 7)
    assert "AB128CD" in answer["html"]
    assert "21,0 ms" in answer["html"]
    assert "data:image/jpeg;base64," in answer["html"]
    assert await cache.aget(watched_key(camera.pk, BREAKDOWN))


async def test_without_a_newer_look_the_answer_says_so(socket: Communicator, camera: Camera) -> None:
    await socket.send_json_to({"next": camera.pk, "after": None})
    assert await socket.receive_json_from() == {"camera": camera.pk, "none": True}


async def test_a_camera_that_is_not_theirs_tells_nothing(socket: Communicator, camera: Camera) -> None:
    BreakdownCache(camera, Clock()).explain(result())
    await socket.send_json_to({"next": camera.pk + 1, "after": None})
    assert (await socket.receive_json_from())["none"]


async def test_a_stranger_is_closed_out() -> None:
    stranger = Communicator(BreakdownConsumer.as_asgi(), "/ws/breakdown/")
    stranger.scope["user"] = AnonymousUser()
    await stranger.connect()
    assert (await stranger.receive_output())["code"] == 4401


def test_the_page_is_there_for_those_who_may_see_the_camera(camera: Camera, admin_client: Client) -> None:
    assert f'data-breakdown="{camera.pk}"' in admin_client.get("/cameras/gate/breakdown/").content.decode()
    assert admin_client.get("/cameras/nowhere/breakdown/").status_code == 404
