"""The statistics count what was seen, in the viewer's days and hours, of the cameras that the viewer may see."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from cameras.models import Camera
from detections.choices import Reason, Stage
from detections.hours import by_hour, days_between, minutes_past, week_of
from detections.models import Attempt, Detection
from detections.statistics import MOST_SERIES, Period, count, statistics, tables, weeks_of
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _counted_by_nobody_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detections.statistics.PREFIX", uuid.uuid4().hex)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def counted(period: Period, *cameras: Camera) -> dict[str, object]:
    return tables(period, list(cameras), *count(period, list(cameras)))


def test_hours_are_counted_in_zones_that_are_half_an_hour_off() -> None:
    camera = make_camera()
    for moment in ("2026-01-05T18:29:59", "2026-01-05T18:30:00", "2026-01-05T19:29:59"):
        make_detection(camera, first_seen=at(moment))
    kolkata = ZoneInfo("Asia/Kolkata")
    assert minutes_past(kolkata) == 30
    assert minutes_past(ZoneInfo("Asia/Kathmandu")) == 15
    found = {
        row["at"].strftime("%d %H:%M"): row["count"] for row in by_hour(Detection.objects.all(), "first_seen", kolkata)
    }
    assert found == {"05 23:00": 1, "06 00:00": 2}
    assert week_of(Detection.objects.all(), kolkata)[1][0] == 2


def test_a_day_of_the_clock_change_is_one_day() -> None:
    camera = make_camera()
    period = Period(datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN))
    make_detection(camera, first_seen=at("2026-03-28T23:30:00"))
    make_detection(camera, first_seen=at("2026-03-29T21:59:00"))
    make_detection(camera, first_seen=at("2026-03-29T22:01:00"))
    table = counted(period, camera)["over_time"]
    assert table.series == ["Gate"]
    assert len(table.rows) == 23
    assert sum(numbers[0] for _label, numbers in table.rows) == 2
    assert days_between(period.since, period.until) == [date(2026, 3, 29)]


def test_every_number_is_in_its_table() -> None:
    gate, yard = make_camera(), make_camera("Yard")
    period = Period(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC))
    make_detection(gate, "AB1", first_seen=at("2026-01-05T10:00:00"), brand="BMW", color="red", kind="car")
    make_detection(gate, "", first_seen=at("2026-01-05T11:00:00"), brand="unknown", color="red", kind="truck")
    make_detection(yard, "AB2", first_seen=at("2026-01-06T10:30:00"), brand="BMW", color="blue", kind="car")
    make_detection(yard, "AB3", first_seen=at("2026-01-12T00:00:00"))
    for reason, moment in ((Reason.BLUR, "2026-01-05T10:00:00"), (Reason.ZONE, "2026-01-06T10:00:00")):
        Attempt.objects.create(camera=gate, at=at(moment), stage=Stage.READ, reason=reason)
    Attempt.objects.create(camera=gate, at=at("2026-01-06T10:00:00"), stage=Stage.READ, reason="")
    found = counted(period, gate, yard)
    assert (found["total"], found["read"], found["read_share"], found["failed"]) == ("3", "2", 66.7, "2")
    assert found["over_time"].series == ["Gate", "Yard"]
    assert [numbers for _label, numbers in found["over_time"].rows[:3]] == [[2, 0], [0, 1], [0, 0]]
    assert [numbers for _label, numbers in found["read_rate"].rows[:3]] == [[50.0, None], [None, 100.0], [None, None]]
    assert found["by_hour"].rows[10] == ("10:00", [2])
    assert found["by_camera"].rows == [("Gate", [1, 1]), ("Yard", [1, 0])]
    assert found["brands"].rows == [("BMW", [2]), ("unknown", [1])]
    assert found["colors"].rows == [("red", [2]), ("blue", [1])]
    assert found["kinds"].rows == [("car", [2]), ("truck", [1])]
    assert found["reasons"].series == ["blurred", "outside the zone"]
    assert found["reasons"].rows == [("Gate", [1, 1])]
    assert [numbers for _label, numbers in found["reasons_over_time"].rows[:2]] == [[1, 0], [0, 1]]


def test_many_cameras_are_one_series_together() -> None:
    period = Period(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC))
    cameras = [make_camera(f"Gate {number}") for number in range(MOST_SERIES + 2)]
    for camera in cameras:
        make_detection(camera, first_seen=at("2026-01-05T10:00:00"))
    table = counted(period, *cameras)["over_time"]
    assert len(table.series) == MOST_SERIES + 1
    assert table.series[-1] == "other cameras"
    assert table.rows[10][1] == [1] * MOST_SERIES + [2]


def test_the_same_question_is_answered_from_the_cache() -> None:
    camera = make_camera()
    period = Period(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC))
    make_detection(camera, first_seen=at("2026-01-05T10:00:00"))
    assert statistics(period, [camera])["total"] == "1"
    make_detection(camera, first_seen=at("2026-01-05T10:00:00"))
    assert statistics(period, [camera])["total"] == "1"
    assert statistics(period, [make_camera("Yard")])["total"] == "0"


def test_weeks_together_are_the_period() -> None:
    """From a Thursday to the Tuesday after next, over the change of the clock."""
    camera = make_camera()
    period = Period(datetime(2026, 3, 26, tzinfo=BERLIN), datetime(2026, 4, 8, tzinfo=BERLIN))
    weeks = weeks_of(period)
    assert [(week.since.day, week.until.day) for week in weeks] == [(26, 30), (30, 6), (6, 8)]
    for moment in ("2026-03-25T22:59:59", "2026-03-25T23:00:00", "2026-03-29T22:00:00", "2026-04-07T21:59:59"):
        make_detection(camera, first_seen=at(moment), brand="BMW")
    found = statistics(period, [camera])
    assert found["total"] == "3"
    assert found["brands"].rows == [("BMW", [3])]
    assert [numbers[0] for _label, numbers in found["over_time"].rows] == [1, 0, 0, 0, 1, *[0] * 7, 1]


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(User.objects.create_user("olga"), "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_shows_a_week_and_only_cameras_with_a_right(page: Client) -> None:
    gate, secret = make_camera(f"Gate {timezone.now():%f}"), make_camera("Secret", is_restricted=True)
    make_detection(gate, "AB1")
    make_detection(secret, "AB2")
    answer = page.get("/statistics/")
    assert answer.context["total"] == "1"
    assert "Secret" not in answer.content.decode()
    assert len(answer.context["read_rate"].rows) == 7
    refused = page.get(f"/statistics/?camera={secret.pk}")
    assert refused.context["form"].errors["camera"]
    assert "Secret" not in refused.content.decode()


@pytest.mark.parametrize(
    ("query", "field", "days"),
    [
        ("since=2026-01-10&until=2026-01-01", "until", 1),
        ("since=2025-01-01&until=2026-01-01", "since", 92),
        ("since=yesterday&until=2026-01-01", "since", 92),
        ("since=2026-01-01&until=soon", "until", 1),
    ],
)
def test_days_that_cannot_be_shown_are_named_and_others_are_shown(
    page: Client, query: str, field: str, days: int
) -> None:
    answer = page.get(f"/statistics/?{query}")
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["period"].until - answer.context["period"].since == timedelta(days=days)


def test_an_empty_installation_says_so(page: Client) -> None:
    assert "Nothing was seen in this time" in page.get("/statistics/").content.decode()
