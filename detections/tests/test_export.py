"""Exports honour the filters and stream."""

from __future__ import annotations

import csv
import json

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient

from cameras.models import Camera
from detections.export import harmless
from detections.models import Detection
from detections.paging import sorted_rows
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


@pytest.mark.parametrize("sort", ["", "oldest", "plate", "-confidence"])
async def test_many_rows_come_part_by_part_each_once_in_the_order_of_the_list(
    monkeypatch: pytest.MonkeyPatch, rows: None, sort: str
) -> None:
    monkeypatch.setattr("detections.export.CHUNK", 2)
    await sync_to_async(make_detection)(await Camera.objects.aget(), "", confidence=0.0)
    found = json.loads(await fetch(f"/detections/export.json?sort={sort}"))
    wanted = sorted_rows(Detection.objects.all(), sort).values_list("pk", flat=True)
    assert [row["id"] for row in found] == [pk async for pk in wanted]
    assert len(found) == (4 if sort in ("", "oldest") else 3)


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
