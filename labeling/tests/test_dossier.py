"""Everything about one plate is found, taken out and erased, everywhere; nothing about others is touched."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from anpr_site.accounts.models import AccessRecord
from cameras.models import Camera
from detections.models import (
    AccessDecision,
    Attempt,
    Delivery,
    Destination,
    Detection,
    Gate,
    PlateList,
    PlateNote,
    PlateTag,
    SavedSearch,
    Site,
    Stay,
)
from detections.plate_index import keep
from detections.registry_models import RegisteredPlate
from detections.tests.rows import make_camera, make_detection, write_picture
from labeling.choices import State
from labeling.dossier import erase, find, near_plates, write_zip
from labeling.export_jobs import ExportLoop, ask
from labeling.models import Label, PrivacyRecord, Sample
from labeling.tests.dataset_rows import make_sample
from labeling.tests.test_export_jobs import GOES_ON

pytestmark = pytest.mark.django_db
PLATE, OTHER = "BAX1234", "KLM5678"


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("sam", password="sam", is_staff=True)


def leave_traces(camera: Camera, user: User, plate: str, number: int) -> None:
    """Rows of every kind that name the plate."""
    pictures = {field: write_picture(camera) for field in ("picture", "vehicle_picture", "plate_picture")}
    seen = make_detection(camera, plate, others=[[plate[:-1] + "X", 1]], **pictures)
    keep(plate)
    typed = f"{plate[:2]}-{plate[2]} {plate[3:]}"
    lists, _ = PlateList.objects.get_or_create(name="Staff")
    entry = RegisteredPlate.objects.create(list=lists, plate_text=typed, owner=f"Owner {number}")
    gate = Gate.objects.filter(camera=camera).first() or Gate.objects.create(name="Gate", camera=camera)
    site, _ = Site.objects.get_or_create(name="Yard")
    now = timezone.now()
    decision = {"gate": gate, "camera": camera, "stage": "final", "decision": "allow", "at": now}
    AccessDecision.objects.create(detection=seen, plate_text=plate, registered=entry, **decision)
    Stay.objects.create(site=site, plate_text=plate, plate_norm=plate, entered_at=now, entry=seen)
    hook, _ = Destination.objects.get_or_create(name="Hook", transport="webhook", address="https://example.org")
    Delivery.objects.create(destination=hook, event="detection.new", payload={"plate": plate}, detection=seen)
    Delivery.objects.create(destination=hook, event="gate.open", payload={"detection": {"plate_text": plate}})
    Attempt.objects.create(camera=camera, at=now, stage="read", reason="format", text=plate, track_id="elsewhere")
    Attempt.objects.create(camera=camera, at=now, stage="read", reason="blur", detection=seen, track_id=seen.track_id)
    make_sample(number, plate, camera=camera, detection=seen)
    renamed = make_sample(number + 50, "ZZ11", camera=camera)
    after = {"true_text": plate, "state": "corrected"}
    Label.objects.create(sample=renamed, state=State.CORRECTED, after=after, undone=True)
    PlateNote.objects.create(plate=plate, text="parks askew", author=user)
    PlateTag.objects.create(plate=plate, name="visitor", author=user)
    SavedSearch.objects.create(user=user, name=f"search {number}", query=f"plate={plate}&camera=1")
    AccessRecord.objects.create(user=user, user_name="sam", action="view", plate=plate, what="/")
    AccessRecord.objects.create(user=user, user_name="sam", action="search", what=f"/detections/?plate={plate.lower()}")


def everything() -> Iterator[tuple[str, str]]:
    """Each row of the database as text, and the name of its table."""
    for model in apps.get_models():
        for row in model._default_manager.all().values():
            yield model._meta.label, json.dumps(row, default=str)


def tables_with(plate: str) -> set[str]:
    written = plate[:2] + "-" + plate[2] + " " + plate[3:]
    return {label for label, row in everything() if plate in row.upper() or written in row}


def files_of(camera: Camera) -> set[Path]:
    return set((Path(django_settings.MEDIA_ROOT) / str(camera.pk)).rglob("*.jpg"))


def test_after_erasing_no_table_and_no_file_knows_the_plate(camera: Camera, user: User) -> None:
    leave_traces(camera, user, OTHER, 1)
    others, kept = files_of(camera), dict.fromkeys(tables_with(OTHER))
    before = {label: sum(row_label == label for row_label, _ in everything()) for label in kept}
    leave_traces(camera, user, PLATE, 2)
    misread = make_detection(
        camera, "BAX1284", others=[[PLATE, 1], ["BAX12B4", 1]], breakdown={"votes": [[PLATE, 1]]}, raw_text=PLATE
    )
    keep("BAX1284")
    ask(user)
    ExportLoop().step(GOES_ON)
    assert len(tables_with(PLATE)) > 12
    gone = erase(find([PLATE]))
    assert tables_with(PLATE) == set()
    assert gone == {
        **{"exports": 1, "samples": 2, "deliveries": 2, "decisions": 1, "stays": 1, "attempts": 2, "detections": 1},
        **{"mentions": 1, "registered": 1, "notes": 1, "tags": 1, "searches": 1, "viewers": 0, "answers": 0},
        **{"access": 2, "changes": gone["changes"], "admin": 0},
    }
    misread.refresh_from_db()
    assert (misread.plate_text, misread.others, misread.breakdown) == ("BAX1284", [["BAX12B4", 1]], {})
    assert files_of(camera) == others
    after = {label: sum(row_label == label for row_label, _ in everything()) for label in kept}
    for label in kept:
        assert after[label] >= before[label]
    assert tables_with(OTHER) == set(kept)
    assert sum(erase(find([PLATE])).values()) == 0


def test_people_stay_in_the_log_without_the_plate(camera: Camera, user: User) -> None:
    leave_traces(camera, user, PLATE, 2)
    erase(find([PLATE]))
    assert set(AccessRecord.objects.values_list("user_name", "plate", "what")) == {("sam", "", "erased")}


def test_the_export_holds_rows_and_pictures(camera: Camera, user: User, tmp_path: Path) -> None:
    leave_traces(camera, user, PLATE, 1)
    leave_traces(camera, user, OTHER, 2)
    counts = write_zip(find([PLATE]), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        rows = json.loads(packed.read("detections.json"))
        assert [row["plate_text"] for row in rows] == [PLATE]
        assert json.loads(packed.read("registered.json"))[0]["owner"] == "Owner 1"
        assert all(packed.read(name)[:2] == b"\xff\xd8" for name in packed.namelist() if name.endswith(".jpg"))
        assert OTHER.encode() not in b"".join(packed.read(n) for n in packed.namelist() if n.endswith(".json"))
    assert counts["pictures"] == 3 + 4 + 4


def test_digits_alone_are_not_looked_for_in_numbers(camera: Camera, user: User) -> None:
    make_detection(camera, "1234")
    record = AccessRecord.objects.create(user=user, user_name="sam", action="view", what="/detections/1234/")
    AccessRecord.objects.create(user=user, user_name="sam", action="search", what="/detections/?plate=1234")
    make_detection(camera, "ABC", breakdown={"ms": {"total": 1234}})
    assert find(["1234"]).counts()["access"] == 1
    erase(find(["1234"]))
    record.refresh_from_db()
    assert record.what == "/detections/1234/"


def test_what_may_be_the_same_vehicle_is_named_and_taken_on_demand(camera: Camera) -> None:
    for text in (PLATE, "8AX1234", "BAX1235", "XYZ9999"):
        make_detection(camera, text)
        keep(text)
    assert dict(near_plates(PLATE)) == {"8AX1234": 1, "BAX1235": 1}
    erase(find([PLATE, "8ax 1234"]))
    assert set(Detection.objects.values_list("plate_text", flat=True)) == {"BAX1235", "XYZ9999"}


@pytest.mark.parametrize("text", ["", "-", "A"])
def test_what_is_no_plate_erases_nothing(camera: Camera, text: str) -> None:
    make_detection(camera, "")
    with pytest.raises(ValueError, match="at least two"):
        find([text])


def test_the_command_logs_without_the_plate(camera: Camera, user: User, tmp_path: Path) -> None:
    leave_traces(camera, user, PLATE, 1)
    said = StringIO()
    call_command("plate_data", "find", "bax-1234", "--reference", "R-17", stdout=said)
    assert "       1 detections" in said.getvalue()
    call_command("plate_data", "export", PLATE, "--out", str(tmp_path / "a.zip"), stdout=said)
    call_command("plate_data", "erase", PLATE, "--yes", stdout=said)
    assert not Detection.objects.exists()
    assert list(PrivacyRecord.objects.order_by("id").values_list("act", "reference")) == [
        ("found", "R-17"),
        ("exported", ""),
        ("erased", ""),
    ]
    assert "Detection" not in {label.split(".")[1] for label in tables_with(PLATE)}
    assert not any(PLATE in str(row) for row in PrivacyRecord.objects.values())
    with pytest.raises(CommandError, match="must not hold the plate"):
        call_command("plate_data", "find", PLATE, "--reference", "Mr X, BAX 1234")
    with pytest.raises(CommandError, match="is there already"):
        call_command("plate_data", "export", PLATE, "--out", str(tmp_path / "a.zip"))


def test_staff_find_export_and_erase_on_a_page(client: Client, camera: Camera, user: User) -> None:
    leave_traces(camera, user, PLATE, 1)
    client.force_login(user)
    page = client.post("/dataset/privacy/", {"act": "find", "plate": "bax 1234", "reference": "R-1"}).content.decode()
    assert "Owner 1" not in page
    assert "R-1" in page
    answer = client.post("/dataset/privacy/", {"act": "export", "plate": PLATE})
    content = b"".join(answer.streaming_content) if not answer.is_async else b""
    assert answer["Content-Type"] == "application/zip"
    assert answer.is_async or content[:2] == b"PK"
    page = client.post("/dataset/privacy/", {"act": "erase", "plate": PLATE, "again": "BAX"}).content.decode()
    assert "Write the plate once more" in page
    assert Detection.objects.exists()
    page = client.post("/dataset/privacy/", {"act": "erase", "plate": PLATE, "again": "bax 1234"}).content.decode()
    assert "Erased" in page
    assert not Detection.objects.exists()
    assert set(PrivacyRecord.objects.values_list("act", "by_name")) == {
        ("found", "sam"),
        ("exported", "sam"),
        ("erased", "sam"),
    }
    page = client.post("/dataset/privacy/", {"act": "find", "plate": "-"}).content.decode()
    assert "at least two letters" in page


def test_others_have_no_business_there(client: Client) -> None:
    client.force_login(User.objects.create_user("olga"))
    assert client.get("/dataset/privacy/").status_code == 403


def test_a_sample_of_an_erased_visit_goes_too(camera: Camera) -> None:
    seen = make_detection(camera, PLATE, seconds_ago=timedelta(days=1).total_seconds())
    make_sample(0, "MISREAD", camera=camera, visit=seen.track_id)
    erase(find([PLATE]))
    assert not Sample.objects.exists()


def test_no_row_of_a_live_page_keeps_the_address(client: Client, user: User, camera: Camera) -> None:
    from detections.models import Viewer

    values: dict[str, Any] = {"user": user, "seen_at": timezone.now()}
    Viewer.objects.create(tab="a", page=f"/plates/{PLATE}/", **values)
    Viewer.objects.create(tab="b", page="/detections/", **values)
    assert erase(find([PLATE]))["viewers"] == 1
