"""The bench fills only where nothing real is, and times every search on what it filled."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cameras.models import Camera
from detections.management.commands import fill_detections
from detections.models import Attempt, Detection, PlateTail
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill_detections, "CROWDS", ((0.5, 12), (0.5, 600)))
    monkeypatch.setattr(fill_detections, "ATTEMPTS", 20)


def test_real_detections_are_left_alone() -> None:
    make_detection(make_camera())
    with pytest.raises(CommandError, match="real detections"):
        call_command("fill_detections", rows=10)
    assert Detection.objects.count() == 1
    call_command("fill_detections", rows=10, among_real=True, stdout=StringIO())
    assert Detection.objects.count() == 11


def test_made_up_detections_can_be_searched_and_are_made_once() -> None:
    call_command("fill_detections", rows=200, stdout=StringIO())
    call_command("fill_detections", rows=200, stdout=StringIO())
    assert (Detection.objects.count(), Attempt.objects.count()) == (200, 20)
    assert not Camera.objects.filter(enabled=True).exists(), "no worker starts for them"
    plates = set(Detection.objects.exclude(plate_norm="").values_list("plate_norm", flat=True))
    assert set(PlateTail.objects.values_list("plate", flat=True)) == plates
    with pytest.raises(CommandError, match="start with an empty database"):
        call_command("fill_detections", rows=300)


def test_nothing_is_timed_without_made_up_detections() -> None:
    with pytest.raises(CommandError, match="fill_detections"):
        call_command("bench_search")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_search_is_timed_with_its_indexes() -> None:
    call_command("fill_detections", rows=3000, stdout=StringIO())
    said = StringIO()
    call_command("bench_search", times=1, stdout=said)
    lines = said.getvalue().splitlines()[2:]
    assert len(lines) > 35
    assert all(re.match(r" +\d+ +\d+ +\d+ +\d+  \w", line) for line in lines)
    exact = next(line for line in lines if "list: exact  " in line)
    assert "detection_plate_first" in exact
