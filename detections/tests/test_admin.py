"""Detections and looks in the admin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from cameras.models import Camera
from detections.models import Attempt, Detection
from detections.tests.rows import make_camera, make_detection, write_picture

pytestmark = pytest.mark.django_db
LISTS = ("detections/detection", "detections/attempt", "detections/accessdecision", "accounts/accessrecord")


@pytest.fixture
def camera(settings: Any, tmp_path: Path) -> Camera:
    settings.MEDIA_ROOT = tmp_path
    return make_camera()


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_narrowed_by_time_in_the_viewers_zone(admin_client: Client, camera: Camera, name: str) -> None:
    make_detection(camera)
    admin_client.cookies["timezone"] = "Europe/Berlin"
    page = admin_client.get(f"/admin/{name}/")
    assert page.status_code == 200
    assert "Past 7 days" in page.content.decode()


def test_no_list_asks_the_database_for_the_days_of_a_zone() -> None:
    """MariaDB as installed knows no zones by name and answers with nothing, which would be an error 500."""
    assert [model for model, options in admin.site._registry.items() if options.date_hierarchy] == []


@pytest.mark.parametrize("by", ["one", "action"])
def test_what_staff_delete_goes_with_its_pictures(
    admin_client: Client, camera: Camera, tmp_path: Path, by: str
) -> None:
    row = make_detection(camera, picture=write_picture(camera), plate_picture=write_picture(camera))
    kept = make_detection(camera, "KLM777", picture=write_picture(camera))
    Attempt.objects.create(camera=camera, detection=row, at=row.first_seen, stage="read", reason="blur")
    if by == "one":
        answer = admin_client.post(f"/admin/detections/detection/{row.pk}/delete/", {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        answer = admin_client.post("/admin/detections/detection/", chosen)
    assert answer.status_code == 302
    assert list(Detection.objects.all()) == [kept]
    assert [path.name for path in tmp_path.rglob("*.jpg")] == [Path(kept.picture.name).name]
