"""Which reads become samples, what a sample holds, and that the disk never fills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, transaction
from django.utils import timezone

from cameras.models import Camera
from cameras.tests.clock import Clock
from detections.pictures import KeptLook, KeptLooks, Pictures, Sighting, jpeg
from detections.record import record
from detections.tests.rows import make_camera
from detections.tests.test_record import plate_read
from inference.types import Box, Frame, Observation, Plate, PlateRead, Reading, Vehicle
from labeling import collect, quota
from labeling.choices import Reason, State
from labeling.collect import Collector, reason_to_keep, uncertainty_of
from labeling.models import PICTURES, DatasetSettings, Sample
from labeling.quota import MIB, make_room
from labeling.tests.rows import drawn_frame, make_sample

pytestmark = pytest.mark.django_db

FRAME = jpeg(drawn_frame())
SURE = replace(plate_read(), char_confidences=(0.99,) * 7, votes=5, others=(), region="de")


@pytest.fixture
def camera() -> Camera:
    DatasetSettings(is_on=True).save()
    return make_camera(dataset_mode="everything")


def seen(read: PlateRead = SURE) -> Sighting:
    return Sighting(read, Pictures(FRAME, jpeg(drawn_frame()[60:320, 180:460]), jpeg(drawn_frame()[230:262, 260:380])))


def keep(camera: Camera, sighting: Sighting, collector: Collector | None = None) -> Sample | None:
    row = record(camera.pk, sighting.read, sighting.pictures).detection
    return (collector or Collector(camera.pk)).keep(row, sighting, "reader 7")


def test_a_sample_holds_all_that_was_predicted(camera: Camera) -> None:
    read = replace(SURE, others=(("BAX1Z34", 1),))
    sample = keep(camera, seen(read))
    assert sample is not None
    sample.refresh_from_db()
    assert (sample.text, sample.votes, sample.others) == (read.text, 5, [["BAX1Z34", 1]])
    assert (sample.camera, sample.camera_name, sample.model_version) == (camera, "Gate", "reader 7")
    assert (sample.width, sample.height) == (640, 360)
    assert sample.detection is not None
    assert sample.visit == sample.detection.track_id
    assert sample.state == State.PENDING
    assert len(sample.picture_hash) == 16
    sizes = [getattr(sample, field).size for field in PICTURES]
    assert sum(sizes) == sample.bytes
    assert all(sizes)


@pytest.mark.parametrize(
    ("mode", "read", "reason"),
    [
        ("off", SURE, None),
        ("everything", SURE, Reason.EVERYTHING),
        ("uncertain", SURE, None),
        ("uncertain", replace(SURE, char_confidences=(0.99, 0.5)), Reason.UNCERTAIN),
        ("uncertain", replace(SURE, others=(("XX1", 4),)), Reason.UNCERTAIN),
        ("uncertain", replace(SURE, votes=1), Reason.UNCERTAIN),
        ("uncertain", replace(SURE, text="", char_confidences=()), Reason.UNCERTAIN),
        ("hard_negatives", SURE, None),
        ("hard_negatives", replace(SURE, votes=1, region=None), Reason.HARD_NEGATIVE),
    ],
)
def test_the_mode_decides(mode: str, read: PlateRead, reason: Reason | None) -> None:
    assert reason_to_keep(read, mode, 10) == reason


def test_one_in_so_many_is_about_one_in_so_many_and_the_same_each_time() -> None:
    reads = [replace(SURE, track_id=f"track-{number}") for number in range(2000)]
    kept = [reason_to_keep(read, "one_in_n", 10) is not None for read in reads]
    assert 150 < sum(kept) < 250
    assert kept == [reason_to_keep(read, "one_in_n", 10) is not None for read in reads]


def test_the_weakest_character_decides_not_the_mean() -> None:
    assert uncertainty_of(replace(SURE, char_confidences=(1, 1, 1, 0.2, 1, 1))) == 0.8
    assert uncertainty_of(SURE) == pytest.approx(0.01)


def test_the_switch_for_all_is_obeyed_within_two_seconds(camera: Camera) -> None:
    clock = Clock()
    collector = Collector(camera.pk, clock)
    assert keep(camera, seen(), collector) is not None
    DatasetSettings(is_on=False).save()
    clock.now += 3
    assert keep(camera, seen(replace(SURE, track_id="b")), collector) is None


def test_the_same_read_told_again_is_one_sample_another_text_is_another(camera: Camera) -> None:
    collector = Collector(camera.pk)
    first = keep(camera, seen(), collector)
    assert keep(camera, seen(), collector) is None
    other = keep(camera, seen(replace(SURE, text=SURE.text[:-1] + "Z")), collector)
    assert first is not None
    assert other is not None
    assert other.visit == first.visit
    assert other.group == first.group, "one edit away and the same picture"


def test_a_parked_car_seen_again_joins_the_group(camera: Camera) -> None:
    first = keep(camera, seen())
    later = replace(SURE, track_id="later", first_seen=SURE.first_seen + 900, last_seen=SURE.last_seen + 900)
    again = keep(camera, seen(later))
    unlike = keep(camera, seen(replace(later, track_id="c", text="KLM987")))
    assert first is not None
    assert again is not None
    assert unlike is not None
    assert again.visit != first.visit
    assert again.group == first.group
    assert unlike.group != first.group


def failed_look(text: str, image: np.ndarray, frame: bytes = FRAME) -> KeptLooks:
    box = Box(260, 230, 380, 262)
    look = Observation(
        Frame(image, 1, 1_790_000_000.0, 1.0),
        Vehicle(Box(180, 60, 460, 320), "car", 0.9),
        Plate(box, 0.5),
        Reading(text, 0.3, (0.3,) * len(text)),
        stage="read",
        reason="format",
    )
    return KeptLooks(1_790_000_000.0, (KeptLook(look, Pictures(plate=jpeg(box.crop(image)))),), {}, frame)


def test_hard_negatives_are_kept_once(camera: Camera) -> None:
    camera.dataset_mode = "hard_negatives"
    camera.save()
    clock = Clock()
    collector = Collector(camera.pk, clock)
    assert collector.keep_failed(failed_look("TAXI", drawn_frame("TAXI"), frame=b"")) is None, "no frame to learn from"
    assert collector.wants_frames
    kept = collector.keep_failed(failed_look("TAXI", drawn_frame("TAXI")))
    assert kept is not None
    assert (kept.reason, kept.text, kept.plate_box) == (Reason.HARD_NEGATIVE, "TAXI", [260, 230, 380, 262])
    clock.now += 60
    assert collector.keep_failed(failed_look("TAXI", drawn_frame("TAXI"))) is None, "it looks like the last one"


def test_a_full_disk_keeps_nothing_and_says_so(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "DISK_RESERVE", 1 << 60)
    collector = Collector(camera.pk)
    assert keep(camera, seen(), collector) is None
    assert collector.lost == 1
    assert Sample.objects.count() == 0


def test_errors_of_disk_and_database_do_not_reach_the_reads(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    row = record(camera.pk, SURE, seen().pictures).detection

    def refuses(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", refuses)
    collector = Collector(camera.pk)
    monkeypatch.setattr(collect.connection, "close", lambda: None)
    assert collector.keep(row, seen()) is None
    monkeypatch.setattr(collect, "save_with_files", lambda *_: (_ for _ in ()).throw(OperationalError("gone")))
    assert collector.keep(row, seen()) is None
    assert collector.lost == 2


def test_a_row_that_fails_leaves_no_pictures(camera: Camera) -> None:
    sample = make_sample(None)
    twin = Sample(uid=sample.uid, visit="x", captured_at=timezone.now())
    with pytest.raises(collect.DatabaseError), transaction.atomic():
        collect.save_with_files(twin, {"frame": FRAME})
    assert not list(Path(default_storage.path("")).rglob("*.jpg"))


def test_the_oldest_that_nobody_judged_make_room(camera: Camera) -> None:
    for number in range(6):
        sample = make_sample(camera, f"A{number}", bytes=MIB, state="correct" if number == 0 else "pending")
        Sample.objects.filter(pk=sample.pk).update(created_at=timezone.now() - timedelta(hours=10 - number))
    claimed = Sample.objects.get(text="A1")
    claimed.claimed_until = timezone.now() + timedelta(minutes=1)
    claimed.save()
    assert make_room(DatasetSettings(quota_mb=4, max_days=0)) == 3
    assert sorted(Sample.objects.values_list("text", flat=True)) == ["A0", "A1", "A5"]


def test_what_people_judged_stays_however_old(camera: Camera) -> None:
    for number, state in enumerate(("pending", "skipped", "correct", "wrong", "not_a_plate")):
        make_sample(camera, f"A{number}", state=state)
    make_sample(None, "IMPORTED", origin="import")
    Sample.objects.update(created_at=timezone.now() - timedelta(days=400))
    assert make_room(DatasetSettings(max_days=90)) == 2
    assert make_room(DatasetSettings(max_days=0)) == 0
    assert sorted(Sample.objects.values_list("text", flat=True)) == ["A2", "A3", "A4", "IMPORTED"]


def test_above_the_quota_with_nothing_to_give_up_no_sample_is_kept(camera: Camera) -> None:
    make_sample(camera, "OLD", bytes=2 * MIB, state="correct")
    DatasetSettings(is_on=True, quota_mb=1).save()
    assert keep(camera, seen()) is None
    assert Sample.objects.filter(text="OLD").exists()
