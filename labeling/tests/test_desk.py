"""The labeling page's requests: order, claims, answers and their errors."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cameras.models import Camera
from detections.tests.rows import make_camera
from labeling.desk import claim_next
from labeling.models import DatasetSettings, Sample
from labeling.tests.rows import CORNERS, VEHICLE, make_labeler, make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def lena() -> User:
    return make_labeler("lena")


def ask(user: User, what: str, **data: Any) -> Any:
    client = Client()
    client.force_login(user)
    sent = json.dumps({"tab": "a", **data})
    return client.post(reverse(f"labeling:{what}"), sent, content_type="application/json")


def texts(user: User, tab: str = "a", **data: Any) -> list[str]:
    said = ask(user, "next", **{"tab": tab, **data}).json()
    return [sample["predicted"] for sample in said["samples"]]


def test_the_least_certain_come_first(camera: Camera, lena: User) -> None:
    for number in range(8):
        make_sample(camera, f"A{number}", uncertainty=number / 10)
    assert texts(lena) == ["A7", "A6", "A5", "A4", "A3", "A2"]


def test_ten_frames_of_one_car_are_not_shown_in_a_row(camera: Camera, lena: User) -> None:
    for number in range(10):
        make_sample(camera, "SAME1", uncertainty=0.9, visit="one", seconds_ago=number)
    make_sample(camera, "OTHER1", uncertainty=0.3)
    make_sample(camera, "OTHER2", uncertainty=0.2)
    assert texts(lena)[:4] == ["SAME1", "OTHER1", "OTHER2", "SAME1"]


def test_other_orders(camera: Camera, lena: User) -> None:
    other = make_camera("Zoo")
    make_sample(other, "Z1", seconds_ago=10)
    make_sample(camera, "G1", seconds_ago=500)
    make_sample(camera, "G2", seconds_ago=20)
    make_sample(camera, "S1", seconds_ago=1, state="skipped", labeled_by=lena, labeled_at=timezone.now())
    assert texts(lena, "n", order="newest") == ["Z1", "G2", "G1"]
    ask(lena, "release", tab="n")
    assert texts(lena, "c", order="camera") == ["G2", "G1", "Z1"]
    ask(lena, "release", tab="c")
    assert texts(lena, "o", order="newest", camera=other.pk) == ["Z1"]
    assert texts(lena, "s", order="skipped") == ["S1"]


def test_two_pages_never_hold_the_same_or_alike_samples(camera: Camera, lena: User) -> None:
    ben = make_labeler("ben")
    for number in range(20):
        make_sample(camera, f"A{number}", group=f"group-{number // 2}")
    first, second, third = texts(lena, "1"), texts(ben, "2"), texts(lena, "3")
    held = [{int(text[1:]) // 2 for text in page} for page in (first, second, third)]
    assert [len(page) for page in held] == [6, 4, 0]
    assert not held[0] & held[1]
    ask(lena, "release", tab="1")
    assert len(texts(lena, "3")) == 6


def test_claims_run_out_and_are_renewed(camera: Camera, lena: User) -> None:
    ben = make_labeler("ben")
    make_sample(camera, "A1")
    assert texts(lena) == ["A1"]
    assert texts(ben) == []
    Sample.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert ask(lena, "renew").json() == {"held": 1}
    assert Sample.objects.get().claimed_until > timezone.now() + timedelta(minutes=5)
    Sample.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert texts(ben) == ["A1"]


def test_what_the_page_has_or_has_sent_does_not_come_again(camera: Camera, lena: User) -> None:
    rows = [make_sample(camera, f"A{number}", uncertainty=1 - number / 10) for number in range(8)]
    assert texts(lena) == ["A0", "A1", "A2", "A3", "A4", "A5"]
    assert texts(lena, have=[row.pk for row in rows[1:6]], sent=[rows[0].pk]) == ["A6"]


def say(user: User, sample: Sample, **data: Any) -> Any:
    values = {"sample": sample.pk, "verdict": "right", "text": sample.text, "corners": CORNERS, "vehicle_box": VEHICLE}
    return ask(user, "answer", **values | data)


def test_an_answer_is_stored_and_names_the_misreads_that_wait(camera: Camera, lena: User) -> None:
    sample = make_sample(camera, "8AX1")
    make_sample(camera, "8AX1")
    said = say(lena, sample, text="b-ax 1", brand="BMW", color="red")
    assert said.json()["misread"] == {"read": "8AX1", "write": "BAX1", "count": 1}
    sample.refresh_from_db()
    assert (sample.state, sample.true_text, sample.true_brand, sample.true_color) == ("corrected", "BAX1", "BMW", "red")
    back = ask(lena, "undo").json()
    assert back["samples"][0]["text"] == "BAX1", "what was written is there to go on from"
    sample.refresh_from_db()
    assert (sample.state, sample.claimed_by) == ("pending", lena)


def test_an_answer_that_comes_twice_is_stored_once(camera: Camera, lena: User) -> None:
    sample = make_sample(camera, "8AX1")
    for _ in range(2):
        assert say(lena, sample, text="BAX1", batch="a" * 32).json()["batch"] == "a" * 32
    assert sample.labels.count() == 1
    assert ask(lena, "undo").json()["count"] == 1
    sample.refresh_from_db()
    assert sample.state == "pending"


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("batch", {"batch": "mine"}),
        ("text", {"text": " - "}),
        ("text", {"text": "A" * 21}),
        ("corners", {"corners": CORNERS[:3]}),
        ("corners", {"corners": [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]}),
        ("corners", {"corners": [[x + 900, y] for x, y in CORNERS]}),
        ("vehicle_box", {"vehicle_box": [5, 5, 6, 6]}),
        ("vehicle_box", {"vehicle_box": [900, 500, 990, 590]}),
        ("brand", {"brand": "Toyotta"}),
        ("color", {"color": "blurple"}),
        ("verdict", {"verdict": "maybe"}),
        ("together", {"together": ["x"]}),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    camera: Camera, lena: User, field: str, data: dict[str, Any]
) -> None:
    sample = make_sample(camera)
    said = say(lena, sample, **data)
    assert said.status_code == 400
    assert list(said.json()["errors"]) == [field]
    sample.refresh_from_db()
    assert sample.state == "pending"


def test_a_box_that_reaches_beyond_the_picture_is_cut(camera: Camera, lena: User) -> None:
    sample = make_sample(camera)
    say(lena, sample, vehicle_box=[-20, 10, 700, 500])
    sample.refresh_from_db()
    assert sample.true_vehicle_box == [0, 10, 640, 360]


def test_not_json_is_refused(lena: User) -> None:
    client = Client()
    client.force_login(lena)
    assert client.post(reverse("labeling:answer"), "{", content_type="application/json").status_code == 400
    assert client.post(reverse("labeling:answer"), "[]", content_type="application/json").status_code == 400


def test_only_labelers_come_in_and_only_to_their_cameras(camera: Camera, lena: User) -> None:
    hidden = make_camera("Hidden", is_restricted=True)
    sample = make_sample(hidden, "SECRET1")
    assert texts(lena) == []
    assert say(lena, sample).status_code == 404
    operator = make_labeler("olaf", "operator")
    for name in ("next", "answer", "undo", "release", "renew"):
        assert ask(operator, name).status_code == 403
    assert Client().post(reverse("labeling:next")).status_code in (302, 401)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="the tests' SQLite lives in the memory of one connection")
@pytest.mark.django_db(transaction=True)
def test_ten_pages_at_once_never_get_the_same_sample() -> None:
    camera, lena = make_camera(), make_labeler("lena")
    for number in range(120):
        make_sample(camera, f"A{number}", uncertainty=number / 200, group=f"group-{number // 3}")
    held: dict[str, list[Sample]] = {}

    def claim(tab: str) -> None:
        held[tab] = claim_next(lena, tab, "uncertain", count=3)
        connection.close()

    threads = [threading.Thread(target=claim, args=(f"tab-{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    groups = [row.group for rows in held.values() for row in rows]
    assert len(held) == 10
    assert len(groups) == len(set(groups)) > 10
    for tab, rows in held.items():
        for row in rows:
            members = Sample.objects.filter(group=row.group).values_list("claimed_tab", flat=True)
            assert set(members) == {tab}, "all that look alike, or none"


def test_a_second_person_and_then_a_third_get_the_sample(camera: Camera, lena: User) -> None:
    DatasetSettings(second_opinions=100).save()
    ben, chief = make_labeler("ben"), make_labeler("chief", "staff")
    sample = make_sample(camera, "8AX1")
    assert texts(lena) == ["8AX1"]
    say(lena, sample)
    assert texts(lena) == []
    shown = ask(ben, "next").json()["samples"]
    assert [(row["is_second"], row["state"], row["text"]) for row in shown] == [(True, "pending", "8AX1")]
    say(ben, sample, text="BAX1")
    assert texts(lena, order="disputed") == texts(ben, order="disputed") == []
    shown = ask(chief, "next", order="disputed").json()["samples"]
    assert [(said["by"], said["text"]) for said in shown[0]["dispute"]] == [("lena", "8AX1"), ("ben", "BAX1")]
    say(chief, sample, text="BAX1")
    sample.refresh_from_db()
    assert (sample.review, sample.true_text) == ("settled", "BAX1")
