"""Whatever arrives instead of a picture is refused with a reason, never with a failure, and nothing of it is stored."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from detections.models import Attempt, Detection
from detections.tests.rows import make_camera
from detections.tests.sent_pictures import Eyes, client_of, eyes_open, file, gray_picture
from detections.uploads import PictureError, open_picture

pytestmark = pytest.mark.django_db
OWN, SNAPSHOT, PLAIN = "/api/v1/recognize", "/api/v1/plate-reader/", "/recognize"
FIELDS = {OWN: "image", SNAPSHOT: "upload", PLAIN: "file"}


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Eyes:
    settings.API_RATE = settings.API_RATE_ADDRESS = 0
    return eyes_open(monkeypatch, settings)


@pytest.fixture
def client(eyes: Eyes, django_user_model: type[User]) -> Client:
    make_camera()
    return client_of(django_user_model.objects.create_user("sam", is_staff=True), "recognize", "ingest")


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header promises this size; its rows are as given."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("evil.exe", b"MZ")
    return buffer.getvalue()


def bmp_bomb() -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 122, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)


def text_bomb() -> bytes:
    """A small picture with 200 MB of packed text."""
    body = b"Comment\0\0" + zlib.compress(bytes(200 * 2**20), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole = png(32, 32, bytes(32 * 97))
    return whole[:33] + chunk + whole[33:]


def noted_picture() -> bytes:
    """A JPEG with notes of the camera in it."""
    buffer, notes = io.BytesIO(), PillowImage.Exif()
    notes[0x0112], notes[0x010F] = 6, "Maker"
    notes.get_ifd(0x8769)[0x9003] = "2026:01:01 00:00:00"
    PillowImage.new("RGB", (64, 32)).save(buffer, "JPEG", exif=notes)
    return buffer.getvalue()


PICTURE = gray_picture()
HOSTILE_SVG = b'<svg version="1.1" xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HOSTILE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "17 MB": (PICTURE + bytes(17 * 2**20), 413),
    "decompression bomb, PNG": (png(50_000, 50_000, bytes(1000)), 413),
    "decompression bomb, BMP": (bmp_bomb(), 413),
    "just too many pixels": (png(10_000, 5_001), 413),
    "packed text bomb": (text_bomb(), 422),
    "polyglot: picture and archive": (PICTURE + archive(), 415),
    "polyglot: picture and web page": (PICTURE + b"<script>alert(1)</script>", 415),
    "polyglot: picture and PHP": (PICTURE[:20] + b"<?php system($_GET[0]); ?>" + PICTURE[20:], 415),
    "polyglot: picture and SVG": (PICTURE + HOSTILE_SVG, 415),
    "polyglot: GIF and script": (b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", 415),
    "PDF": (b"%PDF-1.7\n1 0 obj\n", 415),
    "SVG": (HOSTILE_SVG, 415),
    "web page": (b"<!doctype html><html></html>", 415),
    "film": (b"\0\0\0\x18ftypmp42" + bytes(100), 415),
    "text": (b"hello", 415),
    "TIFF": (b"II*\0" + bytes(100), 415),
    "EPS, which Pillow would hand to Ghostscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", 415),
    "half a JPEG": (PICTURE[: len(PICTURE) // 2], 422),
    "half a PNG": (gray_picture("PNG")[:200], 422),
    "a point": (png(1, 1, bytes(4)), 422),
    "a line": (png(5000, 2, bytes(2 * 15_001)), 422),
}


def nothing_is_stored() -> bool:
    files = [path for path in Path(site_settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return not files and not Detection.objects.exists() and not Attempt.objects.exists()


def reason(answer: Any) -> str:
    told = answer.json()
    return str(told.get("detail") or told.get("message") or "")


@pytest.mark.parametrize("address", FIELDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(client: Client, address: str, name: str) -> None:
    data, status = HOSTILE[name]
    query = "?store=true&camera=gate&debug=1" if address == OWN else ""
    answer = client.post(address + query, {FIELDS[address]: file(data)})
    assert answer.status_code == status, answer.content
    assert reason(answer)
    assert nothing_is_stored()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies(client: Client, name: str) -> None:
    data, status = HOSTILE[name]
    answer = client.post(f"{OWN}?store=true&camera=gate", data, "image/jpeg")
    assert answer.status_code == status, answer.content
    assert reason(answer)
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\evil.exe", "/etc/passwd", "a\r\nSet-Cookie: x=1.jpg", "con.jpg", "x" * 400]
)
def test_a_path_in_the_name_leads_nowhere(client: Client, name: str) -> None:
    sent = SimpleUploadedFile("car.jpg", PICTURE, "image/jpeg")
    sent.name = None
    sent._name = name
    answer = client.post(f"{OWN}?store=true&camera=gate", {"image": sent})
    assert answer.status_code == 200
    told = answer.json()["pictures"][0]["name"]
    assert not set(told) & set("/\\\r\n\0")
    files = [path.name for path in Path(site_settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert files
    assert all(found.endswith(("-frame.jpg", "-vehicle.jpg", "-plate.jpg")) for found in files)
    assert Path(site_settings.MEDIA_ROOT, str(Detection.objects.get().picture)).read_bytes() != PICTURE, "made anew"


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        "7",
        '"text"',
        "{",
        "{}",
        '{"image": null}',
        '{"image": 7}',
        '{"image": {}}',
        '{"image": [[]]}',
        '{"image": "data:image/jpeg;base64,"}',
        '{"image": "data:text/html,<script>"}',
        '{"image": "\\ud800"}',
        json.dumps({"image": ["AAAA"] * 11}),
        "[" * 100_000,
        '{"image": ' + "[" * 100_000,
    ],
)
def test_json_that_holds_no_picture(client: Client, body: str) -> None:
    for address in FIELDS:
        answer = client.post(address, body.replace("image", FIELDS[address]), "application/json")
        assert 400 <= answer.status_code < 500, (address, answer.content)
        assert reason(answer)
    assert nothing_is_stored()


def test_more_pictures_than_one_request_may_hold(client: Client) -> None:
    answer = client.post(OWN, {"image": [file() for _ in range(11)]})
    assert answer.status_code == 400
    assert "10" in reason(answer)


def test_a_body_that_says_it_is_huge_is_not_read(client: Client) -> None:
    answer = client.generic("POST", OWN, b"x", "image/jpeg", headers={"content-length": str(10**12)})
    assert answer.status_code == 413


def test_forms_that_are_none(client: Client) -> None:
    for address in FIELDS:
        for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"):
            answer = client.generic("POST", address, b"--y\r\nnonsense", kind)
            assert 400 <= answer.status_code < 500, (address, kind, answer.content)


KINDS = st.sampled_from(
    [
        "image/jpeg",
        "application/json",
        "application/octet-stream",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
        "nonsense",
        "/",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["image", "upload", "file"]), inner),
    max_leaves=5,
)
MANGLED = st.builds(
    lambda data, cut, at, junk: data[: at % len(data)] + junk + data[cut % len(data) :],
    st.sampled_from([gray_picture(kind, 32, 32) for kind in ("JPEG", "PNG", "BMP", "WEBP")] + [noted_picture()]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.binary(max_size=8),
)
BODIES = st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()) | MANGLED


def must_be_refused_or_read(client: Client, address: str, kind: str, body: bytes) -> None:
    answer = client.generic("POST", address, body, kind)
    assert answer.status_code < 500, (address, kind, body, answer.content)
    if answer.status_code >= 400:
        assert reason(answer)
    assert not Detection.objects.exists()


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(address=st.sampled_from(list(FIELDS)), kind=KINDS, body=BODIES)
def test_random_bodies(client: Client, address: str, kind: str, body: bytes) -> None:
    must_be_refused_or_read(client, address, kind, body)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(address=st.sampled_from(list(FIELDS)), kind=KINDS, body=BODIES)
def test_ten_thousand_random_bodies(client: Client, address: str, kind: str, body: bytes) -> None:
    must_be_refused_or_read(client, address, kind, body)


@settings(max_examples=120, deadline=None)
@given(data=MANGLED)
def test_mangled_pictures_are_read_or_refused(data: bytes) -> None:
    try:
        image = open_picture(data)
    except PictureError:
        return
    assert image.ndim == 3


@pytest.mark.parametrize("chance", [b"PK\5\6" + bytes(30), b"<svg \x83\x17", b"<SVG>", b"PK\1\2"])
def test_bytes_that_look_like_something_else_by_chance_do_no_harm(chance: bytes) -> None:
    """Four or five of them stand somewhere in every few ten thousand pictures."""
    assert open_picture(PICTURE + chance).ndim == 3


def test_turned_as_exif_says() -> None:
    assert open_picture(noted_picture()).shape == (64, 32, 3)


def test_notes_that_are_damaged_do_not_matter() -> None:
    """Every byte of the notes in turn; the pixels behind them are whole."""
    data = noted_picture()
    for place in range(data.index(b"Exif") + 6, data.index(b"\xff\xdb")):
        for other in (0, 5, 11, 255):
            image = open_picture(data[:place] + bytes([other]) + data[place + 1 :])
            assert sorted(image.shape) == [3, 32, 64]
