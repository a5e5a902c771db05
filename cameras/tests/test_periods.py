"""The strip of a camera's last day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cameras.choices import State
from cameras.models import Camera
from cameras.periods import CameraPeriod, last_day, remember
from cameras.tests.test_health import Ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


def test_a_state_that_lasts_is_one_row(camera: Camera) -> None:
    start = timezone.now()
    for seconds in range(0, 300, 20):
        remember(camera.pk, State.ONLINE, "", start + timedelta(seconds=seconds))
    row = CameraPeriod.objects.get()
    assert row.ended_at - row.began_at == timedelta(seconds=280)


def test_a_change_or_a_silence_begins_another_row(camera: Camera) -> None:
    start = timezone.now()
    remember(camera.pk, State.ONLINE, "", start)
    remember(camera.pk, State.OFFLINE, "no picture comes", start + timedelta(seconds=5))
    remember(camera.pk, State.OFFLINE, "no picture comes", start + timedelta(minutes=5))
    assert list(CameraPeriod.objects.values_list("state", flat=True)) == ["online", "offline", "offline"]


def test_what_is_older_than_a_day_goes(camera: Camera) -> None:
    now = timezone.now()
    remember(camera.pk, State.ONLINE, "", now - timedelta(hours=30))
    remember(camera.pk, State.ONLINE, "", now)
    assert CameraPeriod.objects.count() == 1


def test_the_day_is_whole_and_claims_nothing_that_was_not_written(camera: Camera) -> None:
    now = timezone.now()
    for state, begun, ended in (
        (State.ONLINE, 26, 12),
        (State.OFFLINE, 12, 11),
        (State.ONLINE, 11, 2),
        (State.ONLINE, 1, 0),
    ):
        CameraPeriod.objects.create(
            camera=camera,
            state=state,
            reason="unplugged" if state == State.OFFLINE else "",
            began_at=now - timedelta(hours=begun),
            ended_at=now - timedelta(hours=ended),
        )
    day = last_day([camera.pk], now)[camera.pk]
    assert [part.state for part in day.stretches] == ["online", "offline", "online", "none", "online"]
    assert sum(part.width for part in day.stretches) == pytest.approx(1440)
    assert [part.offset for part in day.stretches] == pytest.approx([0, 720, 780, 1320, 1380])
    assert day.online_share == pytest.approx(22 / 24)
    assert [part.reason for part in day.troubles] == ["unplugged"]


def test_a_camera_that_never_ran_has_an_empty_day(camera: Camera) -> None:
    day = last_day([camera.pk], timezone.now())[camera.pk]
    assert [(part.state, part.width) for part in day.stretches] == [("none", 1440)]
    assert day.online_share == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_remembers_its_states() -> None:
    ward = Ward()
    ward.live(50)
    ward.wait(15)
    periods = list(CameraPeriod.objects.order_by("began_at", "id").values_list("state", flat=True))
    assert periods == ["online", "offline"]
    assert CameraPeriod.objects.get(state="offline").reason == "no picture comes"
