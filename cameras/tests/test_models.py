"""What a camera's row accepts, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cameras.choices import State
from cameras.models import Camera, CameraHealth

HALF = [[0, 0], [0.5, 0], [0.5, 1]]


def test_a_row_becomes_the_settings_of_a_pipeline() -> None:
    camera = Camera(region="DE", include_polygons=[HALF], direction_lines=[[[0, 0.5], [1, 0.5]]], min_plate_width=55)
    settings = camera.pipeline_settings()
    assert settings.region == "de"
    assert settings.include == (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0)),)
    assert settings.lines == (((0.0, 0.5), (1.0, 0.5)),)
    assert settings.min_plate_width == 55
    assert Camera().pipeline_settings().region is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("include_polygons", [[[0, 0], [1, 1]]], "at least three"),
        ("include_polygons", [[[0, 0], [1, 1], [2, 0]]], "between 0"),
        ("exclude_polygons", "everything", "list of shapes"),
        ("source_url", "ftp://gate/1", "addresses start with"),
        ("max_fps", -1, "greater than or equal to 0"),
        ("min_confidence", 40, "less than or equal to 1"),
        ("region", "Atlantis", "unknown region"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(field: str, value: object, words: str) -> None:
    camera = Camera(**{"name": "Gate", "source_url": "synthetic:", field: value})
    with pytest.raises(ValidationError) as refused:
        camera.full_clean()
    assert list(refused.value.message_dict) == [field]
    assert words in refused.value.message_dict[field][0]


@pytest.mark.django_db
def test_a_camera_gets_a_short_name_of_its_own() -> None:
    camera = Camera(name="North gate", source_url="synthetic:")
    camera.full_clean()
    camera.save()
    assert camera.slug == "north-gate"


@pytest.mark.django_db
def test_a_state_whose_worker_fell_silent_is_not_believed() -> None:
    camera = Camera.objects.create(name="Gate", source_url="synthetic:")
    assert camera.health_now.state_now == State.STOPPED
    health = CameraHealth(camera=camera, state=State.ONLINE, heartbeat_at=timezone.now())
    assert health.state_now == State.ONLINE
    health.heartbeat_at = timezone.now() - timedelta(seconds=16)
    assert health.state_now == State.OFFLINE
    health.state = State.FAILED
    assert health.state_now == State.FAILED
