"""Of the plates of a list to ignore nothing is stored, told or kept; of all others everything at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import OperationalError
from pytest_django import Settings

from cameras.models import Camera
from cameras.tests.test_broadcast import Told, broadcast_of
from detections import consequences
from detections.delivery_models import Delivery, Destination
from detections.models import Attempt, Detection
from detections.pictures import KeptLook, KeptLooks, Pictures, Sighting
from detections.registry_models import ListKind, PlateList, RegisteredPlate
from detections.tests.test_record import observation, plate_read
from inference.types import Reading

pytestmark = pytest.mark.django_db(transaction=True)
EVIDENCE = Pictures(b"frame", b"vehicle", b"plate")
CUTS = Pictures(vehicle=b"vehicle", plate=b"plate")


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


@pytest.fixture(autouse=True)
def ours() -> RegisteredPlate:
    plates = PlateList.objects.create(name="Ours", kind=ListKind.IGNORE)
    return RegisteredPlate.objects.create(list=plates, plate_text="AB 123 CD")


def looks(text: str) -> KeptLooks:
    seen = replace(observation(), reading=Reading(text, 0.9, (0.9,) * len(text)), reason="low_reading_confidence")
    return KeptLooks(seen.frame.captured_at, (KeptLook(seen, CUTS, track_id="one"),), {}, b"frame")


def store(camera: Camera, *items: Sighting | KeptLooks) -> Told:
    told = Told()
    part, _ = broadcast_of(camera)
    for item in items:
        part.step(item, told, threading.Event())
    return told


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_nothing_of_an_ignored_vehicle_stays(camera: Camera, settings: Settings) -> None:
    Destination.objects.create(name="All", address="https://198.41.0.4/")
    told = store(camera, looks("AB123CD"), Sighting(plate_read("AB123CD", ended=True), EVIDENCE))
    assert not Detection.objects.exists()
    assert not Attempt.objects.exists()
    assert not Delivery.objects.exists()
    assert told.messages == []
    assert files(settings) == []


def test_what_was_kept_before_its_plate_was_known_goes(camera: Camera, settings: Settings) -> None:
    store(camera, looks("AB1"), Sighting(plate_read(""), EVIDENCE))
    assert Detection.objects.count() == Attempt.objects.count() == 1
    store(camera, Sighting(plate_read("AB123CD"), EVIDENCE))
    assert not Detection.objects.exists()
    assert not Attempt.objects.exists()
    assert files(settings) == []


def test_others_are_stored_and_told(camera: Camera, settings: Settings) -> None:
    Destination.objects.create(name="All", address="https://198.41.0.4/")
    store(camera, looks("XY999ZZ"), Sighting(plate_read("XY999ZZ", ended=True), EVIDENCE))
    assert Detection.objects.get().plate_text == "XY999ZZ"
    assert Attempt.objects.count() == 1
    assert list(Delivery.objects.order_by("id").values_list("event", flat=True)) == ["plate.recognized", "visit.ended"]
    assert files(settings)


def test_a_read_that_is_stored_again_after_a_failure_is_told_once(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction failed at its very end: neither the row nor a delivery may stay, and the retry brings both."""
    Destination.objects.create(name="All", address="https://198.41.0.4/")
    failures = iter([True])
    pair = consequences.stays.pair

    def fail_once(row: Detection) -> object:
        if next(failures, False):
            raise OperationalError("server has gone away")
        return pair(row)

    monkeypatch.setattr(consequences.stays, "pair", fail_once)
    told = store(camera, Sighting(plate_read("XY999ZZ", ended=True), EVIDENCE))
    assert Detection.objects.count() == 1
    assert Delivery.objects.count() == 2
    assert len(told.messages) == 1
