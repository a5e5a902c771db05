"""Which reads become which rows."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.db.models.fields.files import ImageFieldFile

from cameras.models import Camera
from detections import pictures
from detections.models import Attempt, Detection
from detections.pictures import KeptLooks, Pictures, kept_looks, sighting
from detections.record import record, record_attempts
from inference.types import (
    Attributes,
    Box,
    Frame,
    FrameResult,
    Observation,
    Plate,
    PlateRead,
    Reading,
    Standing,
    Vehicle,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = 1_790_000_000.0
EVIDENCE = Pictures(b"frame", b"vehicle", b"plate")


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="Gate", source_url="synthetic:")


def observation(at: float = NOW) -> Observation:
    image = np.full((90, 160, 3), 90, np.uint8)
    vehicle = Vehicle(Box(20, 10, 120, 80), "car", 0.9)
    corners = np.array([(50, 60), (80, 60), (80, 68), (50, 68)], np.float32)
    return Observation(
        Frame(image, 7, at, at), vehicle, Plate(Box(50, 60, 80, 68), 0.8, corners, image[60:68, 50:80], vehicle)
    )


def plate_read(text: str = "AB123CD", track: str = "one", **changes: object) -> PlateRead:
    read = PlateRead(
        track_id=track,
        text=text,
        confidence=0.9 if text else 0.0,
        char_confidences=(0.9,) * len(text),
        votes=3 if text else 0,
        looks=4,
        first_seen=NOW,
        last_seen=NOW + 1,
        direction="approaching",
        attributes=Attributes("Toyota", 0.8, "white", 0.7),
        best=observation(),
        raw_text=text,
        region="IT" if text else None,
    )
    return replace(read, **changes)


def content(picture: ImageFieldFile) -> bytes:
    return Path(picture.path).read_bytes()


def test_a_read_becomes_a_row_with_all_that_is_known(camera: Camera) -> None:
    found = record(camera.pk, plate_read(), EVIDENCE)
    row = Detection.objects.get()
    assert found.created
    assert (row.plate_text, row.plate_norm, row.region, row.votes, row.looks) == ("AB123CD", "AB123CD", "IT", 3, 4)
    assert (row.kind, row.brand, row.color, row.direction) == ("car", "Toyota", "white", "approaching")
    assert row.plate_box == [50, 60, 80, 68]
    assert row.corners[1] == [80.0, 60.0]
    assert content(row.plate_picture) == b"plate"


def test_the_same_read_again_changes_nothing(camera: Camera) -> None:
    first = record(camera.pk, plate_read(), EVIDENCE)
    again = record(camera.pk, plate_read(), EVIDENCE)
    assert not again.created
    assert again.detection.picture == first.detection.picture
    assert default_storage.exists(again.detection.picture.name)
    assert Detection.objects.count() == 1


def test_the_same_plate_a_moment_later_prolongs_its_visit(camera: Camera) -> None:
    record(camera.pk, plate_read(), EVIDENCE)
    record(camera.pk, plate_read(track="two", first_seen=NOW + 30, last_seen=NOW + 40), EVIDENCE)
    row = Detection.objects.get()
    assert row.last_seen.timestamp() == NOW + 40


def test_the_same_plate_much_later_is_another_visit(camera: Camera) -> None:
    record(camera.pk, plate_read(), EVIDENCE)
    record(camera.pk, plate_read(track="two", first_seen=NOW + 60, last_seen=NOW + 61), EVIDENCE)
    assert Detection.objects.count() == 2


def test_the_same_plate_at_another_camera_is_another_detection(camera: Camera) -> None:
    other = Camera.objects.create(name="Yard", source_url="synthetic:2")
    record(camera.pk, plate_read(), EVIDENCE)
    record(other.pk, plate_read(track="two"), EVIDENCE)
    assert Detection.objects.count() == 2


@pytest.mark.parametrize(("first", "votes", "stands"), [(3, 1, "AB123CD"), (1, 9, "AB128CD")])
def test_of_a_plate_and_its_misreading_the_stronger_stands(camera: Camera, first: int, votes: int, stands: str) -> None:
    record(camera.pk, plate_read(votes=first), EVIDENCE)
    later = plate_read("AB128CD", "two", votes=votes, first_seen=NOW + 5, last_seen=NOW + 6, best=observation(NOW + 6))
    record(camera.pk, later, Pictures(b"later", b"later", b"later"))
    row = Detection.objects.get()
    assert row.plate_text == stands
    assert content(row.picture) == (b"frame" if stands == "AB123CD" else b"later")


@pytest.mark.parametrize(
    ("one", "other", "region", "rows"),
    [
        ("AB123CD", "AB124CD", "IT", 2),
        ("AB123CD", "AB124CD", None, 2),
        ("AB12OCD", "AB120CD", None, 1),
        ("AB123C", "AB123CD", None, 1),
        ("AB123C", "AB123CD", "IT", 2),
    ],
)
def test_confirmed_neighbours_stay_two_unless_they_look_alike_or_one_is_a_part(
    camera: Camera, one: str, other: str, region: str | None, rows: int
) -> None:
    for first, second in ((one, other), (other, one)):
        Detection.objects.all().delete()
        record(camera.pk, plate_read(first, region=region), EVIDENCE)
        record(camera.pk, plate_read(second, "two", region=region, first_seen=NOW + 5, last_seen=NOW + 6), EVIDENCE)
        assert Detection.objects.count() == rows


def test_an_unread_row_that_is_read_as_a_recent_visit_goes_up_in_it(camera: Camera) -> None:
    visit = record(camera.pk, plate_read(), EVIDENCE).detection
    again = {"first_seen": NOW + 20, "best": observation(NOW + 21)}
    unread = record(camera.pk, plate_read("", "two", last_seen=NOW + 22, **again), EVIDENCE).detection
    seen = Attempt.objects.create(camera=camera, detection=unread, track_id="two", at=unread.first_seen)
    found = record(camera.pk, plate_read("AB123CD", "two", last_seen=NOW + 25, **again), EVIDENCE)
    assert (found.detection.pk, found.created, found.removed) == (visit.pk, False, unread.pk)
    row = Detection.objects.get()
    assert row.last_seen.timestamp() == NOW + 25
    assert not default_storage.exists(unread.picture.name)
    assert default_storage.exists(row.picture.name)
    seen.refresh_from_db()
    assert seen.detection == row


def test_quite_another_plate_is_another_detection(camera: Camera) -> None:
    record(camera.pk, plate_read(), EVIDENCE)
    record(camera.pk, plate_read("ZZ999ZZ", "two"), EVIDENCE)
    assert Detection.objects.count() == 2


def test_a_vehicle_whose_plate_is_read_later_stays_one_row(camera: Camera) -> None:
    record(camera.pk, plate_read(""), EVIDENCE)
    found = record(camera.pk, plate_read(best=observation(NOW + 2)), Pictures(b"f2", b"v2", b"p2"))
    assert not found.created
    row = Detection.objects.get()
    assert row.plate_text == "AB123CD"
    assert content(row.picture) == b"f2"


def test_two_unread_vehicles_stay_two(camera: Camera) -> None:
    record(camera.pk, plate_read(""), EVIDENCE)
    record(camera.pk, plate_read("", "two"), EVIDENCE)
    assert Detection.objects.count() == 2


def test_an_unread_look_never_takes_a_text_away(camera: Camera) -> None:
    record(camera.pk, plate_read(), EVIDENCE)
    record(camera.pk, plate_read("", best=observation(NOW + 3)), EVIDENCE)
    assert Detection.objects.get().plate_text == "AB123CD"


def test_replaced_pictures_are_removed(camera: Camera) -> None:
    before = record(camera.pk, plate_read(), EVIDENCE).detection
    record(camera.pk, plate_read("AB128CD", votes=5, best=observation(NOW + 2)), EVIDENCE)
    assert not default_storage.exists(before.picture.name)
    assert default_storage.exists(Detection.objects.get().picture.name)


def test_a_full_disk_costs_the_pictures_only(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    found = record(camera.pk, plate_read(), EVIDENCE)
    assert "No space left" in found.picture_error
    row = Detection.objects.get()
    assert row.plate_text == "AB123CD"
    assert not row.picture


def test_a_full_disk_does_not_cost_the_pictures_that_are_there(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    record(camera.pk, plate_read(), EVIDENCE)
    monkeypatch.setattr(default_storage, "save", full)
    record(camera.pk, plate_read(votes=5, best=observation(NOW + 2)), EVIDENCE)
    row = Detection.objects.get()
    assert row.votes == 5
    assert content(row.picture) == b"frame"


def test_failed_looks_that_are_not_stored_leave_no_pictures(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    seen = replace(observation(), stage="read", reason="blur")
    monkeypatch.setattr(Attempt.objects, "bulk_create", away)
    with pytest.raises(OperationalError):
        record_attempts(camera.pk, kept_looks(FrameResult(seen.frame, observations=(seen,)), [0]))
    assert not list(tmp_path.rglob("*.jpg"))


def test_no_half_set_of_pictures_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = default_storage.save

    def full_at_the_plate(name: str, content: object) -> str:
        if name.endswith("plate.jpg"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", full_at_the_plate)
    with pytest.raises(OSError, match="No space"):
        pictures.write(pictures.names_of("detections", "one", NOW), EVIDENCE)
    assert not list(tmp_path.rglob("*.jpg"))


def test_looks_are_kept_with_their_reason_and_go_to_their_visit(camera: Camera) -> None:
    failed = replace(observation(), stage="read", reason="low_reading_confidence", reading=Reading("AB1", 0.2, (0.2,)))
    counted = replace(observation(), stage="read", reading=Reading("AB123CD", 0.9))
    standings = (Standing("one"), Standing("other"), None)
    result = FrameResult(failed.frame, (), (failed, counted, observation()), ms={"detect": 12.34}, standings=standings)
    looks = kept_looks(result, [0, 1])
    assert isinstance(looks, KeptLooks)
    assert record_attempts(camera.pk, looks) == ""
    row = record(camera.pk, plate_read(), EVIDENCE).detection
    attempt = Attempt.objects.get(track_id="one")
    assert (attempt.stage, attempt.reason, attempt.text) == ("read", "low_reading_confidence", "AB1")
    assert (attempt.detection, attempt.ms, attempt.corners[1]) == (row, {"detect": 12.3}, [80.0, 60.0])
    assert attempt.measures["plate_width"] == 30
    assert attempt.plate_picture
    assert attempt.vehicle_picture
    other = Attempt.objects.get(track_id="other")
    assert (other.reason, other.detection) == ("", None)
    assert not other.vehicle_picture


def test_how_it_was_read_is_kept_with_the_picture_it_was_read_from(camera: Camera) -> None:
    best = replace(observation(), reading=Reading("AB123CD", 0.9, (0.8,) * 7, "A8123CD"), ms={"detect": 21.04})
    first = sighting(plate_read(best=best, tallies=(("AB123CD", 3, 0.8), ("AB128CD", 1, 0.2))))
    record(camera.pk, first.read, first.pictures, breakdown=first.breakdown)
    kept = Detection.objects.get().breakdown
    assert kept["ms"] == {"detect": 21.0}
    assert kept["measures"]["frame"] == [160, 90]
    assert kept["reading"]["raw_text"] == "A8123CD"
    assert kept["votes"] == [["AB123CD", 3, 0.8], ["AB128CD", 1, 0.2]]
    later = sighting(plate_read(votes=9, best=observation(NOW + 5), tallies=(("AB123CD", 9, 1.0),)))
    record(camera.pk, later.read, Pictures(), breakdown=later.breakdown)
    row = Detection.objects.get()
    assert row.breakdown["votes"] == [["AB123CD", 9, 1.0]]
    assert row.breakdown["ms"] == {"detect": 21.0}, "the picture is still that of the first"


def test_a_read_waits_without_pixels() -> None:
    waiting = sighting(plate_read())
    assert waiting.read.best.frame.image.size == 0
    assert waiting.read.best.plate is not None
    assert waiting.read.best.plate.crop is None
    assert all((waiting.pictures.frame, waiting.pictures.vehicle, waiting.pictures.plate))
