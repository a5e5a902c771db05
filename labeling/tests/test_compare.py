"""Two models are measured on the same judged samples, and the figures stay with them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cameras.models import Camera
from detections.model_registry import add_model, known_models
from detections.model_versions import ModelVersion
from detections.tests.rows import make_camera
from detections.tests.test_model_registry import exported
from inference.plate_format import ALPHABET
from labeling.choices import State
from labeling.compare import NothingToMeasureError, compare
from labeling.models import Sample
from labeling.tests.dataset_rows import make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_models(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_ROOT = tmp_path / "models"


def read_texts() -> None:
    """Makes what the built-in reader reads the truth: drawn plates have a known text only inside the drawing."""
    from detections.networks import product_models
    from labeling.collect import decoded

    reader = product_models().reader
    for sample in Sample.objects.all():
        (reading,) = reader.read([decoded(Path(sample.rectified_picture.path).read_bytes())])
        Sample.objects.filter(pk=sample.pk).update(true_text=reading.text or "X", text=reading.text or "X")


def silent(done: int, total: int) -> None:
    """For tests that look at the result only."""


@pytest.fixture
def cameras() -> list[Camera]:
    return [make_camera("Gate"), make_camera("Yard")]


def test_readers_are_measured_by_camera_and_what_differs_is_named(cameras: list[Camera], tmp_path: Path) -> None:
    for number in range(6):
        make_sample(number, camera=cameras[number % 2])
    read_texts()
    wrong = make_sample(6, "WRONG77", camera=cameras[0])
    turned = ["", *ALPHABET[1:], ALPHABET[0]]
    other = add_model(exported(tmp_path / "run", classes=turned), "turned")
    own = next(model for model in known_models() if model.task == "reader" and model.is_builtin)
    found = compare([other, own], ("train", "val", "test"), silent)
    assert [figures["plates"] for figures in found.figures] == [7, 7]
    assert found.figures[0]["exact"] == 0
    assert found.figures[1]["exact"] == pytest.approx(85.7, abs=0.1)
    assert found.figures[1]["by_camera"]["Yard"] == {
        "plates": 3,
        "exact": 100.0,
        "letters": letters("Yard"),
        "characters": 100.0,
    }
    assert len(found.gained) == 6
    assert wrong.pk not in found.gained
    assert found.lost == []
    other.refresh_from_db()
    assert other.figures["exact"] == 0
    assert other.measured_at is not None


def letters(camera: str) -> int:
    return sum(len(text) for text in Sample.objects.filter(camera_name=camera).values_list("true_text", flat=True))


def test_detectors_are_measured_on_plates_and_on_what_is_none(cameras: list[Camera]) -> None:
    for number in range(3):
        make_sample(number, camera=cameras[0])
    make_sample(3, camera=cameras[1], state=State.NOT_A_PLATE, true_text="", plate_box=[5, 5, 25, 15])
    detector = next(model for model in known_models() if model.task == "detector")
    (figures,) = compare([detector], ("train", "val", "test"), silent).figures
    assert (figures["plates"], figures["no_plates"]) == (3, 1)
    assert figures["false_alarms"] == 0
    assert 0 <= figures["tight"] <= figures["found"] <= 100
    assert set(figures["by_camera"]) == {"Gate", "Yard"}


def test_by_default_only_what_no_model_trains_on_counts() -> None:
    for number in range(30):
        make_sample(number)
    call_command("compare_models", "builtin", stdout=StringIO())
    figures = ModelVersion.objects.get(task="reader").figures
    assert figures["splits"] == "val test"
    assert 1 <= figures["plates"] < 15


def test_brand_and_color_are_measured_too() -> None:
    make_sample(0)
    make_sample(1)
    said = StringIO()
    call_command("compare_models", "builtin", "--task", "attributes", "--splits", "all", stdout=said)
    assert ModelVersion.objects.get(task="attributes").figures["brands"] == 2
    assert "| all cameras" in said.getvalue()


def test_without_samples_it_says_what_to_do() -> None:
    reader = next(model for model in known_models() if model.task == "reader")
    with pytest.raises(NothingToMeasureError, match="label more"):
        compare([reader], ("val",), silent)
    with pytest.raises(CommandError, match="label more"):
        call_command("compare_models", "builtin")
    with pytest.raises(CommandError, match="there is no model 'nobody'"):
        call_command("compare_models", "nobody")
