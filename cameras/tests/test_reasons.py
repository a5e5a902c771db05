"""What is wrong with a camera is said in the viewer's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from cameras import supervisor
from cameras.choices import State
from cameras.models import Camera, CameraHealth
from cameras.reasons import in_words
from cameras.tests.test_health import Ward
from detections import pictures
from detections.messages import camera_message, camera_payload
from inference import sources

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {"SourceError", "WeightsError", "BackendError", "UnknownRegionError"}
SAID_IN = ("sources.py", "pictures.py", "weights.py", "plate_format.py", "backends/*.py")
STARTED_BY_HAND = ("ncnn", "NCNN", "--torch")
"""Backends whose own troubles come only to those who type commands."""


def messages_of(path: Path) -> Iterator[str]:
    """The texts of the errors that a file raises, with 7 in the place of each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant):
                yield str(said.value)
            elif isinstance(said, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in said.values)


def test_whatever_a_source_or_a_model_says_has_its_german() -> None:
    said = {text for name in SAID_IN for path in (ROOT / "inference").glob(name) for text in messages_of(path)}
    said |= {f"rtsp://gate/1: {words}" for _, words in sources._WORDS}
    said -= {text for text in said if text.strip(": 7") == ""}
    assert len(said) > 40
    with translation.override("de"):
        left = [text for text in sorted(said) if in_words(text) == text]
    assert [text for text in left if not any(word in text for word in STARTED_BY_HAND)] == []


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("rtsp://olga:***@gate:554/1: wrong user name or password (401)", "Benutzername oder Passwort falsch (401)"),
        ("/films/a: b.mp4: not a video: it holds no pictures", "/films/a: b.mp4: kein Video: es enthält keine Bilder"),
        ("pictures are not stored: No space left on device", "nicht gespeichert: auf der Platte ist kein Platz mehr"),
        (pictures.NOT_STORED.format("less than 200 MB are free on the disk"), "sind weniger als 200 MB frei"),
        (supervisor.DIED, "bricht immer wieder ab"),
        (supervisor.HANGS, "hängt"),
        ("100 % of something unheard of", "100 % of something unheard of"),
        ("", ""),
    ],
)
def test_it_is_shown_in_german_and_kept_in_english(said: str, german: str) -> None:
    with translation.override("de"):
        assert german in in_words(said)
    with translation.override("en"):
        assert in_words(said) == said


@pytest.mark.django_db(transaction=True)
def test_whatever_a_worker_says_has_its_german() -> None:
    ward = Ward()
    reasons: list[str] = []

    def note() -> None:
        reasons.append(ward.row.last_error)

    ward.status.is_loaded = True
    ward.wait(12)
    note()
    ward.live(70, same=True)
    note()
    ward.live(20, recognize=1)
    note()
    ward.status.store_error = "the database refuses; reads are kept until it takes them (2006, 'gone')"
    ward.live(6)
    note()
    ward.status.store_error = ""
    ward.live(40, recognize=0)
    ward.health.finish(ward.told)
    note()
    ward.clock.now += 100
    reasons.append(ward.health.stuck(ward.clock.now))
    ward.status.has_ended = True
    ward.health.finish(ward.told)
    note()
    reasons.append("the models do not load")
    with translation.override("de"):
        assert [reason for reason in reasons if not reason or in_words(reason) == reason] == []


@pytest.mark.django_db
def test_pages_programs_and_live_messages_carry_it(admin_client: Client) -> None:
    camera = Camera.objects.create(name="Gate", source_url="rtsp://gate/1")
    CameraHealth.objects.create(camera=camera, state=State.FAILED, last_error="rtsp://gate/1: the connection was cut")
    for address in ("/", "/cameras/", "/cameras/gate/", "/admin/cameras/camera/"):
        page = admin_client.get(address, headers={"Accept-Language": "de"}).content.decode()
        assert "die Verbindung ist abgerissen" in page, address
    assert "the connection was cut" in admin_client.get("/cameras/").content.decode()
    with translation.override("de"):
        camera.refresh_from_db()
        assert camera_payload(camera)["reason"].endswith("abgerissen")
        assert camera_message(camera)["camera"]["reason"].endswith("was cut"), "each page says it in its own language"
