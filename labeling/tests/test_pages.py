"""The pages of the dataset: finding, paging, many at once, misreads, Dataset Mode, progress."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cameras.models import Camera
from detections.tests.rows import make_camera, make_detection, write_picture
from labeling import progress
from labeling.answers import Answer, give
from labeling.choices import State
from labeling.models import PICTURES, DatasetSettings, Sample
from labeling.tests.rows import draw_pictures, make_labeler, make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def lena() -> User:
    return make_labeler("lena")


@pytest.fixture
def client(lena: User) -> Client:
    browser = Client()
    browser.force_login(lena)
    return browser


def found(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/dataset/?view=table&{query}").content.decode()
    return re.findall(r'data-open><span class="plate[^>]*?data-text="(\w+)"', page)


def test_every_filter_finds_its_samples(camera: Camera, lena: User, client: Client) -> None:
    zoo = make_camera("Zoo")
    make_sample(camera, "OLD1", seconds_ago=9000, uncertainty=0.9, confidence=0.2)
    make_sample(zoo, "ZOO1", seconds_ago=100, brand="BMW", color="red", others=[["ZO01", 1]])
    make_sample(camera, "8AD1", seconds_ago=50, state="corrected", true_text="BAD1", labeled_by=lena, true_brand="Ford")
    make_sample(camera, "DIS1", seconds_ago=40, state="correct", true_text="DIS1", review="disputed")
    make_sample(camera, "HARD1", seconds_ago=30, reason="hard_negative")
    assert found(client) == ["HARD1", "DIS1", "BAD1", "ZOO1", "OLD1"]
    hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    for query, expected in {
        "plate=ZO": ["ZOO1"],
        "plate=?AD1": ["BAD1"],
        "plate=bad": ["BAD1"],
        f"camera={zoo.pk}": ["ZOO1"],
        "camera=zoo": ["ZOO1"],
        "state=open": ["HARD1", "ZOO1", "OLD1"],
        "state=judged": ["DIS1", "BAD1"],
        "state=corrected": ["BAD1"],
        "uncertainty=0.8": ["OLD1"],
        "confidence=0.3": ["OLD1"],
        "brand=Ford": ["BAD1"],
        "brand=BMW": ["ZOO1"],
        "color=red": ["ZOO1"],
        "disagreement=looks": ["ZOO1"],
        "disagreement=model": ["BAD1"],
        "disagreement=people": ["DIS1"],
        "reason=hard_negative": ["HARD1"],
        f"labeler={lena.pk}": ["BAD1"],
        f"until={hour_ago.replace('+', '%2B')}": ["OLD1"],
        "sort=uncertain": ["OLD1", "HARD1", "DIS1", "BAD1", "ZOO1"],
        "sort=plate": ["BAD1", "DIS1", "HARD1", "OLD1", "ZOO1"],
        "sort=oldest": ["OLD1", "ZOO1", "BAD1", "DIS1", "HARD1"],
    }.items():
        assert found(client, query) == expected, query


def test_a_filter_that_cannot_be_used_is_said_beside_it(camera: Camera, client: Client) -> None:
    make_sample(camera, "A1")
    page = client.get("/dataset/?uncertainty=7&state=tired&view=table").content.decode()
    assert "less than or equal to 1" in page
    assert "tired is not one of" in page
    assert 'data-text="A1"' in page


@pytest.mark.parametrize("sort", ["", "oldest", "uncertain", "certain", "plate"])
def test_pages_lead_through_all_samples_and_back(camera: Camera, client: Client, sort: str) -> None:
    for number in range(110):
        make_sample(camera, f"P{number:03d}", uncertainty=number % 7 / 10, seconds_ago=number % 50)
    seen: list[str] = []
    address = f"sort={sort}"
    back = ""
    while address:
        page = client.get(f"/dataset/?view=table&{address}").content.decode()
        seen += re.findall(r'data-open><span class="plate[^>]*?data-text="(\w+)"', page)
        older = re.search(r'rel="next" href="\?([^"]+)"', page)
        newer = re.search(r'rel="prev" href="\?([^"]+)"', page)
        back = newer[1].replace("&amp;", "&") if newer else ""
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 110
    assert found(client, back) == seen[48:96]
    assert len(found(client, "older=invented")) == 48


def test_many_are_judged_at_once_with_a_way_back(camera: Camera, client: Client) -> None:
    rows = [make_sample(camera, f"A{number}") for number in range(4)]
    chosen = {"sample": [rows[0].pk, rows[1].pk], "action": "not_a_plate", "query": "view=table&sort=plate"}
    answer = client.post("/dataset/bulk/", chosen)
    assert answer["Location"].startswith("/dataset/?view=table&sort=plate&undo=")
    assert Sample.objects.filter(state="not_a_plate").count() == 2
    page = client.get(answer["Location"]).content.decode()
    assert "2 samples are now: not a plate." in page
    batch = re.search(r'name="batch" value="(\w+)"', page)
    assert batch is not None
    back = client.post("/dataset/undo/", {"batch": batch[1], "back": "https://elsewhere.example/"})
    assert back["Location"] == "/dataset/"
    assert Sample.objects.filter(state="pending").count() == 4


def test_all_that_are_found_are_judged(camera: Camera, client: Client) -> None:
    for number in range(60):
        make_sample(camera, f"A{number}" if number % 2 else "")
    client.post("/dataset/bulk/", {"all": "1", "action": "correct", "query": ""})
    assert Sample.objects.filter(state="correct").count() == 30, "what was not read cannot be called correct"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"action": "wrong"}, "Select samples"),
        ({"all": "1"}, "Choose what to do"),
        ({"all": "1", "action": "x"}, "Choose"),
    ],
)
def test_what_is_missing_is_said(camera: Camera, client: Client, data: dict[str, str], words: str) -> None:
    make_sample(camera)
    assert words in client.post("/dataset/bulk/", data, follow=True).content.decode()
    assert Sample.objects.get().state == "pending"


def test_only_staff_delete(camera: Camera, client: Client) -> None:
    sample = draw_pictures(make_sample(camera))
    wanted = {"sample": [sample.pk], "action": "delete"}
    assert client.post("/dataset/bulk/", wanted).status_code == 403
    client.force_login(make_labeler("chief", "staff"))
    client.post("/dataset/bulk/", wanted)
    assert not Sample.objects.exists()
    assert not sample.frame.storage.exists(sample.frame.name)


def test_pictures_are_for_labelers_of_that_camera(camera: Camera, client: Client) -> None:
    sample = draw_pictures(make_sample(camera))
    address = reverse("labeling:picture", args=[sample.pk, "frame"])
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(reverse("labeling:picture", args=[sample.pk, "labeled_by"])).status_code == 404
    camera.is_restricted = True
    camera.save()
    assert client.get(address).status_code == 404
    assert client.get(f"/dataset/samples/{sample.pk}/").status_code == 404
    client.force_login(make_labeler("olaf", "operator"))
    assert client.get(address).status_code == 403
    assert Client().get(address).status_code in (302, 401)


def test_the_history_names_each_step_and_undoes_the_last(camera: Camera, lena: User, client: Client) -> None:
    sample = make_sample(camera, "8AX1")
    give(lena, sample, Answer(State.CORRECTED, "BAX1"))
    page = client.get(f"/dataset/samples/{sample.pk}/").content.decode()
    assert "pending" in page
    assert "corrected BAX1" in page
    assert "Undo my last" in page
    make_labeler("ben")
    client.force_login(User.objects.get(username="ben"))
    assert "Undo my last" not in client.get(f"/dataset/samples/{sample.pk}/").content.decode()


def test_the_same_misread_is_corrected_after_a_preview(camera: Camera, lena: User, client: Client) -> None:
    first = make_sample(camera, "8AX1")
    rows = [make_sample(camera, "8AX1") for _ in range(3)]
    other = make_sample(camera, "8AX2")
    give(lena, first, Answer(State.CORRECTED, "BAX1"))
    offered = client.get("/dataset/misreads/").content.decode()
    assert "?read=8AX1&amp;write=BAX1" in offered
    preview = client.get("/dataset/misreads/?read=8ax1&write=b-ax1").content.decode()
    assert preview.count('name="sample"') == 3
    assert Sample.objects.filter(state="pending").count() == 4, "a preview changes nothing"
    answer = client.post(
        "/dataset/misreads/", {"read": "8AX1", "write": "BAX1", "sample": [rows[0].pk, rows[1].pk, other.pk]}
    )
    assert "done=2" in answer["Location"]
    assert Sample.objects.filter(true_text="BAX1").count() == 3
    done = client.get(answer["Location"]).content.decode()
    assert "2 samples are corrected." in done
    batch = re.search(r'name="batch" value="(\w+)"', done)
    assert batch is not None
    client.post("/dataset/undo/", {"batch": batch[1]})
    assert Sample.objects.filter(true_text="BAX1").count() == 1
    assert "what the model reads already" in client.get("/dataset/misreads/?read=A1&write=a-1").content.decode()
    assert "Write 1 to 20" in client.get("/dataset/misreads/?read=--&write=A").content.decode()


def test_dataset_mode_is_switched_and_shown(camera: Camera, client: Client) -> None:
    assert 'data-dataset-mode="off"' in client.get("/").content.decode()
    answer = client.post("/dataset/mode/switch/", {"on": "1", "back": "/detections/"})
    assert answer["Location"] == "/dataset/mode/", "no camera keeps anything yet"
    assert "No camera keeps anything yet" in client.get("/dataset/mode/").content.decode()
    prefix = f"camera-{camera.pk}-"
    before = camera.updated_at
    sent = {"is_on": "on", prefix + "dataset_mode": "one_in_n", prefix + "dataset_every": "5"}
    client.post("/dataset/mode/", sent)
    camera.refresh_from_db()
    assert (camera.dataset_mode, camera.dataset_every) == ("one_in_n", 5)
    assert camera.updated_at == before, "its worker goes on"
    assert 'data-dataset-mode="on"' in client.get("/").content.decode()
    assert client.post("/dataset/mode/switch/", {"on": "0", "back": "/detections/"})["Location"] == "/detections/"
    assert not DatasetSettings.now().is_on
    assert client.post("/dataset/mode/switch/", {"on": "1", "back": "//evil.example/"})["Location"] == "/dataset/mode/"


def test_limits_are_set_by_staff_alone_and_checked(camera: Camera, client: Client) -> None:
    prefix = f"camera-{camera.pk}-"
    sent = {
        "is_on": "on",
        "quota_mb": "77",
        "max_days": "5",
        "second_opinions": "20",
        prefix + "dataset_mode": "off",
        prefix + "dataset_every": "10",
    }
    client.post("/dataset/mode/", sent)
    assert DatasetSettings.now().quota_mb == 5000
    client.force_login(make_labeler("chief", "staff"))
    client.post("/dataset/mode/", sent)
    assert (DatasetSettings.now().quota_mb, DatasetSettings.now().second_opinions) == (77, 20)
    refused = client.post(
        "/dataset/mode/", sent | {"second_opinions": "101", "quota_mb": "0", prefix + "dataset_every": "0"}
    )
    page = refused.content.decode()
    assert "less than or equal to 100" in page
    assert "at least 1" in page
    assert DatasetSettings.now().second_opinions == 20


def test_operators_see_neither_the_pages_nor_the_switch(client: Client) -> None:
    client.force_login(make_labeler("olaf", "operator"))
    assert "data-dataset-mode" not in client.get("/").content.decode()
    for name in ("list", "desk", "misreads", "mode", "progress"):
        assert client.get(reverse(f"labeling:{name}")).status_code == 403


def judged(camera: Camera, lena: User) -> None:
    ben = make_labeler("ben")
    for number, (text, state, true) in enumerate(
        [
            ("AAA1", "correct", "AAA1"),
            ("AAA2", "correct", "AAA2"),
            ("AAA8", "corrected", "AAAB"),
            ("", "corrected", "AAA4"),
            ("XX", "not_a_plate", ""),
            ("YY", "unreadable", ""),
            ("ZZ", "pending", ""),
        ]
    ):
        sample = make_sample(camera, text, seconds_ago=number * 3600)
        if state != "pending":
            give(lena if number % 2 else ben, sample, Answer(State(state), true, brand="Toyota", color="red"))
    make_sample(None, "IMP1", origin="import", state="corrected", true_text="IMP2")


def test_progress_measures_the_model_against_people(camera: Camera, lena: User, client: Client) -> None:
    judged(camera, lena)
    rows = Sample.objects.all()
    figures: dict[str, Any] = progress.accuracy(rows)
    assert (figures["plates"], figures["no_plate"]) == (50.0, 1)
    assert figures["characters"] == 68.8, "16 characters, one wrong and four missing"
    assert progress.accuracy_by(rows, "camera_name").rows == [("Gate (4)", [50.0])]
    assert progress.named_right(rows, "brand").rows == [("Toyota (6)", [100.0])]
    colors = progress.named_right(rows, "color")
    assert colors.rows == [("red (6)", [0.0])]
    assert not colors.is_empty, "never right is a figure, too"
    assert progress.named_right(rows.none(), "color").is_empty
    hours = progress.labels_per_hour(rows)
    assert sum(sum(counts) for _, counts in hours.rows) == 6
    assert sorted(hours.series) == ["ben", "lena"]
    assert dict(progress.states(rows).rows)["corrected"] == [3]
    page = client.get("/dataset/progress/").content.decode()
    assert "50.0 %" in page
    assert "Gate (4)" in page
    assert client.get(f"/dataset/progress/?camera={camera.pk}&reason=everything&model=nothing").status_code == 200


def test_agreement_counts_the_second_opinions(camera: Camera, lena: User) -> None:
    DatasetSettings(second_opinions=100).save()
    ben = make_labeler("ben")
    for number in range(4):
        sample = make_sample(camera, f"A{number}")
        give(lena, sample, Answer(State.CORRECT, f"A{number}"))
        sample.refresh_from_db()
        if number:
            give(ben, sample, Answer(State.CORRECT, f"A{number}") if number > 1 else Answer(State.UNREADABLE))
    figures = progress.agreement(Sample.objects.all())
    assert (figures["asked"], figures["agreed"], figures["disputed"], figures["waiting"]) == (3, 2, 1, 1)
    assert figures["share"] == 66.7
    assert figures["people"].rows == [("lena (3)", [66.7])]


def test_a_detection_is_corrected_from_its_page(camera: Camera, client: Client) -> None:
    pictures = {name: write_picture(camera) for name in ("picture", "vehicle_picture", "plate_picture")}
    boxes = {"plate_box": [10, 20, 90, 40], "corners": [[10, 20], [90, 20], [90, 40], [10, 40]]}
    detection = make_detection(camera, "8AX1234", **pictures, **boxes)
    assert "Correct it" in client.get(detection.get_absolute_url()).content.decode()
    answer = client.post(f"/dataset/pick/{detection.pk}/")
    sample = Sample.objects.get()
    assert answer["Location"] == f"/dataset/label/?sample={sample.pk}"
    assert (sample.text, sample.reason, sample.detection) == ("8AX1234", "picked", detection)
    assert (sample.corners, sample.width, sample.height) == (boxes["corners"], 320, 240)
    assert sample.uncertainty == 0.45
    assert sample.frame.name != detection.picture.name, "it has its own copy"
    assert sample.bytes == sum(getattr(sample, name).size for name in PICTURES)
    client.post(f"/dataset/pick/{detection.pk}/")
    assert Sample.objects.count() == 1


def test_a_detection_without_pictures_cannot_be_corrected(camera: Camera, client: Client) -> None:
    detection = make_detection(camera)
    answer = client.post(f"/dataset/pick/{detection.pk}/", follow=True)
    assert "pictures of this detection are gone" in answer.content.decode()
    camera.is_restricted = True
    camera.save()
    assert client.post(f"/dataset/pick/{detection.pk}/").status_code == 404
    client.force_login(make_labeler("olaf", "operator"))
    assert client.post(f"/dataset/pick/{detection.pk}/").status_code == 403
    camera.is_restricted = False
    camera.save()
    assert "Correct it" not in client.get(detection.get_absolute_url()).content.decode()
