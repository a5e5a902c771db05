"""Recognition over HTTP in our own shape: every way of sending, every option, what is stored and for whom."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from detections import recognition
from detections.models import Detection
from detections.registry_models import ListKind, PlateList, RegisteredPlate
from detections.tests.rows import make_camera
from detections.tests.sent_pictures import Eyes, client_of, eyes_open, file, gray_picture, street_picture

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/recognize"


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Eyes:
    return eyes_open(monkeypatch, settings)


@pytest.fixture
def staff(django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("sam", is_staff=True)


@pytest.fixture
def client(staff: User) -> Client:
    return client_of(staff, "recognize", "ingest")


def plates(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [plate["text"] for picture in answer.json()["pictures"] for plate in picture["plates"]]


def test_every_way_of_sending_gives_the_same_answer(eyes: Eyes, client: Client) -> None:
    data = gray_picture()
    text = base64.b64encode(data).decode()
    ways = [
        client.post(ADDRESS, {"image": file()}),
        client.post(ADDRESS, {"file": file()}),
        client.post(ADDRESS, {"image": text}),
        client.post(ADDRESS, data, "image/jpeg"),
        client.post(ADDRESS, data, "application/octet-stream"),
        client.post(ADDRESS, {"image": text}, "application/json"),
        client.post(ADDRESS, {"image": f"data:image/jpeg;base64,{text}"}, "application/json"),
        client.post(ADDRESS, f"image={text.replace('+', '%2B')}", "application/x-www-form-urlencoded"),
    ]
    for answer in ways:
        assert plates(answer) == ["MAB1234"]
        assert answer.json()["pictures"][0]["sha256"] == ways[0].json()["pictures"][0]["sha256"]


def test_the_answer_has_the_documented_shape(eyes: Eyes, client: Client) -> None:
    answer = client.post(ADDRESS, {"image": file(name="C:\\cars\\car.jpg")}).json()
    picture = answer["pictures"][0]
    assert answer["schema"] == 1
    assert set(picture.pop("ms")) == {"decode", "detect", "rectify", "read", "attributes", "total"}
    assert len(picture.pop("sha256")) == 64
    vehicle = {
        "kind": "car",
        "confidence": 0.9,
        "box": [80, 60, 240, 180],
        "brand": "Toyota",
        "brand_confidence": 0.8,
        "color": "white",
        "color_confidence": 0.9,
    }
    plate = {
        "text": "MAB1234",
        "raw_text": "MAB1234",
        "confidence": 0.9,
        "char_confidences": [0.9] * 7,
        "region": None,
        "alternatives": [],
        "detection_confidence": 0.9,
        "box": [140, 150, 180, 158],
        "corners": [[140.0, 150.0], [180.0, 150.0], [180.0, 158.0], [140.0, 158.0]],
        "reason": None,
        "vehicle": vehicle,
    }
    assert picture == {
        "name": "car.jpg",
        "error": None,
        "is_cached": False,
        "width": 320,
        "height": 240,
        "plates": [plate],
        "vehicles": [vehicle],
        "model_version": "fakes 1",
    }


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP", "JPEG"])
def test_formats(eyes: Eyes, client: Client, kind: str) -> None:
    assert plates(client.post(ADDRESS, {"image": file(gray_picture(kind))})) == ["MAB1234"]


def test_several_pictures_of_which_one_is_bad(eyes: Eyes, client: Client) -> None:
    answer = client.post(ADDRESS, {"image": [file(), file(b"no picture", "b.jpg"), file()]})
    assert answer.status_code == 200
    first, second, third = answer.json()["pictures"]
    assert first["plates"]
    assert third["plates"]
    assert second["name"] == "b.jpg"
    assert second["error"]["code"] == "wrong_format"


def test_the_confidence_asked_for_decides_what_counts(eyes: Eyes, client: Client) -> None:
    plate = client.post(ADDRESS + "?min_confidence=0.95", {"image": file()}).json()["pictures"][0]["plates"][0]
    assert (plate["text"], plate["raw_text"], plate["reason"]) == ("", "MAB1234", "low_reading_confidence")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("region=atlantis", "region"),
        ("min_confidence=2", "min_confidence"),
        ("min_confidence=nan", "min_confidence"),
        ("min_confidence=x", "min_confidence"),
        ("store=true", "camera"),
        ("store=true&camera=nowhere", "camera"),
        ("store=perhaps", "store"),
        ("taken_at=yesterday", "taken_at"),
        ("taken_at=1999-01-01T00:00:00Z", "taken_at"),
        ("taken_at=2999-01-01T00:00:00Z", "taken_at"),
    ],
)
def test_an_impossible_option_is_refused_by_its_name(eyes: Eyes, client: Client, query: str, field: str) -> None:
    answer = client.post(f"{ADDRESS}?{query}", {"image": file()})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Detection.objects.count() == 0


def test_debug_shows_every_step(eyes: Eyes, client: Client) -> None:
    steps = client.post(ADDRESS + "?debug=1", {"image": file()}).json()["pictures"][0]["steps"]
    assert set(steps) == {"annotated", "1-vehicle", "1-plate", "1-upright"}
    assert base64.b64decode(steps["annotated"].partition(",")[2]).startswith(b"\xff\xd8")


def test_the_same_picture_is_looked_at_once(eyes: Eyes, client: Client, settings: Any) -> None:
    settings.RECOGNITION_CACHE_S = 60
    data = gray_picture() + uuid.uuid4().bytes
    first = client.post(ADDRESS, {"image": file(data)}).json()["pictures"][0]
    again = client.post(ADDRESS, {"image": file(data, "b.jpg")}).json()["pictures"][0]
    assert (first["is_cached"], again["is_cached"], eyes.looks) == (False, True, 1)
    assert again["plates"] == first["plates"]
    assert client.post(ADDRESS + "?min_confidence=0.5", {"image": file(data)}).status_code == 200
    assert eyes.looks == 2, "other options are another question"


def test_stored_as_detections_of_a_camera(eyes: Eyes, client: Client) -> None:
    make_camera()
    taken = timezone.now() - timedelta(minutes=3)
    query = {"store": "true", "camera": "gate", "taken_at": taken.isoformat(), "image": file()}
    stored = client.post(ADDRESS, query).json()["pictures"][0]["stored"]
    row = Detection.objects.get()
    assert stored == [{"id": row.pk, "url": f"/detections/{row.pk}/"}]
    assert (row.plate_text, row.votes, row.first_seen, row.brand) == ("MAB1234", 1, taken, "Toyota")
    assert row.picture.size
    assert row.plate_picture.size


def test_what_the_camera_finds_too_doubtful_is_not_stored(eyes: Eyes, client: Client) -> None:
    make_camera(min_confidence=0.95)
    query = {"store": "true", "camera": "gate"}
    answer = client.post(ADDRESS, {**query, "image": file()}).json()["pictures"][0]
    assert (answer["stored"], answer["plates"][0]["reason"]) == ([], "low_reading_confidence")
    answer = client.post(ADDRESS, {**query, "min_confidence": "0.5", "image": file()}).json()["pictures"][0]
    assert len(answer["stored"]) == 1


def test_the_same_picture_twice_is_one_row_and_a_later_one_agrees(eyes: Eyes, client: Client) -> None:
    make_camera()
    taken = timezone.now() - timedelta(minutes=3)
    for seconds, width in ((0, 320), (0, 320), (2, 330)):
        moment = (taken + timedelta(seconds=seconds)).isoformat()
        query = {"store": "true", "camera": "gate", "taken_at": moment, "image": file(gray_picture(width=width))}
        assert client.post(ADDRESS, query).status_code == 200
    row = Detection.objects.get()
    assert (row.votes, row.last_seen - row.first_seen) == (2, timedelta(seconds=2))


def test_who_may_store(eyes: Eyes, staff: User, django_user_model: type[User]) -> None:
    make_camera()
    query = {"store": "true", "camera": "gate"}
    olga = django_user_model.objects.create_user("olga")
    for client in (client_of(staff, "recognize"), client_of(olga, "recognize", "ingest")):
        assert client.post(ADDRESS, {**query, "image": file()}).status_code == 403
    assert Detection.objects.count() == 0


def test_a_plate_to_ignore_is_not_stored(eyes: Eyes, client: Client) -> None:
    make_camera()
    ignored = PlateList.objects.create(name="Ours", kind=ListKind.IGNORE)
    RegisteredPlate.objects.create(list=ignored, plate_text="M-AB 1234")
    answer = client.post(ADDRESS, {"store": "true", "camera": "gate", "image": file()}).json()["pictures"][0]
    assert (answer["stored"], Detection.objects.count()) == ([], 0)


def test_the_list_of_a_plate_is_told_to_who_may_see_lists(eyes: Eyes, django_user_model: type[User]) -> None:
    watched = PlateList.objects.create(name="Stolen", kind=ListKind.WATCH)
    RegisteredPlate.objects.create(list=watched, plate_text="MAB1234")
    olga = django_user_model.objects.create_user("olga")
    plate = client_of(olga, "recognize").post(ADDRESS, {"image": file()}).json()["pictures"][0]["plates"][0]
    assert "match" not in plate
    olga.user_permissions.add(Permission.objects.get(codename="view_registeredplate"))
    plate = client_of(olga, "recognize").post(ADDRESS, {"image": file()}).json()["pictures"][0]["plates"][0]
    assert (plate["match"]["list"], plate["match"]["kind"]) == ("Stolen", "watch")


def test_who_may_ask(eyes: Eyes, staff: User) -> None:
    assert Client().post(ADDRESS, {"image": file()}).status_code == 401
    assert client_of(staff, "read").post(ADDRESS, {"image": file()}).status_code == 403
    wrong = Client(headers={"authorization": "Token pw_wrong"})
    assert wrong.post(ADDRESS, {"image": file()}).status_code == 401
    assert eyes.looks == 0


def test_a_signed_in_person_may_ask_too(eyes: Eyes, staff: User) -> None:
    client = Client()
    client.force_login(staff)
    assert plates(client.post(ADDRESS, {"image": file()})) == ["MAB1234"]


def test_the_networks_read_a_drawn_street(client: Client) -> None:
    data, texts = street_picture()
    answer = client.post(ADDRESS, {"image": file(data)})
    assert "996EEV56" in texts
    assert "996EEV56" in plates(answer)
    assert answer.json()["pictures"][0]["model_version"].startswith("detector ")


def test_when_too_many_wait_one_is_asked_to_come_back(
    eyes: Eyes, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(job: Any) -> Any:
        raise recognition.Busy

    monkeypatch.setattr(recognition.picture_pool(), "submit", full)
    answer = client.post(ADDRESS, {"image": file()})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "busy"


def test_sent_again_with_its_key_it_is_answered_again(eyes: Eyes, client: Client) -> None:
    make_camera()
    for _ in range(2):
        address = f"{ADDRESS}?store=true&camera=gate"
        answer = client.post(address, gray_picture(), "image/jpeg", headers={"idempotency-key": "edge-1"})
        assert answer.status_code == 200
    assert answer["Idempotent-Replayed"] == "true"
    assert (eyes.looks, Detection.objects.get().votes) == (1, 1)
