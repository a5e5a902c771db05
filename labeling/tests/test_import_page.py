"""A dataset that staff bring in on the page: it comes by parts, is taken in behind, and leaves no zip."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.dataset_files import ZipTarget
from labeling.dataset_plan import Options
from labeling.export import export_dataset
from labeling.export_jobs import ExportLoop, ask
from labeling.export_models import DatasetExport, DatasetImport, Progress
from labeling.import_jobs import ask_import, import_next, receive, remove
from labeling.models import PrivacyRecord, Sample
from labeling.tests.dataset_rows import make_sample
from labeling.tests.rows import make_labeler

pytestmark = pytest.mark.django_db
GOES_ON = threading.Event()
PAGE = "/dataset/imports/"


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("sam", is_staff=True)


@pytest.fixture
def zipped(tmp_path: Path) -> bytes:
    for number in range(5):
        make_sample(number)
    export_dataset(ZipTarget(tmp_path / "a.zip"), Options(), lambda *_: None)
    Sample.objects.all().delete()
    return (tmp_path / "a.zip").read_bytes()


def order(client: Client, size: int, **values: Any) -> Any:
    return client.post(PAGE, {"name": "theirs.zip", "size": size, **values})


def send(client: Client, address: str, content: bytes, step: int = 20_000) -> None:
    for at in range(0, len(content), step):
        part = content[at : at + step]
        answer = client.post(f"{address}?at={at}", part, content_type="application/octet-stream")
        assert answer.json() == {"received": at + len(part)}


def test_a_zip_comes_by_parts_and_becomes_samples(client: Client, staff: User, zipped: bytes) -> None:
    client.force_login(staff)
    assert "No import yet" in client.get(PAGE).content.decode()
    told = order(client, len(zipped)).json()
    assert import_next(GOES_ON) is None, "it has not come yet"
    send(client, told["part"], zipped)
    assert "Waiting for its turn" in client.get(PAGE).content.decode()
    work = import_next(GOES_ON)
    assert work is not None
    assert (work.progress, work.counts, work.percent) == (Progress.DONE, {"new": 5}, 100)
    assert not work.path.exists()
    assert set(Sample.objects.values_list("origin_name", flat=True)) == {"theirs.zip"}
    entry = PrivacyRecord.objects.get()
    assert (entry.act, entry.by, entry.reference, entry.counts) == ("imported", staff, "theirs.zip", {"new": 5})
    assert "5 imported, 0 got their answer, 0 were known" in client.get(PAGE).content.decode()
    send(client, order(client, len(zipped), only_check="on").json()["part"], zipped)
    import_next(GOES_ON)
    assert "5 samples, nothing wrong; nothing was imported" in client.get(PAGE).content.decode()
    assert Sample.objects.count() == 5


def test_what_is_wrong_is_shown_and_nothing_comes_in(client: Client, staff: User, zipped: bytes) -> None:
    client.force_login(staff)
    broken = zipped.replace(b"\xff\xd8\xff", b"\xff\xd0\xff", 1)
    send(client, order(client, len(broken)).json()["part"], broken)
    work = import_next(GOES_ON)
    assert work is not None
    assert work.progress == Progress.FAILED
    page = client.get(PAGE).content.decode()
    assert "Nothing was imported:" in page
    assert "theirs.zip/" in page
    assert not Sample.objects.exists()
    assert not work.path.exists()


def test_a_part_that_is_not_the_next_one_changes_nothing(staff: User) -> None:
    work = ask_import(staff, "a.zip", 10)
    assert receive(work, 0, b"abcd") == 4
    assert receive(work, 0, b"wxyz") == 4, "sent again, since nobody heard of the first"
    assert receive(work, 6, b"x") == 4
    assert receive(work, 4, b"1234567") == 4, "more than was said"
    assert receive(work, 4, b"efghij") == 10
    assert work.path.read_bytes() == b"abcdefghij"


def test_a_stop_gives_the_import_back_and_the_rest_is_as_if_it_had_not_begun(staff: User, zipped: bytes) -> None:
    work = ask_import(staff, "a.zip", len(zipped))
    receive(work, 0, zipped)
    stop = threading.Event()
    stop.set()
    assert import_next(stop) is not None
    work.refresh_from_db()
    assert (work.progress, work.path.exists()) == (Progress.WAITING, True)
    assert not Sample.objects.exists()
    ExportLoop().step(GOES_ON)
    assert import_next(GOES_ON) is not None
    assert Sample.objects.count() == 5


def test_what_is_removed_while_it_runs_leaves_nothing(staff: User, zipped: bytes) -> None:
    work = ask_import(staff, "a.zip", len(zipped))
    receive(work, 0, zipped)

    def tick() -> float:
        remove(work)
        return 0.0

    assert import_next(GOES_ON, tick) is None
    assert not DatasetImport.objects.exists()
    assert not Sample.objects.exists()
    assert not list(work.path.parent.glob("*"))


def test_an_export_that_is_removed_while_it_runs_stops_nobody_else(staff: User) -> None:
    make_sample(0)
    export = ask(staff)

    def tick() -> float:
        DatasetExport.objects.all().delete()
        return 0.0

    assert ExportLoop(tick).step(GOES_ON) is None
    assert not export.path.exists()


def test_what_cannot_be_ordered_is_said(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert order(client, 0).status_code == 400
    assert "no room" in order(client, 1 << 60).json()["error"]
    part = order(client, 5).json()["part"]
    assert client.post(part, b"abc", content_type="application/octet-stream").status_code == 400
    assert client.post(f"{part}?at=-1", b"abc", content_type="application/octet-stream").status_code == 400


def test_only_staff_import(client: Client, staff: User) -> None:
    work = ask_import(staff, "a.zip", 3)
    client.force_login(make_labeler())
    for answer in (
        client.get(PAGE),
        order(client, 3),
        client.post(f"{PAGE}{work.pk}/part/?at=0"),
        client.post(f"{PAGE}{work.pk}/delete/"),
    ):
        assert answer.status_code == 403
    client.force_login(User.objects.create_user("other", is_staff=True))
    assert client.post(f"{PAGE}{work.pk}/part/?at=0", b"abc", content_type="text/plain").status_code == 404
    assert client.post(f"{PAGE}{work.pk}/delete/").status_code == 302
    assert not DatasetImport.objects.exists()
