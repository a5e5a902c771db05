"""Golden answers: what clients of Plate Recognizer's Snapshot and of small services are promised."""

from __future__ import annotations

import base64
import io
import json
import socket
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image as PillowImage

from detections import recognition
from detections.recognition_compat import regions_of
from detections.tests.sent_pictures import Eyes, client_of, eyes_open, file, gray_picture
from inference.fakes import FakeDetector, car_at
from inference.plate_format import GROUPS
from inference.types import Box, Image, Plate, Vehicle
from inference.weights import WeightsError

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/plate-reader/"
TIME = "2020-10-12T16:17:27.574008Z"
BOX = {"xmin": 140, "ymin": 150, "xmax": 180, "ymax": 158}
VEHICLE_BOX = {"xmin": 80, "ymin": 60, "xmax": 240, "ymax": 180}
RESULT = {
    "box": BOX,
    "plate": "mab1234",
    "region": {"code": "", "score": 0.0},
    "vehicle": {"score": 0.9, "type": "Sedan", "box": VEHICLE_BOX},
    "score": 0.9,
    "candidates": [{"score": 0.9, "plate": "mab1234"}],
    "dscore": 0.9,
}
MMC = {
    "model_make": [{"make": "Toyota", "model": "", "score": 0.8}],
    "color": [{"color": "white", "score": 0.9}],
    "orientation": [{"orientation": "Unknown", "score": 0.0}],
}


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Eyes:
    return eyes_open(monkeypatch, settings)


@pytest.fixture
def client(django_user_model: type[User]) -> Client:
    return client_of(django_user_model.objects.create_user("olga"), "recognize")


def snapshot(client: Client, **fields: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, {"upload": file(), "timestamp": TIME, **fields})
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    assert told.pop("processing_time") > 0
    return told


def test_snapshot_golden(eyes: Eyes, client: Client) -> None:
    assert snapshot(client) == {
        "results": [RESULT],
        "filename": "car.jpg",
        "version": 1,
        "camera_id": None,
        "timestamp": TIME,
    }


def test_snapshot_with_brand_and_color_golden(eyes: Eyes, client: Client) -> None:
    told = snapshot(client, mmc="true", camera_id="gate-1")
    assert told["results"] == [RESULT | MMC]
    assert told["camera_id"] == "gate-1"


def test_snapshot_vehicles_golden(monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client) -> None:
    def two_cars(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        vehicles, plates = car_at(Box(80, 60, 240, 180))
        return [*vehicles, Vehicle(Box(0, 0, 60, 40), "truck", 0.7)], plates

    eyes_open(monkeypatch, settings, detector=FakeDetector(two_cars))
    props = {
        "make_model": [{"make": "Toyota", "model": "", "score": 0.8}],
        "orientation": [{"value": "Unknown", "score": 0.0}],
        "color": [{"value": "white", "score": 0.9}],
    }
    results = snapshot(client, mmc="true", config=json.dumps({"detection_mode": "vehicle"}))["results"]
    assert results == [
        {
            "plate": {
                "type": "Plate",
                "score": 0.9,
                "box": BOX,
                "props": {"plate": [{"value": "mab1234", "score": 0.9}], "region": []},
            },
            "vehicle": {"type": "Sedan", "score": 0.9, "box": VEHICLE_BOX, "props": props},
        },
        {
            "plate": None,
            "vehicle": {
                "type": "Big Truck",
                "score": 0.7,
                "box": {"xmin": 0, "ymin": 0, "xmax": 60, "ymax": 40},
                "props": props,
            },
        },
    ]


def test_a_plate_without_a_vehicle_golden(monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client) -> None:
    def lone(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        return [], [Plate(Box(10, 10, 60, 22), 0.8)]

    eyes_open(monkeypatch, settings, detector=FakeDetector(lone))
    nowhere = {"xmin": 0, "ymin": 0, "xmax": 0, "ymax": 0}
    (result,) = snapshot(client)["results"]
    assert result["vehicle"] == {"score": 0.0, "type": "Unknown", "box": nowhere}
    assert snapshot(client, config='{"detection_rule": "strict"}')["results"] == []


def test_regions_guide_and_strict_ones_decide(monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client) -> None:
    eyes_open(monkeypatch, settings)
    (result,) = snapshot(client, regions=["de"])["results"]
    assert result["region"] == {"code": "de", "score": 0.9}
    strict = json.dumps({"region": "strict"})
    assert len(snapshot(client, regions=["de"], config=strict)["results"]) == 1
    assert snapshot(client, regions=["gb", "fr"], config=strict)["results"] == []
    assert len(snapshot(client, regions=["xx-unknown"], config=strict)["results"]) == 1, "a guide, as documented"


def test_a_state_without_formats_of_its_own_means_its_country() -> None:
    assert regions_of({"regions": ["us-wy"]}) == list(GROUPS["us"])
    assert regions_of({"regions": ["us-ny", "BR-SP", "xx-yy"]}) == ["us-ny", "br"]


def test_thresholds(eyes: Eyes, client: Client) -> None:
    for config, count in (({"threshold_d": 0.95}, 0), ({"threshold_o": 0.95}, 0), ({"threshold_d": 0.2}, 1)):
        assert len(snapshot(client, config=json.dumps(config))["results"]) == count


def test_other_addresses_and_other_ways_to_send(eyes: Eyes, client: Client) -> None:
    text = base64.b64encode(gray_picture()).decode()
    assert client.post("/v1/plate-reader/", {"upload": file()}).status_code == 201
    assert client.post("/api/v1/plate-reader", {"upload": file()}).status_code == 201
    assert client.post(ADDRESS, {"upload": text}).status_code == 201
    assert client.post(ADDRESS, {"upload": text}, "application/json").status_code == 201


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"upload": "no base64!"}, 415),
        ({"upload": "AAAA"}, 415),
        ({"upload_url": "http://127.0.0.1/car.jpg"}, 400),
        ({"upload_url": "http://[::1]/car.jpg"}, 400),
        ({"upload_url": "http://169.254.169.254/latest/meta-data"}, 400),
        ({"upload_url": "http://localhost:8000/car.jpg"}, 400),
        ({"upload_url": "file:///etc/passwd"}, 400),
        ({"upload_url": "http://"}, 400),
        ({"upload_url": "http://[/"}, 400),
        ({"upload_url": "gopher://x"}, 400),
    ],
)
def test_snapshot_errors_golden(eyes: Eyes, client: Client, fields: dict[str, str], status: int) -> None:
    answer = client.post(ADDRESS, fields)
    told = answer.json()
    assert (answer.status_code, set(told), told["status_code"]) == (status, {"detail", "status_code"}, status)
    assert eyes.looks == 0


