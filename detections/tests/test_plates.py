"""One plate's page, its notes and tags; searches that a person has saved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cameras.models import Camera
from detections.models import PlateNote, PlateTag, SavedSearch
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def olga(client: Client) -> User:
    user = User.objects.create_user("olga")
    client.force_login(user, BACKEND)
    return user


@pytest.fixture
def camera() -> Camera:
    return make_camera()


def test_a_plate_has_a_page_with_all_that_is_known_of_it(client: Client, olga: User, camera: Camera) -> None:
    yard = make_camera("Yard")
    for number in range(14):
        make_detection(camera, "BAX1234", seconds_ago=100 + number)
    make_detection(yard, "BAX1234", seconds_ago=5000)
    make_detection(camera, "8AX1234")
    make_detection(camera, "KLM777")
    answer = client.get("/plates/BAX1234/")
    assert answer.status_code == 200
    assert answer.context["summary"]["count"] == 15
    assert [(row["camera"].name, row["count"]) for row in answer.context["cameras"]] == [("Gate", 14), ("Yard", 1)]
    assert [other["plate_norm"] for other in answer.context["alike"]] == ["8AX1234"]
    assert len(answer.context["detections"]) == 12
    older = client.get("/plates/BAX1234/", {"older": answer.context["page"].older})
    assert len(older.context["detections"]) == 3
    assert sum(cell["count"] for day in answer.context["heat_map"] for cell in day["hours"]) == 15


def test_the_hours_of_a_plate_are_those_of_the_viewer(client: Client, olga: User, camera: Camera) -> None:
    """21:40 on a Sunday in UTC is 03:10 on Monday in Kolkata and Sunday evening in Berlin."""
    make_detection(camera, "BAX1", first_seen=datetime(2026, 1, 4, 21, 40, tzinfo=UTC))
    for zone, day, hour in (("UTC", 6, 21), ("Asia/Kolkata", 0, 3), ("Europe/Berlin", 6, 22)):
        client.cookies["timezone"] = zone
        week = client.get("/plates/BAX1/").context["heat_map"]
        assert [
            (number, cell["hour"]) for number, row in enumerate(week) for cell in row["hours"] if cell["count"]
        ] == [(day, hour)]
        assert week[day]["hours"][hour]["level"] == 4


def test_a_plate_is_found_however_it_is_written(client: Client, olga: User, camera: Camera) -> None:
    make_detection(camera, "BAX1234")
    assert client.get("/plates/b-ax 1234/")["Location"] == "/plates/BAX1234/"


def test_an_unknown_plate_gets_help(client: Client, olga: User, camera: Camera) -> None:
    make_detection(camera, "BAX1234")
    answer = client.get("/plates/BAX1235/")
    assert answer.status_code == 404
    assert "/plates/BAX1234/" in answer.content.decode()
    assert client.get("/plates/---/").status_code == 404


def test_nobody_learns_of_plates_of_cameras_without_a_right(client: Client, olga: User) -> None:
    secret = make_camera("Secret", is_restricted=True)
    make_detection(secret, "BAX1234")
    make_detection(make_camera(), "8AX1234")
    PlateNote.objects.create(plate="BAX1234", text="the director")
    assert client.get("/plates/BAX1234/").status_code == 404
    assert client.post("/plates/BAX1234/notes/", {"text": "hello"}).status_code == 404
    assert client.post("/plates/BAX1234/tags/", {"name": "hello"}).status_code == 404
    assert client.get("/plates/8AX1234/").context["alike"] == []
    assert client.get("/detections/").context["detections"][0]["plate_text"] == "8AX1234"
    assert len(client.get("/detections/").context["detections"]) == 1


def test_notes_tell_who_wrote_them_and_only_they_and_staff_remove_them(
    client: Client, olga: User, camera: Camera
) -> None:
    make_detection(camera, "BAX1234")
    assert client.post("/plates/BAX1234/notes/", {"text": "Asks for Mr Smith"})["Location"] == "/plates/BAX1234/"
    note = PlateNote.objects.get()
    assert (note.plate, note.author) == ("BAX1234", olga)
    assert "Asks for Mr Smith" in client.get("/plates/BAX1234/").content.decode()
    empty = client.post("/plates/BAX1234/notes/", {"text": " "})
    assert empty.status_code == 400
    assert empty.context["note_form"].errors
    other = Client()
    other.force_login(User.objects.create_user("otto"), BACKEND)
    assert other.post(f"/plates/BAX1234/notes/{note.pk}/remove/").status_code == 403
    staff = Client()
    staff.force_login(User.objects.create_superuser("sara"), BACKEND)
    assert staff.post(f"/plates/BAX1234/notes/{note.pk}/remove/").status_code == 302
    assert not PlateNote.objects.exists()


def test_a_tag_is_put_once_and_written_one_way(client: Client, olga: User, camera: Camera) -> None:
    make_detection(camera, "BAX1234")
    for name in ("Guest ", "guest", "  GUEST"):
        client.post("/plates/BAX1234/tags/", {"name": name})
    tag = PlateTag.objects.get()
    assert (tag.name, tag.author) == ("guest", olga)
    assert client.post("/plates/BAX1234/tags/", {"name": "x" * 31}).status_code == 400
    client.post(f"/plates/BAX1234/tags/{tag.pk}/remove/")
    assert not PlateTag.objects.exists()


def test_a_search_is_saved_under_a_name_and_belongs_to_one_person(client: Client, olga: User) -> None:
    query = "plate=B*&color=&older=abc&evil=1&sort=oldest"
    answer = client.post("/detections/searches/", {"name": "Nightly", "query": query})
    assert answer["Location"] == "/detections/?plate=B%2A&sort=oldest"
    client.post("/detections/searches/", {"name": "Nightly", "query": "plate=C"})
    saved = SavedSearch.objects.get()
    assert (saved.user, saved.query) == (olga, "plate=C")
    assert "Nightly" in client.get("/detections/").content.decode()
    other = Client()
    other.force_login(User.objects.create_user("otto"), BACKEND)
    assert "Nightly" not in other.get("/detections/").content.decode()
    assert other.post(f"/detections/searches/{saved.pk}/delete/").status_code == 404
    client.post(f"/detections/searches/{saved.pk}/delete/")
    assert not SavedSearch.objects.exists()


def test_a_search_without_a_name_is_not_saved_and_nothing_is_lost(client: Client, olga: User) -> None:
    answer = client.post("/detections/searches/", {"name": " ", "query": "plate=B"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/detections/?plate=B"
    assert "The search is not saved" in answer.content.decode()
    assert not SavedSearch.objects.exists()


def test_a_deleted_user_leaves_notes_without_a_name(client: Client, olga: User, camera: Camera) -> None:
    make_detection(camera, "BAX1234")
    PlateNote.objects.create(plate="BAX1234", text="seen", author=User.objects.create_user("gone"))
    PlateTag.objects.create(plate="BAX1234", name="late", author=None)
    User.objects.get(username="gone").delete()
    assert "somebody" in client.get("/plates/BAX1234/").content.decode()
