"""Every kind goes when it is too old, with its files; a dry run only counts, and the log says how much went."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from anpr_site.accounts.models import AccessRecord
from detections.models import Attempt, Detection
from detections.tests.rows import make_camera, make_detection, write_picture
from labeling.choices import State
from labeling.export_jobs import ask
from labeling.export_models import DatasetExport, DatasetImport, Progress
from labeling.import_jobs import ask_import, receive
from labeling.models import Purge, Sample
from labeling.retention import PurgeLoop, purge
from labeling.tests.dataset_rows import make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(settings: Settings) -> dict[str, str]:
    """One row of each kind that is forty days old and one that is new; the names of files that must go."""
    settings.DETECTION_DAYS = settings.SAMPLE_DAYS = settings.ACCESS_DAYS = settings.AUDIT_DAYS = 30
    settings.EXPORT_DAYS, settings.ATTEMPT_DAYS, settings.PICTURE_DAYS = 7, 7, 0
    camera, user = make_camera(), User.objects.create_user("sam", is_staff=True)
    then = timezone.now() - timedelta(days=40)
    names = {kind: write_picture(camera) for kind in ("detection", "attempt")}
    make_detection(camera, "OLD1", seconds_ago=40 * 86400, picture=names["detection"])
    make_detection(camera, "NEW1")
    Attempt.objects.create(camera=camera, at=then, stage="read", reason="blur", plate_picture=names["attempt"])
    AccessRecord.objects.create(user=user, user_name="sam", action="view", plate="OLD1", what="/")
    AccessRecord.objects.update(at=then)
    AccessRecord.objects.create(user=user, user_name="sam", action="view", plate="NEW1", what="/")
    names["sample"] = make_sample(0).frame.name
    names["pending"] = make_sample(1, state=State.PENDING).frame.name
    Sample.objects.update(created_at=then)
    make_sample(2)
    export = ask(user)
    export.path.parent.mkdir(parents=True)
    export.path.write_bytes(b"zip")
    DatasetExport.objects.update(progress=Progress.DONE, ended_at=then)
    names["export"] = str(export.path)
    half = ask_import(user, "half.zip", 10)
    receive(half, 0, b"half")
    DatasetImport.objects.update(asked_at=then)
    names["import"] = str(half.path)
    return names


def test_what_is_too_old_goes_with_its_files(old: dict[str, str]) -> None:
    gone = purge()
    counts = {name: count for name, count in gone.items() if name != "changes"}
    assert {name: count for name, count in counts.items() if count} == {
        "detections": 1,
        "attempts": 1,
        "samples": 1,
        "exports": 1,
        "imports": 1,
        "access records": 1,
    }
    assert list(Detection.objects.values_list("plate_text", flat=True)) == ["NEW1"]
    assert not any(default_storage.exists(old[kind]) for kind in ("detection", "attempt", "sample"))
    assert not Path(old["export"]).exists()
    assert not Path(old["import"]).exists()
    assert default_storage.exists(old["pending"]), "what nobody has judged follows Dataset Mode's own rules"
    assert Sample.objects.count() == 2
    assert AccessRecord.objects.get().plate == "NEW1"


def test_a_dry_run_counts_and_deletes_nothing(old: dict[str, str]) -> None:
    said = StringIO()
    call_command("purge", "--dry-run", stdout=said)
    assert "would delete 1 detections" in said.getvalue()
    assert "would delete 1 exports" in said.getvalue()
    assert Detection.objects.count() == 2
    assert Path(old["export"]).exists()
    assert not Purge.objects.exists()


def test_the_log_adds_up_a_day(old: dict[str, str]) -> None:
    assert PurgeLoop().step() >= 5
    make_detection(make_camera("Yard"), "OLD2", seconds_ago=40 * 86400)
    PurgeLoop().step()
    assert Purge.objects.get(kind="detections").rows == 2
    assert PurgeLoop().step() == 0
    assert Purge.objects.get(kind="detections").rows == 2


def test_pictures_go_first_where_they_are_kept_for_less(old: dict[str, str], settings: Settings) -> None:
    settings.DETECTION_DAYS, settings.PICTURE_DAYS = 90, 14
    assert purge()["pictures"] == 1
    assert Detection.objects.get(plate_text="OLD1").picture.name == ""
    assert not default_storage.exists(old["detection"])


def test_zero_days_keep_for_ever(old: dict[str, str], settings: Settings) -> None:
    for name in ("DETECTION", "SAMPLE", "ACCESS", "AUDIT", "EXPORT", "ATTEMPT", "PICTURE"):
        setattr(settings, f"{name}_DAYS", 0)
    assert sum(purge().values()) == 0
