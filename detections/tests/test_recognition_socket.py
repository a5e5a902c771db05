"""A film over the recognition socket: an answer for each frame, voted reads, the newest frame only."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, Permission, User

from anpr_site.accounts.choices import Scope
from anpr_site.accounts.models import ApiToken
from anpr_site.accounts.sockets import Needs, TokenOrSession
from anpr_site.tests.communicator import Communicator
from detections import recognition_socket
from detections.recognition_socket import RecognizeConsumer
from detections.registry_models import ListKind, PlateList, RegisteredPlate
from detections.tests.sent_pictures import Eyes, eyes_open, gray_picture, street_picture
from inference.fakes import FakeDetector, parked_car
from inference.types import Image, Plate, Vehicle

pytestmark = pytest.mark.django_db(transaction=True)
FRAME = gray_picture()


def socket(user: Any) -> Communicator:
    communicator = Communicator(RecognizeConsumer.as_asgi(), "/ws/recognize/")
    communicator.scope["user"] = user
    return communicator


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga")


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Eyes:
    return eyes_open(monkeypatch, settings)


async def ready(user: Any) -> Communicator:
    communicator = socket(user)
    await communicator.connect()
    hello = await communicator.receive_json_from(timeout=20)
    assert hello == {"type": "ready", "schema": 1, "model_version": hello["model_version"]}
    return communicator


async def said(communicator: Communicator, kind: str) -> dict[str, Any]:
    """The next message of this kind."""
    while True:
        message: dict[str, Any] = await communicator.receive_json_from(timeout=20)
        if message["type"] == kind:
            return message


async def test_a_stranger_is_closed_out(eyes: Eyes) -> None:
    stranger = socket(AnonymousUser())
    await stranger.connect()
    assert (await stranger.receive_output())["code"] == 4401


@pytest.mark.parametrize(("scopes", "serves"), [(["recognize"], True), (["read", "manage"], False)])
async def test_a_token_needs_its_scope_and_no_origin(eyes: Eyes, olga: User, scopes: list[str], serves: bool) -> None:
    _, secret = await sync_to_async(ApiToken.make)(olga, "phone", scopes)
    application = TokenOrSession(Needs(Scope.RECOGNIZE, RecognizeConsumer.as_asgi()))
    headers = [(b"authorization", f"Token {secret}".encode())]
    communicator = Communicator(application, "/ws/recognize/", headers)
    assert (await communicator.connect())[0]
    first = await communicator.receive_output(timeout=5)
    assert (first["type"] == "websocket.send") is serves
    await communicator.disconnect()


async def test_a_page_of_another_site_is_refused(eyes: Eyes) -> None:
    application = TokenOrSession(Needs(Scope.RECOGNIZE, RecognizeConsumer.as_asgi()))
    communicator = Communicator(application, "/ws/recognize/", [(b"origin", b"https://evil.example")])
    assert not (await communicator.connect())[0]


async def test_each_frame_is_answered_and_the_votes_are_told(eyes: Eyes, olga: User) -> None:
    communicator = await ready(olga)
    for index in range(1, 5):
        await communicator.send_to(bytes_data=FRAME)
        answer = await said(communicator, "frame")
        assert (answer["index"], answer["skipped"], answer["width"], answer["height"]) == (index, 0, 320, 240)
    assert answer["plates"][0]["voted"] == "MAB1234"
    await communicator.send_json_to({"type": "end"})
    read = await said(communicator, "read")
    assert (read["text"], read["votes"] >= 3, read["brand"]) == ("MAB1234", True, "Toyota")
    assert "match" not in read
    await said(communicator, "ended")
    await communicator.disconnect()


async def test_a_read_on_a_list_says_so(eyes: Eyes, olga: User) -> None:
    def prepare() -> None:
        watched = PlateList.objects.create(name="Stolen", kind=ListKind.WATCH)
        RegisteredPlate.objects.create(list=watched, plate_text="MAB1234")
        olga.user_permissions.add(Permission.objects.get(codename="view_registeredplate"))

    await sync_to_async(prepare)()
    communicator = await ready(olga)
    for _ in range(4):
        await communicator.send_to(bytes_data=FRAME)
        await said(communicator, "frame")
    await communicator.send_json_to({"type": "end"})
    assert (await said(communicator, "read"))["match"]["list"] == "Stolen"
    await communicator.disconnect()


async def test_only_the_newest_frame_waits(monkeypatch: pytest.MonkeyPatch, settings: Any, olga: User) -> None:
    gate = threading.Event()

    def slow(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        assert gate.wait(20)
        return parked_car(image)

    eyes = eyes_open(monkeypatch, settings, detector=FakeDetector(slow))
    communicator = await ready(olga)
    for _ in range(200):
        await communicator.send_to(bytes_data=FRAME)
    assert await communicator.receive_nothing(0.2)
    gate.set()
    first, last = await said(communicator, "frame"), await said(communicator, "frame")
    assert (first["index"], last["index"], last["skipped"]) == (1, 200, 198)
    assert eyes.looks <= 2
    await communicator.disconnect()


async def test_what_is_no_picture_is_said_and_the_next_is_read(eyes: Eyes, olga: User) -> None:
    communicator = await ready(olga)
    for nonsense in (b"nonsense", b"<svg/>", FRAME[:100]):
        await communicator.send_to(bytes_data=nonsense)
        assert (await said(communicator, "frame"))["error"]["detail"]
    await communicator.send_to(bytes_data=FRAME)
    assert (await said(communicator, "frame"))["plates"]
    await communicator.disconnect()


async def test_options(eyes: Eyes, olga: User) -> None:
    communicator = await ready(olga)
    await communicator.send_json_to({"type": "options", "region": "atlantis"})
    assert (await said(communicator, "error"))["detail"]["region"]
    await communicator.send_json_to({"type": "options", "region": "de", "min_confidence": 0.3})
    await said(communicator, "ready")
    await communicator.send_to(bytes_data=FRAME)
    assert (await said(communicator, "frame"))["plates"][0]["region"] == "de"
    await communicator.disconnect()


@pytest.mark.parametrize("text", ["x", "[]", "{", '{"type": "dance"}', "[" * 900, "9" * 2000])
async def test_nonsense_closes_the_socket(eyes: Eyes, olga: User, text: str) -> None:
    communicator = await ready(olga)
    await communicator.send_to(text_data=text)
    assert (await communicator.receive_output())["code"] == 4400


async def test_a_frame_that_is_too_large_closes_the_socket(eyes: Eyes, olga: User) -> None:
    communicator = await ready(olga)
    await communicator.send_to(bytes_data=bytes(recognition_socket.MAX_FRAME + 1))
    assert (await communicator.receive_output())["code"] == 4413


async def test_no_more_sockets_than_fit(eyes: Eyes, olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition_socket, "MOST_SOCKETS", len(recognition_socket.open_sockets) + 1)
    first = await ready(olga)
    second = socket(olga)
    await second.connect()
    assert (await second.receive_output())["code"] == 4429
    await first.disconnect()
    third = await ready(olga)
    await third.disconnect()


async def test_nobody_takes_all_the_places(eyes: Eyes, olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition_socket, "MOST_OF_ONE", 1)
    first = await ready(olga)
    second = socket(olga)
    await second.connect()
    assert (await second.receive_output())["code"] == 4429
    other = await ready(await sync_to_async(User.objects.create_user)("paul"))
    await other.disconnect()
    await first.disconnect()


async def test_the_networks_read_a_film_of_the_drawn_street(olga: User, settings: Any) -> None:
    communicator = await ready(olga)
    texts = []
    for number in range(6):
        await communicator.send_to(bytes_data=street_picture(3, number / 12)[0])
        await said(communicator, "frame")
        await asyncio.sleep(0.02)
    await communicator.send_json_to({"type": "end"})
    while (message := json.loads(await communicator.receive_from(timeout=20)))["type"] != "ended":
        texts += [message["text"]] if message["type"] == "read" else []
    assert "996EEV56" in texts
    await communicator.disconnect()
