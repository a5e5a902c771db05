"""The live socket: who is let in, what it tells, and who is present."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from anpr_site.tests.communicator import Communicator
from cameras.models import Camera, CameraHealth
from detections.consumers import LiveConsumer
from detections.messages import CAMERAS_GROUP, DETECTIONS_GROUP, camera_message, detection_message
from detections.models import Viewer
from detections.presence import arrive, viewers_now
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db(transaction=True)


def socket(user: Any) -> Communicator:
    communicator = Communicator(LiveConsumer.as_asgi(), "/ws/live/")
    communicator.scope["user"] = user
    return communicator


async def heard(live: Communicator, kind: str) -> dict[str, Any]:
    """The next message of this kind."""
    while True:
        message: dict[str, Any] = await live.receive_json_from()
        if message["type"] == kind:
            return message


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("olga")


@pytest.fixture
async def live(user: User, camera: Camera) -> AsyncIterator[Communicator]:
    communicator = socket(user)
    await communicator.connect()
    await communicator.send_json_to({"type": "here", "page": "/", "language": "en"})
    yield communicator
    await communicator.disconnect()


async def test_a_stranger_is_closed_out() -> None:
    stranger = socket(AnonymousUser())
    await stranger.connect()
    assert (await stranger.receive_output())["code"] == 4401


async def test_a_page_learns_how_everything_stands(live: Communicator, camera: Camera) -> None:
    row = await sync_to_async(make_detection)(camera)
    await live.send_json_to({"type": "here", "page": "/"})
    status = await heard(live, "status")
    status = status if status["latest"] else await heard(live, "status")
    assert [one["id"] for one in status["cameras"]] == [camera.pk]
    assert status["health"] == {"state": "trouble", "words": "Camera stopped"}
    assert status["viewers"] == [{"user": "olga", "page": "/"}]
    assert status["latest"][:19] == row.updated_at.isoformat()[:19]


async def test_each_page_hears_in_its_own_language_what_is_wrong(user: User, camera: Camera) -> None:
    await sync_to_async(CameraHealth.objects.update_or_create)(
        camera=camera, defaults={"state": "offline", "last_error": "rtsp://gate/1: the connection was cut"}
    )
    message = camera_message(await Camera.objects.select_related("health").aget())
    for language, words in (("de", "die Verbindung ist abgerissen"), ("en", "the connection was cut")):
        page = socket(user)
        await page.connect()
        await page.send_json_to({"type": "here", "page": "/", "language": language})
        assert (await heard(page, "status"))["cameras"][0]["reason"] == f"rtsp://gate/1: {words}"
        await get_channel_layer().group_send(CAMERAS_GROUP, dict(message))
        assert (await heard(page, "camera.health"))["camera"]["reason"] == f"rtsp://gate/1: {words}"
        await page.disconnect()


async def test_news_of_detections_and_cameras_reach_the_page(live: Communicator, camera: Camera) -> None:
    await heard(live, "status")
    row = await sync_to_async(make_detection)(camera)
    layer = get_channel_layer()
    for created, kind in ((True, "detection.new"), (False, "detection.updated")):
        await layer.group_send(DETECTIONS_GROUP, detection_message(row, created=created))
        assert (await heard(live, kind))["detection"]["plate_text"] == "BAX1234"
    await layer.group_send(CAMERAS_GROUP, await sync_to_async(camera_message)(camera))
    assert (await heard(live, "camera.health"))["camera"]["state"] == "stopped"


async def test_news_of_a_camera_that_one_may_not_see_is_not_told(live: Communicator, camera: Camera) -> None:
    await heard(live, "status")
    row = await sync_to_async(make_detection)(camera)
    message = detection_message(row, created=True)
    message["detection"]["camera"]["id"] = camera.pk + 1
    await get_channel_layer().group_send(DETECTIONS_GROUP, message)
    assert await live.receive_nothing() or (await live.receive_json_from())["type"] == "viewers"
    assert await live.receive_nothing()


async def test_an_account_that_is_closed_sees_nothing_more(live: Communicator, camera: Camera) -> None:
    assert (await heard(live, "status"))["cameras"]
    await User.objects.aupdate(is_active=False)
    await live.send_json_to({"type": "here", "page": "/"})
    assert (await heard(live, "status"))["cameras"] == []


async def test_the_server_tells_its_time(live: Communicator) -> None:
    before = timezone.now().timestamp() * 1000
    await live.send_json_to({"type": "clock", "sent": 12.5})
    clock = await heard(live, "clock")
    assert clock["sent"] == 12.5
    assert before <= clock["received"] <= clock["answered"] <= timezone.now().timestamp() * 1000


async def test_viewers_see_each_other_come_and_go(live: Communicator) -> None:
    await heard(live, "status")
    ben = await sync_to_async(User.objects.create_user)("ben")
    other = socket(ben)
    await other.connect()
    await other.send_json_to({"type": "here", "page": "/detections/"})
    both = await heard(live, "viewers")
    both = both if len(both["viewers"]) == 2 else await heard(live, "viewers")
    assert both["viewers"] == [{"user": "ben", "page": "/detections/"}, {"user": "olga", "page": "/"}]
    await other.disconnect()
    assert (await heard(live, "viewers"))["viewers"] == [{"user": "olga", "page": "/"}]


async def test_a_hidden_page_is_no_viewer(live: Communicator) -> None:
    await heard(live, "status")
    await live.send_json_to({"type": "here", "page": "/", "hidden": True})
    assert (await heard(live, "status"))["viewers"] == []


def test_a_viewer_that_fell_silent_is_forgotten(user: User) -> None:
    arrive("one", user.pk, "/")
    arrive("two", user.pk, "/detections/")
    arrive("two", user.pk, "/")
    Viewer.objects.filter(tab="one").update(seen_at=timezone.now() - timedelta(seconds=61))
    assert viewers_now() == [{"user": "olga", "page": "/"}]


@pytest.mark.parametrize("text", ["x", "[]", "{", '{"type": "shout"}', "x" * 5000])
async def test_a_page_that_speaks_nonsense_is_closed(live: Communicator, text: str) -> None:
    await heard(live, "status")
    await live.send_to(text_data=text)
    while (output := await live.receive_output())["type"] != "websocket.close":
        pass
    assert output["code"] == 4400


async def test_a_page_that_fell_silent_is_sent_nothing_more(
    live: Communicator, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    await heard(live, "status")
    monkeypatch.setattr("detections.consumers.SILENCE_S", -1)
    row = await sync_to_async(make_detection)(camera)
    await get_channel_layer().group_send(DETECTIONS_GROUP, detection_message(row, created=True))
    while (output := await live.receive_output())["type"] != "websocket.close":
        assert "detection" not in output["text"]
    assert output["code"] == 4408
