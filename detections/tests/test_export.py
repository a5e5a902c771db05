"""Exports honour the filters and stream."""

from __future__ import annotations

import csv
import json

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient

from detections.export import harmless
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db(transaction=True)


async def fetch(address: str) -> str:
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(User.objects.create_user)("olga"))
    answer = await client.get(address)
    assert answer.status_code == 200
    return b"".join([part async for part in answer.streaming_content]).decode()


@pytest.fixture
def rows() -> None:
    camera = make_camera("=Gate")
    make_detection(camera, "BAX1", seconds_ago=1)
    make_detection(camera, "KLM2", seconds_ago=2, color="red")
    make_detection(camera, "BAX3", seconds_ago=3)


async def test_a_csv_holds_what_was_found(rows: None) -> None:
    lines = list(csv.DictReader((await fetch("/detections/export.csv?plate=BAX*")).splitlines()))
    assert [line["plate_text"] for line in lines] == ["BAX1", "BAX3"]
    assert lines[0]["camera"] == "'=Gate"
    assert lines[0]["first_seen"].endswith("Z")


async def test_a_json_holds_what_was_found(rows: None) -> None:
    found = json.loads(await fetch("/detections/export.json?color=Red"))
    assert [row["plate_text"] for row in found] == ["KLM2"]


async def test_nothing_found_is_an_empty_list(rows: None) -> None:
    assert json.loads(await fetch("/detections/export.json?plate=ZZZ")) == []


async def test_there_is_no_other_kind_and_nothing_for_strangers() -> None:
    client = AsyncClient()
    assert (await client.get("/detections/export.csv")).status_code == 302
    await client.aforce_login(await sync_to_async(User.objects.create_user)("olga"))
    assert (await client.get("/detections/export.xml")).status_code == 404


def test_formulas_are_shown_as_text() -> None:
    assert harmless("=1+1") == "'=1+1"
    assert harmless("AB-1") == "AB-1"
    assert harmless(-1) == -1
