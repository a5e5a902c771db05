"""The health report, and the pages that say what is away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from cameras.models import Camera
from detections.tests.rows import make_camera

pytestmark = pytest.mark.django_db


def away(*arguments: Any, **values: Any) -> Any:
    raise OperationalError("(2002, \"Can't connect to server on 'db' with password x\")")


def test_a_well_site_says_so_to_anybody(client: Client) -> None:
    make_camera()
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "cache": "ok",
        "database": "ok",
        "cameras": {"online": 0, "total": 1},
        "code": 0,
        "message": "model loaded",
    }


def test_a_database_that_is_away_is_named_without_secrets(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Camera.objects, "filter", away)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"
    assert b"password" not in answer.content


def test_a_cache_that_is_away_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise ConnectionRefusedError("redis")

    monkeypatch.setattr("anpr_site.health.cache.set", refuse, raising=False)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["cache"] == "away"


@pytest.mark.parametrize(("address", "kind"), [("/", "text/html"), ("/api/v1/cameras/", "application/problem+json")])
def test_a_page_says_that_the_database_is_away(
    client: Client, django_user_model: Any, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    client.force_login(django_user_model.objects.create_user("olga"))
    client.raise_request_exception = False
    monkeypatch.setattr("cameras.models.CameraQuerySet.visible_to", away)
    answer = client.get(address)
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith(kind)
    assert b"away" in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("address", ["/recognize", "/v1/plate-reader/", "/metrics"])
def test_a_program_is_told_in_json_outside_of_the_api_too(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("anpr_site.accounts.models.ApiToken.find", away)
    send = client.get if address == "/metrics" else client.post
    answer = send(address, headers={"Authorization": "Token pw_any"})
    assert (answer.status_code, answer.json()["code"]) == (503, "away")
    assert answer["Retry-After"]


def test_another_failure_is_a_page_without_a_traceback(
    client: Client, django_user_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise ZeroDivisionError("inner workings")

    client.force_login(django_user_model.objects.create_user("olga"))
    client.raise_request_exception = False
    monkeypatch.setattr("detections.views.live_list", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert b"Recognition goes on" in answer.content
    assert b"inner workings" not in answer.content