@pytest.mark.parametrize("field", [{"config": "{"}, {"config": "[1]"}, {"config": '{"threshold_o": "x"}'}])
def test_a_config_that_is_none(eyes: Eyes, client: Client, field: dict[str, str]) -> None:
    assert client.post(ADDRESS, {"upload": file(), **field}).status_code == 400
    assert client.post(ADDRESS, {"upload": file(), "timestamp": "soon"}).status_code == 400


def test_a_wrong_token_is_answered_as_documented(eyes: Eyes) -> None:
    for client in (Client(), Client(headers={"authorization": "Token 3a0effff73919f898b69ac65a32dc12347769564"})):
        answer = client.post(ADDRESS, {"upload": file()})
        assert answer.status_code == 403
        assert answer.json()["status_code"] == 403


def test_too_many_calls_are_answered_as_documented(eyes: Eyes, client: Client, settings: Any) -> None:
    settings.API_RATE = 1
    client.post(ADDRESS, {"upload": file()})
    answer = client.post(ADDRESS, {"upload": file()})
    assert answer.status_code == 429
    assert answer.json() == {"detail": answer.json()["detail"], "status_code": 429}
    assert answer["Retry-After"]


def test_a_name_that_leads_inside_is_refused_whatever_it_says(
    eyes: Eyes, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inside(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    answer = client.post(ADDRESS, {"upload_url": "https://pictures.example.org/car.jpg"})
    assert answer.status_code == 400
    assert "inside the network" in answer.json()["detail"]


# --- the plain style -------------------------------------------------------------------------------------------------
def plain(client: Client, data: Any = None, **fields: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post("/recognize", fields or {"file": file(data)})
    told: dict[str, Any] = answer.json()
    assert set(told) == {"status", "code", "message", "plate", "confidence"}
    assert told["message"]
    assert told["status"] == ("success" if told["code"] == 0 else "error")
    return answer.status_code, told


def test_plain_success_golden(eyes: Eyes, client: Client) -> None:
    status, told = plain(client)
    assert (status, told["code"], told["plate"], told["confidence"]) == (200, 0, "MAB1234", 0.9)
    assert plain(client, image=file())[1]["code"] == 0


def test_plain_errors_of_the_file_golden(eyes: Eyes, client: Client) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 60, 3), np.uint8)
    buffer = io.BytesIO()
    PillowImage.fromarray(noise).save(buffer, "PNG")
    codes = {
        "no file": plain(client, other="x"),
        "format": plain(client, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "size": plain(client, bytes(16 * 2**20 + 1)),
        "damage": plain(client, buffer.getvalue()[:2000]),
        "nothing": plain(client, b""),
    }
    assert {name: (status, told["code"]) for name, (status, told) in codes.items()} == {
        "no file": (400, 1),
        "format": (415, 2),
        "size": (413, 3),
        "damage": (422, 7),
        "nothing": (400, 7),
    }
    assert all(told["plate"] is None and told["confidence"] == 0.0 for _, told in codes.values())


def test_plain_errors_of_the_plate_golden(monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client) -> None:
    def none(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        return [], []

    def far(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        return [], [Plate(Box(10, 10, 20, 14), 0.8)]

    def doubtful(image: Image) -> tuple[list[Vehicle], list[Plate]]:
        return car_at(Box(80, 60, 240, 180))

    codes = []
    for scene, text in ((none, "A1"), (far, "A1"), (doubtful, "X")):
        eyes_open(monkeypatch, settings, text, detector=FakeDetector(scene))
        status, told = plain(client)
        codes.append((status, told["code"]))
    assert codes == [(200, 4), (200, 5), (200, 6)]


def test_plain_without_networks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise WeightsError("detector.onnx is missing")

    monkeypatch.setattr(recognition.networks, "running", missing)
    status, told = plain(client)
    assert (status, told["code"]) == (503, 8)
    assert "detector.onnx" in told["message"]


@pytest.mark.parametrize(("words", "code"), [("", 0), ("detector.onnx is missing", 8)])
def test_health_in_the_plain_style(monkeypatch: pytest.MonkeyPatch, words: str, code: int) -> None:
    monkeypatch.setattr(recognition.networks, "trouble", lambda: words)
    told = Client().get("/health").json()
    assert (told["status"], told["code"]) == ("ok", code)
    assert words in told["message"]
