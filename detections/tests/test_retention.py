"""What is deleted, and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from cameras.models import Camera
from detections.models import Attempt, Detection
from detections.pictures import Pictures
from detections.record import record
from detections.retention import delete_pictures, prune_attempts, prune_detections, with_old_pictures
from detections.tests.test_record import plate_read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


def seen(camera: Camera, track: str, moment: datetime) -> Detection:
    at = moment.timestamp()
    read = plate_read(f"{track.upper()}123", track, first_seen=at, last_seen=at)
    return record(camera.pk, read, Pictures(b"f", b"v", track.encode())).detection


def test_old_detections_go_with_their_pictures(camera: Camera) -> None:
    old = seen(camera, "old", timezone.now() - timedelta(days=31))
    new = seen(camera, "new", timezone.now() - timedelta(days=29))
    assert prune_detections(30) == 1
    assert list(Detection.objects.all()) == [new]
    assert not default_storage.exists(old.picture.name)
    assert default_storage.exists(new.picture.name)


def test_zero_days_keep_for_ever(camera: Camera) -> None:
    seen(camera, "old", timezone.now() - timedelta(days=3000))
    assert prune_detections(0) == 0


def test_of_too_many_attempts_the_newest_stay(camera: Camera) -> None:
    now = timezone.now()
    Attempt.objects.bulk_create(
        Attempt(camera=camera, at=now - timedelta(minutes=number), stage="read", reason="blur") for number in range(20)
    )
    assert prune_attempts(days=7, rows=5) == 15
    assert Attempt.objects.order_by("at").first().at == now - timedelta(minutes=4)
    assert prune_attempts(days=7, rows=5) == 0


def test_attempts_grow_old_too(camera: Camera) -> None:
    now = timezone.now()
    for age in (6, 8):
        Attempt.objects.create(camera=camera, at=now - timedelta(days=age), stage="read", reason="blur")
    assert prune_attempts(days=7, rows=100) == 1
    assert prune_attempts(days=0, rows=100) == 0


def test_pictures_may_go_before_the_row(camera: Camera) -> None:
    old = seen(camera, "old", timezone.now() - timedelta(days=31))
    new = seen(camera, "new", timezone.now() - timedelta(days=29))
    assert delete_pictures(with_old_pictures(30)) == 1
    assert delete_pictures(with_old_pictures(30)) == 0
    assert not default_storage.exists(old.picture.name)
    assert default_storage.exists(new.picture.name)
    old.refresh_from_db()
    assert (old.plate_text, old.picture.name) == ("OLD123", "")


def test_the_command_says_what_it_deleted(camera: Camera) -> None:
    seen(camera, "old", timezone.now() - timedelta(days=5))
    said = StringIO()
    call_command("prune_detections", "--days", "3", "--dry-run", stdout=said)
    assert "would delete 1 detections and 0 attempts" in said.getvalue()
    assert Detection.objects.count() == 1
    call_command("prune_detections", "--days", "3", stdout=said)
    assert "deleted 1 detections and 0 attempts" in said.getvalue()
