"""The first steps of an empty installation."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cameras.models import Camera
from cameras.selftest import STEPS
from cameras.tests.test_rights import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_user("sue", "staff"))
    return client


def test_an_empty_installation_leads_staff_to_the_first_steps(staff: Client) -> None:
    assert b'href="/welcome/"' in staff.get("/").content
    text = staff.get("/welcome/").content.decode()
    assert all(str(step.label) in text for step in STEPS.values())


@pytest.mark.parametrize("name", ["database", "storage", "messages", "models", "camera", "workers"])
def test_each_step_reports_on_a_sound_installation(staff: Client, name: str) -> None:
    report = staff.post(f"/welcome/check/{name}/").json()
    assert report["is_ok"], report
    assert report["words"]
    assert report["ms"] > 0


def test_the_demo_camera_is_read(staff: Client) -> None:
    report = staff.post("/welcome/check/recognition/").json()
    assert report["is_ok"], report
    assert report["picture"].startswith("data:image/jpeg;base64,")


def test_a_step_that_fails_says_why(staff: Client, settings: Any) -> None:
    settings.MEDIA_ROOT = "/proc/nowhere"
    report = staff.post("/welcome/check/storage/").json()
    assert not report["is_ok"]
    assert "/proc/nowhere" in report["words"]
    assert staff.post("/welcome/check/dance/").status_code == 404


def test_the_demo_camera_is_added_once(staff: Client) -> None:
    for _ in range(2):
        assert staff.post("/welcome/demo/")["Location"] == "/cameras/demo/"
    Camera.objects.update(enabled=False, source_url="synthetic:4")
    assert staff.post("/welcome/demo/")["Location"] == "/cameras/demo-2/"
    assert Camera.objects.filter(enabled=True).count() == 1


def test_only_staff_take_the_first_steps(client: Client) -> None:
    client.force_login(make_user("olga", "operator"))
    assert client.get("/welcome/").status_code == 403
    assert client.post("/welcome/check/database/").status_code == 403
    assert client.post("/welcome/demo/").status_code == 403


def test_an_installation_without_an_account_says_how_to_make_one(client: Client) -> None:
    assert b"createsuperuser" in client.get("/login/").content
    make_user("sue", "staff")
    assert b"createsuperuser" not in client.get("/login/").content
