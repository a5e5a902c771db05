"""The hours of a camera."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from pytest_django import Settings

from cameras.choices import State
from cameras.models import Camera
from cameras.schedule import is_due, read_schedule
from cameras.tests.test_supervisor import Host
from detections.messages import camera_payload
from detections.status import overall

WORKDAYS = [{"days": [0, 1, 2, 3, 4], "from": "07:00", "to": "19:00"}]
NIGHTS = [{"days": [4], "from": "22:00", "to": "06:00"}]
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "moment", "due"),
    [
        ([], MONDAY, True),
        (WORKDAYS, MONDAY.replace(hour=6, minute=59), False),
        (WORKDAYS, MONDAY.replace(hour=7), True),
        (WORKDAYS, MONDAY.replace(hour=19), False),
        (WORKDAYS, SATURDAY.replace(hour=12), False),
        (NIGHTS, FRIDAY.replace(hour=23), True),
        (NIGHTS, SATURDAY.replace(hour=5, minute=59), True),
        (NIGHTS, SATURDAY.replace(hour=23), False),
        (NIGHTS, FRIDAY.replace(hour=5), False),
        ([{"days": [0], "from": "00:00", "to": "24:00"}], MONDAY.replace(hour=23, minute=59), True),
    ],
)
def test_when_it_records(schedule: object, moment: datetime, due: bool) -> None:
    assert is_due(schedule, moment) is due


def test_hours_are_those_of_the_installation(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert is_due(WORKDAYS, MONDAY.replace(hour=6, minute=30))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("always", "list"),
        ([{"days": [0]}], "days, from and to"),
        ([{"days": [], "from": "07:00", "to": "08:00"}], "at least one day"),
        ([{"days": [7], "from": "07:00", "to": "08:00"}], "at least one day"),
        ([{"days": [True], "from": "07:00", "to": "08:00"}], "at least one day"),
        ([{"days": [0], "from": "7", "to": "08:00"}], "07:30"),
        ([{"days": [0], "from": "24:00", "to": "08:00"}], "07:30"),
        ([{"days": [0], "from": "08:00", "to": "08:00"}], "begin and end"),
    ],
)
def test_nonsense_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_schedule(value)


@pytest.mark.django_db(transaction=True)
def test_outside_its_hours_a_camera_has_no_worker_and_is_called_paused() -> None:
    camera = Camera.objects.create(name="Gate", source_url="synthetic:")
    host = Host()
    host.step()
    yesterday = (timezone.localtime().weekday() - 1) % 7
    Camera.objects.update(schedule=[{"days": [yesterday], "from": "00:00", "to": "00:01"}])
    host.step()
    host.step()
    assert not host.supervisor.running
    camera = Camera.objects.select_related("health").get()
    assert camera.health_now.state_now == State.PAUSED
    assert overall([camera_payload(camera)])["state"] == "unknown"
    Camera.objects.update(schedule=[])
    host.step()
    assert host.supervisor.running
