"""Exports in the background: ordered on a page, written by the loop, taken away by whom they belong to."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from anpr_site.accounts.models import AccessRecord
from cameras.models import Camera
from detections.tests.rows import make_camera
from labeling.choices import State
from labeling.export_jobs import ExportLoop, ask
from labeling.export_models import DatasetExport, Progress
from labeling.export_views import parts_of
from labeling.jobs import cancel
from labeling.models import PrivacyRecord
from labeling.tests.dataset_rows import make_sample

pytestmark = pytest.mark.django_db
GOES_ON = threading.Event()


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("sam", is_staff=True)


@pytest.fixture
def labeler(db: None) -> User:
    user = User.objects.create_user("lee")
    user.groups.add(Group.objects.get_or_create(name="labeler")[0])
    return user


def test_an_order_becomes_a_zip_and_a_line_in_the_privacy_log(staff: User) -> None:
    for number in range(4):
        make_sample(number)
    export = ask(staff, licence="CC0")
    assert ExportLoop().step(GOES_ON) is not None
    export.refresh_from_db()
    assert (export.progress, export.percent, export.done, export.total) == (Progress.DONE, 100, 4, 4)
    assert export.bytes == export.path.stat().st_size
    assert sum(export.counts["samples"].values()) == 4
    entry = PrivacyRecord.objects.get()
    assert (entry.act, entry.by, entry.by_name, entry.counts["samples"]) == ("dataset", staff, "sam", 4)
    assert ExportLoop().step(GOES_ON) is None


def test_what_a_dead_process_left_behind_is_begun_anew(staff: User) -> None:
    make_sample(0)
    export = ask(staff)
    DatasetExport.objects.update(progress=Progress.RUNNING, heartbeat_at=timezone.now(), done=1, total=1)
    assert ExportLoop().step(GOES_ON) is None
    DatasetExport.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=40))
    assert ExportLoop().step(GOES_ON) is not None
    export.refresh_from_db()
    assert export.progress == Progress.DONE


def test_a_stop_gives_the_export_back(staff: User) -> None:
    make_sample(0)
    export = ask(staff)
    stop = threading.Event()
    stop.set()
    ExportLoop().step(stop)
    export.refresh_from_db()
    assert export.progress == Progress.WAITING
    assert not list(export.path.parent.glob("*"))


def test_a_cancelled_export_leaves_nothing(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_sample(number)
    export = ask(staff)
    clock = iter(range(0, 1000, 10))

    def tick() -> float:
        now = next(clock)
        if now >= 20:
            cancel(export)
        return float(now)

    ExportLoop(tick).step(GOES_ON)
    export.refresh_from_db()
    assert export.progress == Progress.CANCELLED
    assert not list(export.path.parent.glob("*"))


def test_the_last_of_the_disk_is_not_taken(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sample(0)
    export = ask(staff)
    monkeypatch.setattr("labeling.jobs.DISK_RESERVE", 1 << 60)
    ExportLoop().step(GOES_ON)
    export.refresh_from_db()
    assert export.progress == Progress.FAILED
    assert "nearly full" in export.error
    assert not list(export.path.parent.glob("*"))


def test_a_disk_that_refuses_is_told(staff: User, settings: object, tmp_path: Path) -> None:
    make_sample(0)
    export = ask(staff)
    export.path.parent.mkdir(parents=True)
    export.path.with_name(export.file_name + ".part").mkdir()
    ExportLoop().step(GOES_ON)
    export.refresh_from_db()
    assert export.progress == Progress.FAILED
    assert "Is a directory" in export.error


def test_the_page_orders_shows_and_hands_out(client: Client, staff: User) -> None:
    make_sample(0)
    make_sample(1)
    client.force_login(staff)
    assert "2 judged samples" in client.get("/dataset/exports/").content.decode()
    answer = client.post("/dataset/exports/", {"only_verified": "on", "licence": "CC0"})
    assert answer.status_code == 302
    assert 'data-busy="yes"' in client.get("/dataset/exports/").content.decode()
    export = DatasetExport.objects.get()
    assert client.get(f"/dataset/exports/{export.pk}/dataset.zip").status_code == 404
    ExportLoop().step(GOES_ON)
    page = client.get("/dataset/exports/").content.decode()
    assert 'data-busy="no"' in page
    assert f"/dataset/exports/{export.pk}/dataset.zip" in page
    export.refresh_from_db()
    answer = client.get(f"/dataset/exports/{export.pk}/dataset.zip")
    assert int(answer["Content-Length"]) == export.bytes
    assert AccessRecord.objects.filter(action="export", what__contains="dataset.zip").exists()
    assert client.post(f"/dataset/exports/{export.pk}/delete/").status_code == 302
    assert not export.path.exists()


async def test_a_file_goes_out_in_parts_and_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    (tmp_path / "a.zip").write_bytes(content)
    parts = [part async for part in parts_of(tmp_path / "a.zip")]
    assert b"".join(parts) == content
    assert len(parts) == 3


def test_a_labeler_exports_the_own_cameras_and_sees_the_own_exports(client: Client, staff: User, labeler: User) -> None:
    seen, hidden = make_camera("Gate"), make_camera("Vault", is_restricted=True)
    make_sample(0, camera=seen)
    make_sample(1, camera=hidden)
    make_sample(2)
    mine, other = ask(labeler), ask(staff)
    for _ in range(2):
        ExportLoop().step(GOES_ON)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert sum(mine.counts["samples"].values()) == 1
    assert sum(other.counts["samples"].values()) == 3
    client.force_login(labeler)
    assert client.get(f"/dataset/exports/{other.pk}/dataset.zip").status_code == 404
    assert str(other.sha256) not in client.get("/dataset/exports/").content.decode()
    assert Camera.objects.count() == 2


def test_operators_get_no_dataset(client: Client) -> None:
    client.force_login(User.objects.create_user("olga"))
    assert client.get("/dataset/exports/").status_code == 403


def test_nothing_is_ordered_where_nothing_would_be_in_it(client: Client, staff: User, labeler: User) -> None:
    hidden = make_camera("Yard")
    Camera.objects.filter(pk=hidden.pk).update(is_restricted=True)
    make_sample(0, camera=hidden)
    make_sample(1, camera=make_camera("Gate"), state=State.PENDING, true_text="", labeled_at=None)
    client.force_login(labeler)
    assert "0 judged samples" in client.get("/dataset/exports/").content.decode()
    page = client.post("/dataset/exports/", {"only_verified": "on"}).content.decode()
    assert "There is no such sample" in page
    assert not DatasetExport.objects.exists()
    assert client.post("/dataset/exports/", {}).status_code == 302
    client.force_login(staff)
    assert "1 judged sample" in client.get("/dataset/exports/").content.decode()
