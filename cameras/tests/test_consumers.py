"""Pictures over the preview socket: only when asked for, only new ones, only to those who may see them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache

from anpr_site.tests.communicator import Communicator
from cameras.consumers import PreviewConsumer
from cameras.models import Camera
from cameras.preview import preview_feed, preview_key, watched_key
from detections.tests.rows import make_camera

pytestmark = pytest.mark.django_db(transaction=True)
JPEG = b"\xff\xd8 picture \xff\xd9"


def socket(user: Any) -> Communicator:
    communicator = Communicator(PreviewConsumer.as_asgi(), "/ws/preview/")
    communicator.scope["user"] = user
    return communicator


async def draw(camera: Camera, index: int) -> None:
    meta = {"index": index, "captured_at": 1.5, "fps": 10.0, "width": 960, "height": 540}
    await cache.aset(preview_key(camera.pk), {"jpeg": JPEG + bytes([index]), "meta": meta}, 10)


async def picture(preview: Communicator) -> tuple[dict[str, Any], bytes]:
    message = await preview.receive_from()
    assert isinstance(message, bytes)
    length = int.from_bytes(message[:4], "big")
    return json.loads(message[4 : 4 + length]), message[4 + length :]


@pytest.fixture
def camera() -> Camera:
    """Without pictures of an earlier camera of the same number; clearing the cache would flush all of Redis."""
    camera = make_camera()
    cache.delete_many([preview_key(camera.pk), watched_key(camera.pk)])
    return camera


@pytest.fixture
async def preview(camera: Camera) -> AsyncIterator[Communicator]:
    communicator = socket(await sync_to_async(User.objects.create_user)("olga"))
    await communicator.connect()
    yield communicator
    await communicator.disconnect()


async def test_a_stranger_is_closed_out() -> None:
    stranger = socket(AnonymousUser())
    await stranger.connect()
    assert (await stranger.receive_output())["code"] == 4401


async def test_each_request_gives_one_picture(preview: Communicator, camera: Camera) -> None:
    await draw(camera, 1)
    await preview.send_json_to({"next": str(camera.pk), "after": None})
    header, jpeg = await picture(preview)
    assert header == {"camera": camera.pk, "index": 1, "captured_at": 1.5, "fps": 10.0, "width": 960, "height": 540}
    assert jpeg == JPEG + b"\x01"
    await draw(camera, 2)
    assert await preview.receive_nothing()
    await preview.send_json_to({"next": camera.pk, "after": 1})
    assert (await picture(preview))[0]["index"] == 2


async def test_it_waits_for_a_newer_picture(preview: Communicator, camera: Camera) -> None:
    await draw(camera, 1)
    await preview.send_json_to({"next": camera.pk, "after": 1})
    assert await preview.receive_nothing(0.3)
    await draw(camera, 2)
    assert (await picture(preview))[0]["index"] == 2


async def test_without_a_newer_picture_the_answer_says_so(preview: Communicator, camera: Camera) -> None:
    await preview.send_json_to({"next": camera.pk, "after": None})
    assert await picture(preview) == ({"camera": camera.pk, "none": True}, b"")


async def test_a_browser_that_does_not_read_is_not_sent_a_second_picture(preview: Communicator, camera: Camera) -> None:
    await draw(camera, 1)
    await preview.send_json_to({"next": camera.pk, "after": None})
    await picture(preview)
    await draw(camera, 2)
    for _ in range(20):
        await preview.send_json_to({"next": camera.pk, "after": None})
    assert await preview.receive_nothing(0.3)


async def test_only_a_camera_that_is_asked_for_is_drawn(preview: Communicator, camera: Camera) -> None:
    assert await cache.aget(watched_key(camera.pk)) is None
    await draw(camera, 1)
    await preview.send_json_to({"next": camera.pk, "after": None})
    await picture(preview)
    assert await cache.aget(watched_key(camera.pk)) is True


async def test_an_unknown_camera_has_no_picture(preview: Communicator, camera: Camera) -> None:
    await cache.aset(preview_key(4711), {"jpeg": JPEG, "meta": {"index": 1}}, 10)
    await preview.send_json_to({"next": 4711, "after": None})
    assert await picture(preview) == ({"camera": 4711, "none": True}, b"")


@pytest.mark.parametrize("text", ["x", "[]", "{", '{"next": 1}', '{"next": "x", "after": 1}', "9" * 500])
async def test_nonsense_closes_the_socket(preview: Communicator, text: str) -> None:
    await preview.send_to(text_data=text)
    assert (await preview.receive_output())["code"] == 4400


async def test_two_viewers_share_one_look_at_the_cache(preview: Communicator, camera: Camera) -> None:
    other = socket(await sync_to_async(User.objects.create_user)("ben"))
    await other.connect()
    await draw(camera, 1)
    for viewer in (preview, other):
        await viewer.send_json_to({"next": camera.pk, "after": None})
    for viewer in (preview, other):
        assert (await picture(viewer))[0]["index"] == 1
    assert len(preview_feed().channels) == 1
    await other.disconnect()
