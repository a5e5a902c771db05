"""Every address and socket of the site, walked by six people, against the table of who may go where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from anpr_site.sockets import websocket
from anpr_site.tests.access_table import FILES, SOCKETS, STAFF, TABLE, Row
from anpr_site.tests.access_world import CAMERA, PEOPLE, PLATE, World, make_world
from anpr_site.tests.communicator import Communicator
from cameras.preview import preview_key

ADMIN = "admin/"
ADMIN_OPEN = {"admin/login/", "admin/logout/", "admin/jsi18n/"}


def addresses(resolver: Any, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        elif isinstance(entry, URLPattern):
            yield address


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def enter(world: World, person: str) -> Client:
    client = Client(raise_request_exception=True)
    user = world.people[person]
    if user is not None:
        client.force_login(user)
    return client


def read(answer: Any) -> bytes:
    if not answer.streaming:
        return bytes(answer.content)
    if not answer.is_async:
        return b"".join(answer.streaming_content)

    async def collect() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    return async_to_sync(collect)()


def visit(client: Client, row: Row, world: World) -> tuple[bool, int, str]:
    """Whether one was let in, with status and text; what it changed is undone."""
    with transaction.atomic():
        answer = getattr(client, row.method)(row.address.format(**world.ids))
        content = read(answer)
        transaction.set_rollback(True)
    is_sent_away = answer.status_code == 302 and "login/?next=" in answer["Location"]
    return answer.status_code not in (401, 403, 404) and not is_sent_away, answer.status_code, content.decode("latin-1")


def test_the_table_knows_every_address_and_no_other() -> None:
    known = {address for address in addresses(get_resolver()) if not address.startswith(ADMIN)}
    assert known - set(TABLE) - set(FILES) == set(), "say in access_table.py who may go there"
    assert (set(TABLE) | set(FILES)) - known == set(), "no longer an address"


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_where_the_table_says_and_nowhere_else(world: World, person: str) -> None:
    wrong = []
    client = enter(world, person)
    for address, row in TABLE.items():
        is_in, status, _ = visit(client, row, world)
        if is_in != (person in row.who) or status == 500:
            wrong.append((address, status))
    assert wrong == []


@pytest.mark.parametrize("person", ["stranger", "strange_labeler"])
def test_no_page_tells_of_a_camera_that_one_may_not_see(world: World, person: str) -> None:
    told = []
    client = enter(world, person)
    for address, row in TABLE.items():
        if person in row.who:
            _, _, text = visit(client, row, world)
            asked = PLATE in row.address.format(**world.ids)
            told += [(address, word) for word in (CAMERA, PLATE) if word in text and not (asked and word == PLATE)]
    assert told == []


@pytest.mark.parametrize("person", [person for person in PEOPLE if person not in STAFF])
def test_only_staff_enter_the_admin(world: World, person: str) -> None:
    entered = []
    client = enter(world, person)
    for address in addresses(get_resolver()):
        if address.startswith(ADMIN) and address not in ADMIN_OPEN and "(?P<url>" not in address:
            concrete = re.sub(r"<int:[^>]+>|<path:[^>]+>|\(\?P<[^>]+>[^)]+\)", "1", address).replace(
                "<str:act>", "stop"
            )
            concrete = re.sub(r"<[^>]+>", "x", re.sub(r"[\^$]", "", concrete))
            is_in, status, _ = visit(client, Row(f"/{concrete}", set()), world)
            if is_in and status != 405:
                entered.append((address, status))
    assert entered == []


def socket_routes() -> set[str]:
    return {str(route.pattern) for route in websocket.routes}


def test_the_table_knows_every_socket() -> None:
    assert socket_routes() == set(SOCKETS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", SOCKETS)
async def test_sockets_let_in_whom_the_table_names(address: str) -> None:
    world = await sync_to_async(make_world)()
    for person, user in world.people.items():
        communicator = Communicator(websocket, f"/{address}")
        if user is not None:
            communicator.scope["user"] = user
        is_in, _ = await communicator.connect(timeout=30)
        if is_in and not await communicator.receive_nothing(timeout=0.2):
            is_in = (await communicator.receive_output())["type"] != "websocket.close"
        assert is_in == (person in SOCKETS[address]), person
        await communicator.disconnect(timeout=60)


async def ask(address: str, user: Any, message: dict[str, Any]) -> Any:
    communicator = Communicator(websocket, address)
    communicator.scope["user"] = user
    await communicator.connect(timeout=30)
    await communicator.send_json_to(message)
    answer = await communicator.receive_from(timeout=30)
    await communicator.disconnect(timeout=60)
    return answer


@pytest.mark.django_db(transaction=True)
async def test_sockets_tell_of_a_camera_only_those_who_may_see_it() -> None:
    world = await sync_to_async(make_world)()
    pk = int(world.ids["camera"])
    meta = {"index": 1, "captured_at": 1.5, "fps": 10.0, "width": 960, "height": 540}
    for person in ("operator", "stranger"):
        user = world.people[person]
        await cache.aset(preview_key(pk), {"jpeg": b"\xff\xd8 picture", "meta": meta}, 10)
        picture = await ask("/ws/preview/", user, {"next": pk, "after": None})
        assert (b"picture" in picture) == (person == "operator")
        status = json.loads(await ask("/ws/live/", user, {"type": "here", "tab": person}))
        assert [camera["name"] for camera in status["cameras"]] == ([CAMERA] if person == "operator" else [])
