"""Plates are found by any part of them, and leave the index with their last detection."""

from __future__ import annotations

import pytest

from detections.models import Detection, PlateTail
from detections.plate_index import fold
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


def tails() -> list[tuple[str, str]]:
    return sorted(PlateTail.objects.values_list("tail", "plate"))


def test_the_database_folds_as_the_code_does() -> None:
    text = "OQD0I1B8S5Z2G6AK7"
    row = make_detection(make_camera(), text)
    assert Detection.objects.get(pk=row.pk).plate_folded == fold(text) == "00001188552266AK7"


def test_a_plate_has_its_endings_once_however_often_it_is_saved() -> None:
    camera = make_camera()
    make_detection(camera, "AB1").save()
    make_detection(camera, "AB1")
    make_detection(camera, "")
    assert tails() == [("1", "AB1"), ("81", "AB1"), ("A81", "AB1")]


def test_the_last_detection_takes_its_plate_out_of_the_index() -> None:
    camera = make_camera()
    first, second, other = (make_detection(camera, text) for text in ("AB1", "AB1", "A81"))
    first.delete()
    assert len(tails()) == 6
    Detection.objects.filter(pk=second.pk).delete()
    assert {plate for _, plate in tails()} == {"A81"}
    Detection.objects.all().delete()
    assert tails() == []
    assert not Detection.objects.filter(pk=other.pk).exists()
