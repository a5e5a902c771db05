"""Tokens on WebSockets: no session, no origin, the same scopes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path
from django.utils import timezone

from anpr_site.accounts import sockets
from anpr_site.accounts.models import ApiToken
from anpr_site.accounts.sockets import Needs, TokenOrSession
from anpr_site.tests.communicator import Communicator
from detections.consumers import LiveConsumer

pytestmark = pytest.mark.django_db(transaction=True)


def communicator(**headers: str) -> Communicator:
    application = TokenOrSession(URLRouter([path("ws/live/", Needs("read", LiveConsumer.as_asgi()))]))
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Communicator(application, "/ws/live/", headers=pairs)


async def make(*scopes: str) -> str:
    user = await sync_to_async(User.objects.create_user)("olga")
    return (await sync_to_async(ApiToken.make)(user, "script", scopes))[1]


async def test_a_token_hears_the_news() -> None:
    socket = communicator(authorization=f"Bearer {await make('read')}")
    assert (await socket.connect())[0]
    await socket.send_json_to({"type": "clock", "sent": 1})
    assert (await socket.receive_json_from())["type"] == "clock"
    await socket.disconnect()


@pytest.mark.parametrize("scopes", [["recognize"], None])
async def test_a_wrong_token_or_scope_is_closed_as_a_stranger(scopes: list[str] | None) -> None:
    secret = await make(*scopes) if scopes else "pw_invented"
    socket = communicator(authorization=f"Token {secret}")
    assert (await socket.connect())[0]
    closing: dict[str, Any] = await socket.receive_output()
    assert (closing["type"], closing["code"]) == ("websocket.close", 4401), json.dumps(closing)


async def test_a_revoked_token_is_closed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(sockets, "clock", lambda: now)
    socket = communicator(authorization=f"Bearer {await make('read')}")
    assert (await socket.connect())[0]
    await sync_to_async(ApiToken.objects.update)(revoked_at=timezone.now())
    await socket.send_json_to({"type": "clock", "sent": 1})
    assert (await socket.receive_json_from())["type"] == "clock", "it is asked for once a minute"
    now = 61.0
    await socket.send_json_to({"type": "clock", "sent": 2})
    assert (await socket.receive_output())["code"] == 4401


@pytest.mark.parametrize("end", ["signed out", "inactive", "nothing"])
async def test_who_was_signed_out_is_closed_out(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    def sign_in() -> Client:
        client = Client()
        client.force_login(User.objects.create_user("olga"), backend="django.contrib.auth.backends.ModelBackend")
        return client

    now = 0.0
    monkeypatch.setattr(sockets, "clock", lambda: now)
    client = await sync_to_async(sign_in)()
    socket = communicator(origin="http://localhost", cookie=f"sessionid={client.cookies['sessionid'].value}")
    assert (await socket.connect())[0]
    if end == "signed out":
        await sync_to_async(client.logout)()
    elif end == "inactive":
        await sync_to_async(User.objects.update)(is_active=False)
    now = 61.0
    await socket.send_json_to({"type": "clock", "sent": 1})
    answer = await socket.receive_output()
    assert answer["type"] == ("websocket.send" if end == "nothing" else "websocket.close")


async def test_without_a_token_the_origin_must_be_ours() -> None:
    accepted, _code = await communicator(origin="https://elsewhere.example").connect()
    assert not accepted
