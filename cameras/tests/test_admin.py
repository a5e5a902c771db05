"""A camera's password in the admin."""

from __future__ import annotations

import pytest
from django.utils.datastructures import MultiValueDict

from cameras.admin import CameraForm
from cameras.models import Camera

pytestmark = pytest.mark.django_db
ADDRESS = "rtsp://olga:secret@gate/1"


def form_for(camera: Camera, source_url: str) -> CameraForm:
    shown = CameraForm(instance=camera)
    values = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    shapes = dict.fromkeys(("include_polygons", "exclude_polygons", "direction_lines"), "[]")
    entries = {**values, **shapes, "source_url": source_url, "even_unreachable": "on", "schedule-count": "0"}
    return CameraForm(
        MultiValueDict({name: value if isinstance(value, list) else [str(value)] for name, value in entries.items()}),
        instance=camera,
    )


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url=ADDRESS)


def test_it_is_never_shown(camera: Camera) -> None:
    assert "secret" not in CameraForm(instance=camera).as_p()


def test_an_address_left_as_it_was_shown_keeps_it(camera: Camera) -> None:
    form = form_for(camera, camera.safe_source_url)
    assert form.is_valid(), form.errors
    assert form.save().source_url == ADDRESS


def test_a_new_address_replaces_it(camera: Camera) -> None:
    form = form_for(camera, "rtsp://olga:other@gate/2")
    assert form.is_valid(), form.errors
    assert form.save().source_url == "rtsp://olga:other@gate/2"
