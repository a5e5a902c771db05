"""The commands that an operator types."""

from __future__ import annotations

from io import StringIO

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from cameras.models import Camera


def test_a_source_is_probed_in_words(tmp_path: object) -> None:
    said = StringIO()
    call_command("probe_source", "synthetic:", stdout=said)
    assert "1280×720" in said.getvalue()
    assert "frames a second" in said.getvalue()


def test_a_single_picture_is_a_source(tmp_path: object) -> None:
    path = f"{tmp_path}/straße mit leerzeichen.png"
    cv2.imwrite(path, np.zeros((90, 120, 3), np.uint8))
    said = StringIO()
    call_command("probe_source", path, stdout=said)
    assert "120×90, one picture" in said.getvalue()


def test_what_is_wrong_with_a_source_is_told_without_its_password() -> None:
    with pytest.raises(CommandError, match="refused") as told:
        call_command("probe_source", "rtsp://olga:secret@127.0.0.1:9/live")
    assert "secret" not in str(told.value)


@pytest.mark.django_db
def test_a_camera_that_does_not_exist_is_told_with_those_that_do(monkeypatch: pytest.MonkeyPatch) -> None:
    Camera.objects.create(name="Gate", source_url="synthetic:")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(CommandError, match="cameras are: gate"):
        call_command("run_camera", "yard")


@pytest.mark.django_db
def test_a_camera_that_another_supervisor_holds_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from cameras.models import claim

    camera = Camera.objects.create(name="Gate", source_url="synthetic:")
    claim(camera, "other:1")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(CommandError, match="held by other:1"):
        call_command("run_camera", "gate")
