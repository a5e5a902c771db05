"""The REST API, as programs and as pages that catch up use it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cameras.models import CameraHealth
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_user("olga"))
    return client


@pytest.mark.parametrize(
    "address", ["/api/v1/detections/", "/api/v1/detections/1/", "/api/v1/cameras/", "/api/v1/cameras/1/"]
)
def test_a_stranger_gets_nothing(client: Client, address: str) -> None:
    assert client.get(address).status_code == 401


def test_rows_come_newest_first_and_page_by_page(api: Client) -> None:
    camera = make_camera()
    for number in range(7):
        make_detection(camera, f"P{number}", seconds_ago=number)
    seen: list[str] = []
    address = "/api/v1/detections/?limit=3"
    while address:
        answer = api.get(address).json()
        assert len(answer["results"]) <= 3
        seen += [row["plate_text"] for row in answer["results"]]
        address = answer["next"]
    assert seen == [f"P{number}" for number in range(7)]


def test_a_page_that_was_away_gets_what_changed_in_order(api: Client) -> None:
    camera = make_camera()
    first, second = make_detection(camera, "A1"), make_detection(camera, "B2")
    left_at = second.updated_at
    make_detection(camera, "C3")
    first.plate_text = "A11"
    first.save()
    answer = api.get("/api/v1/detections/", {"updated_after": left_at.isoformat(), "limit": 1}).json()
    assert [row["plate_text"] for row in answer["results"]] == ["C3"]
    answer = api.get(answer["next"]).json()
    assert [row["plate_text"] for row in answer["results"]] == ["A11"]
    assert answer["next"] is None


def test_a_page_asks_which_of_its_rows_are_still_there(api: Client) -> None:
    camera = make_camera()
    first, second, third = (make_detection(camera, text) for text in ("A1", "B2", "C3"))
    second.delete()
    answer = api.get("/api/v1/detections/", {"ids": f"{first.pk},{third.pk},{third.pk + 1},{2**63 - 1}"}).json()
    assert [row["plate_text"] for row in answer["results"]] == ["C3", "A1"]


@pytest.mark.parametrize("ids", ["A1", "1,,x", "0", f"1,{2**63}"])
def test_ids_that_cannot_be_are_refused(api: Client, ids: str) -> None:
    answer = api.get("/api/v1/detections/", {"ids": ids})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["ids"]


def test_rows_after_an_id_of_a_camera_with_a_plate(api: Client) -> None:
    camera, other = make_camera(), make_camera("Yard")
    first = make_detection(camera, "A1")
    make_detection(camera, "A2")
    make_detection(other, "A3")
    query = {"after": first.pk, "camera": camera.pk, "plate": "A?"}
    assert [row["plate_text"] for row in api.get("/api/v1/detections/", query).json()["results"]] == ["A2"]


def test_an_impossible_filter_is_refused_by_name(api: Client) -> None:
    answer = api.get("/api/v1/detections/?updated_after=soon")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["updated_after"]


def test_one_row_and_its_camera(api: Client) -> None:
    row = make_detection(make_camera(), "A1")
    answer = api.get(f"/api/v1/detections/{row.pk}/").json()
    assert answer["camera"]["slug"] == "gate"
    assert answer["char_confidences"] == [0.98, 0.55]
    assert api.get("/api/v1/detections/4711/").status_code == 404


def test_cameras_tell_their_state_and_not_their_address(api: Client) -> None:
    camera = make_camera()
    assert api.get("/api/v1/cameras/").json()["results"][0]["state"] == "stopped"
    assert "synthetic" not in api.get("/api/v1/cameras/").content.decode()
    assert api.get(f"/api/v1/cameras/{camera.pk}/").json()["name"] == "Gate"


def test_a_silent_worker_makes_the_camera_offline(api: Client) -> None:
    camera = make_camera()
    health = CameraHealth.objects.create(camera=camera, state="online", heartbeat_at=timezone.now())
    assert api.get("/api/v1/cameras/").json()["results"][0]["state"] == "online"
    health.heartbeat_at = timezone.now() - timedelta(seconds=16)
    health.save()
    assert api.get("/api/v1/cameras/").json()["results"][0]["state"] == "offline"
