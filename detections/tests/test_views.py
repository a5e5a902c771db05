"""The pages of detections as a signed-in person gets them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from cameras.models import Camera
from detections.messages import iso
from detections.models import Detection
from detections.tests.rows import make_camera, make_detection, write_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_user("olga", password="olga"))
    return client


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    return


@pytest.mark.parametrize("address", ["/", "/detections/", "/detections/1/", "/cameras/gate/", "/texts.js"])
def test_a_stranger_is_sent_to_the_login_page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_the_login_page_signs_in_and_out(client: Client, django_user_model: Any) -> None:
    django_user_model.objects.create_user("olga", password="right")
    assert b"do not match" in client.post("/login/", {"username": "olga", "password": "wrong"}).content
    assert client.post("/login/", {"username": "olga", "password": "right"})["Location"] == "/"
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_no_page_has_a_script_or_a_style_of_its_own(page: Client, camera: Camera) -> None:
    row = make_detection(camera)
    for address in ("/", "/detections/", f"/detections/{row.pk}/", "/cameras/gate/"):
        answer = page.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert " style=" not in text
        assert "<style" not in text
        assert all("src=" in script.split(">")[0] for script in text.split("<script")[1:])
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_the_live_page_shows_cameras_and_the_newest_rows(page: Client, camera: Camera) -> None:
    make_detection(camera, "OLD1", seconds_ago=60)
    newest = make_detection(camera, "NEW1", seconds_ago=1)
    answer = page.get("/")
    assert [row["plate_text"] for row in answer.context["detections"]] == ["NEW1", "OLD1"]
    assert answer.context["cursor"].startswith(newest.updated_at.isoformat()[:19])
    assert f'data-camera="{camera.pk}"' in answer.content.decode()


@pytest.mark.parametrize(("brand", "words"), [("BMW", "BMW · car"), ("other", ">car"), ("unknown", ">car")])
def test_a_row_says_only_a_brand_that_has_a_name(page: Client, camera: Camera, brand: str, words: str) -> None:
    make_detection(camera, brand=brand)
    assert words in page.get("/").content.decode()


def test_the_page_of_a_quiet_camera_goes_on_from_now(page: Client, camera: Camera) -> None:
    """Else it would fetch, at its first breath, all that other cameras have seen since its own last visit."""
    quiet = make_camera("Yard")
    make_detection(quiet, "OLD1", seconds_ago=900_000)
    Detection.objects.update(updated_at=timezone.now() - timedelta(days=10))
    newest = make_detection(camera, "NEW1", seconds_ago=1)
    answer = page.get(f"/cameras/{quiet.slug}/")
    assert [row["plate_text"] for row in answer.context["detections"]] == ["OLD1"]
    assert answer.context["cursor"] == iso(newest.updated_at)


def test_an_empty_installation_says_what_to_do(page: Client, admin_client: Client) -> None:
    assert b"No camera yet" in page.get("/").content
    assert b"First steps" not in page.get("/").content
    assert b"First steps" in admin_client.get("/").content
    assert b"No vehicle has passed yet" in page.get("/detections/").content


def test_the_list_is_searched_by_camera_plate_and_time(page: Client, camera: Camera) -> None:
    other = make_camera("Yard")
    make_detection(camera, "BAX1234", seconds_ago=30)
    make_detection(other, "KLM777", seconds_ago=3)
    make_detection(other, "", seconds_ago=2)

    def found(query: str) -> list[str]:
        return [row["plate_text"] for row in page.get(f"/detections/?{query}").context["detections"]]

    assert found("plate=b-ax 12") == ["BAX1234"]
    assert found("plate=B*4") == ["BAX1234"]
    assert found("plate=KL?777") == ["KLM777"]
    assert found("plate=KL?77") == []
    assert found("plate=L?7") == []
    assert found(f"camera={other.pk}") == ["", "KLM777"]
    assert found("has_plate=false") == [""]
    assert found("has_plate=true") == ["KLM777", "BAX1234"]
    assert found("since=2001-01-01T00:00") == ["", "KLM777", "BAX1234"]
    assert found("until=2001-01-01T00:00") == []


def test_an_impossible_filter_is_named_and_the_others_are_kept(page: Client, camera: Camera) -> None:
    make_detection(camera, "BAX1234")
    make_detection(camera, "KLM777")
    answer = page.get("/detections/?plate=KLM&since=yesterday")
    assert [row["plate_text"] for row in answer.context["detections"]] == ["KLM777"]
    assert "since" in answer.context["search"].form.errors


def test_pages_of_the_list_lead_to_all_rows_and_back(page: Client, camera: Camera) -> None:
    for number in range(120):
        make_detection(camera, f"P{number}", seconds_ago=1 + number // 3)
    seen: list[str] = []
    address, context = "/detections/", None
    while address:
        context = page.get(address).context
        seen += [row["plate_text"] for row in context["detections"]]
        address = f"/detections/?older={context['page'].older}" if context["page"].older else ""
    assert len(seen) == len(set(seen)) == 120
    back = page.get(f"/detections/?newer={context['page'].newer}").context
    assert [row["plate_text"] for row in back["detections"]] == seen[50:100]
    assert back["page"].newer
    assert page.get("/detections/?older=nonsense").context["detections"]


def test_a_detection_shows_how_sure_each_character_is(page: Client, camera: Camera) -> None:
    picture = write_picture(camera)
    row = make_detection(camera, "BAX1234", picture=picture, plate_picture=picture, raw_text="8AX1234")
    row.attempts.create(camera=camera, at=row.first_seen, stage="read", reason="blur")
    make_detection(camera, "BAX1234", seconds_ago=500)
    text = page.get(f"/detections/{row.pk}/").content.decode()
    for words in ("55 %", "5 of 7 looks agree", "8AX1234", "blurred", "Volkswagen", "This plate before and after"):
        assert words in text, words
    assert text.count("<meter") == 7


def test_a_vehicle_without_a_plate_has_a_page_too(page: Client, camera: Camera) -> None:
    row = make_detection(camera, "", brand="unknown", color="unknown", kind="unknown", direction="unknown")
    assert b"its plate could not be read" in page.get(f"/detections/{row.pk}/").content


def test_what_is_not_there_gets_a_helpful_page(page: Client) -> None:
    for address in ("/detections/4711/", "/cameras/nowhere/", "/nowhere/"):
        answer = page.get(address)
        assert answer.status_code == 404
        assert b"Find a detection" in answer.content


def test_a_picture_is_sent_once_and_then_known_by_its_name(page: Client, camera: Camera) -> None:
    name = write_picture(camera)
    answer = page.get(f"/media/{name}")
    assert answer.content.startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert page.get(f"/media/{camera.pk}/2026/").status_code == 404
    again = page.get(f"/media/{name}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_picture_that_was_replaced_leads_to_the_one_that_replaced_it(page: Client, camera: Camera) -> None:
    row = make_detection(camera)
    folder = f"{camera.pk}/detections/2026/11/21"
    row.vehicle_picture = f"{folder}/{row.track_id}-2000-vehicle.jpg"
    default_storage.save(row.vehicle_picture.name, ContentFile(b"\xff\xd8"))
    row.save()
    answer = page.get(f"/media/{folder}/{row.track_id}-1000-vehicle.jpg")
    assert (answer.status_code, answer["Location"]) == (302, row.vehicle_picture.url)
    assert "immutable" not in answer.get("Cache-Control", "")
    assert page.get(answer["Location"]).status_code == 200
    for name in (f"{row.track_id}-1000-plate", f"{row.track_id}-1000-other", "other-1000-vehicle", "vehicle"):
        assert page.get(f"/media/{folder}/{name}.jpg").status_code == 404, name
    assert page.get(f"/media/{camera.pk}/attempts/{row.track_id}-1000-vehicle.jpg").status_code == 404
    default_storage.delete(row.vehicle_picture.name)
    assert page.get(f"/media/{row.vehicle_picture.name}").status_code == 404


def test_no_path_leads_out_of_the_picture_folder(page: Client, camera: Camera, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.jpg").write_bytes(b"secret")
    for path in (
        f"{camera.pk}/../../secret.jpg",
        "../secret.jpg",
        "/etc/passwd",
        f"{camera.pk}//etc/passwd",
        "999/a.jpg",
    ):
        assert page.get(f"/media/{path}").status_code in (400, 404), path
    assert Detection.objects.count() == 0
