"""What staff do with the form and the list of cameras."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from cameras.models import Camera
from cameras.tests.test_rights import make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/cameras/camera/"
TRIANGLE = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
ENTRIES = {
    "name": "Gate",
    "slug": "",
    "source_url": "synthetic:",
    "enabled": "on",
    "region": "de",
    "include_polygons": "[]",
    "exclude_polygons": "[]",
    "direction_lines": "[]",
    "max_fps": "10",
    "min_plate_width": "40",
    "min_confidence": "0.4",
    "read_attributes": "on",
    "schedule-count": "1",
    "dataset_mode": "uncertain",
    "dataset_every": "10",
}


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_user("sue", "staff"))
    return client


@pytest.fixture
def door() -> Iterator[int]:
    """A port at which something listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def add(client: Client, **entries: object) -> Any:
    return client.post(f"{LIST}add/", {**ENTRIES, **entries})


def test_staff_add_a_camera_with_all_that_belongs_to_it(staff: Client) -> None:
    answer = add(
        staff,
        include_polygons=json.dumps([TRIANGLE]),
        direction_lines="[[[0.2, 0.6], [0.8, 0.6]]]",
        **{"schedule-1-days": ["0", "1"], "schedule-1-from": "07:00", "schedule-1-to": "19:00"},
    )
    assert answer.status_code == 302, errors(answer)
    camera = Camera.objects.get()
    assert (camera.slug, camera.region, camera.dataset_mode) == ("gate", "de", "uncertain")
    assert camera.include_polygons == [TRIANGLE]
    assert camera.schedule == [{"days": [0, 1], "from": "07:00", "to": "19:00"}]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("source_url", "ftp://gate/1", "addresses start with"),
        ("source_url", "rtsp://no-such-host.invalid/1", "not known"),
        ("source_url", "rtsp://127.0.0.1:99999/1", "port"),
        ("source_url", "rtsp:///stream", "no host"),
        ("source_url", "/nowhere/film.mp4", "no such file"),
        ("include_polygons", json.dumps([BOW_TIE]), "cross itself"),
        ("exclude_polygons", "[[[0, 0], [1, 0], [1, 1.5]]]", "outside the picture"),
        ("direction_lines", "[[[0, 0]]]", "start and an end"),
        ("slug", "taken", "already exists"),
        ("name", "Other", "already exists"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(staff: Client, field: str, value: str, words: str) -> None:
    Camera.objects.create(name="Other", slug="taken", source_url="synthetic:")
    found = errors(add(staff, **{field: value}))
    assert list(found) == [field]
    assert words in found[field][0]


def test_hours_without_days_are_refused_and_kept(staff: Client) -> None:
    answer = add(staff, **{"schedule-1-from": "07:00", "schedule-1-to": "19:00"})
    assert "at least one day" in errors(answer)["schedule"][0]
    assert 'value="07:00"' in answer.content.decode()


def test_a_source_that_does_not_answer_can_be_saved_on_purpose(staff: Client, door: int) -> None:
    silent = "rtsp://127.0.0.1:1/stream"
    assert "Nothing listens" in errors(add(staff, source_url=silent))["source_url"][0]
    assert add(staff, source_url=silent, even_unreachable="on").status_code == 302
    assert add(staff, name="Yard", source_url=f"rtsp://127.0.0.1:{door}/stream").status_code == 302


def test_two_names_that_look_alike_get_two_slugs(staff: Client) -> None:
    add(staff, name="North gate")
    add(staff, name="North-gate")
    assert set(Camera.objects.values_list("slug", flat=True)) == {"north-gate", "north-gate-2"}


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(staff: Client) -> None:
    add(staff)
    camera = Camera.objects.get()
    seen = camera.updated_at.isoformat()
    address = f"{LIST}{camera.pk}/change/"
    other = Client()
    other.force_login(make_user("tom", "staff"))
    assert other.post(address, {**ENTRIES, "region": "fr", "seen_edit": seen}).status_code == 302
    answer = staff.post(address, {**ENTRIES, "max_fps": "3", "seen_edit": seen})
    told = " ".join(errors(answer)["__all__"])
    assert "tom saved this camera" in told
    assert "region is now: fr" in told
    assert 'value="3"' in answer.content.decode()
    assert Camera.objects.get().region == "fr"
    again = answer.context["adminform"].form["seen_edit"].value()
    assert staff.post(address, {**ENTRIES, "max_fps": "3", "seen_edit": again}).status_code == 302
    assert Camera.objects.get().max_fps == 3


def test_dots_stand_for_the_password_only_at_the_same_place(staff: Client, door: int) -> None:
    host = f"127.0.0.1:{door}"
    add(staff, source_url=f"rtsp://olga:s:e/c@{host}/1", even_unreachable="on")
    camera = Camera.objects.get()
    address = f"{LIST}{camera.pk}/change/"
    assert "s:e/c" not in staff.get(address).content.decode()

    def save(url: str) -> Any:
        return staff.post(address, {**ENTRIES, "source_url": url, "even_unreachable": "on"})

    assert save(camera.safe_source_url).status_code == 302
    assert Camera.objects.get().source_url == f"rtsp://olga:s:e/c@{host}/1"
    assert "Write the password out" in errors(save("rtsp://olga:***@evil.example/1"))["source_url"][0]
    assert "Write the password out" in errors(save(f"rtsp://eve:***@{host}/1"))["source_url"][0]


def test_dots_keep_the_password_where_only_the_stream_changes(staff: Client, door: int) -> None:
    add(staff, source_url=f"rtsp://olga:secret@127.0.0.1:{door}/1")
    camera = Camera.objects.get()
    entries = {**ENTRIES, "source_url": f"rtsp://olga:***@127.0.0.1:{door}/2"}
    assert staff.post(f"{LIST}{camera.pk}/change/", entries).status_code == 302
    assert Camera.objects.get().source_url == f"rtsp://olga:secret@127.0.0.1:{door}/2"


def test_the_list_starts_stops_and_restarts(staff: Client) -> None:
    add(staff)
    camera = Camera.objects.get()

    def press(act: str) -> Camera:
        assert staff.post(f"{LIST}{camera.pk}/switch/{act}/").status_code == 302
        return Camera.objects.get()

    assert not press("stop").enabled
    started = press("start")
    assert started.enabled
    assert press("restart").updated_at > started.updated_at
    assert staff.post(f"{LIST}{camera.pk}/switch/explode/").status_code == 403
    assert staff.get(f"{LIST}{camera.pk}/switch/stop/").status_code == 405
    chosen = {"action": "stop_all", "_selected_action": [camera.pk]}
    assert staff.post(LIST, chosen).status_code == 302
    assert not Camera.objects.get().enabled
    assert "synthetic:" in staff.get(LIST).content.decode()


def test_the_button_shows_a_picture_or_says_why_not(staff: Client) -> None:
    answer = staff.post(f"{LIST}probe/", {"source_url": "synthetic:", "camera": ""}).json()
    assert answer["is_ok"], answer
    assert (answer["width"], answer["height"]) == (1280, 720)
    assert len(answer["jpeg"]) > 1000
    refused = staff.post(f"{LIST}probe/", {"source_url": "ftp://gate/", "camera": ""}).json()
    assert not refused["is_ok"]
    assert "addresses start with" in refused["words"]
    assert "first" in staff.post(f"{LIST}probe/", {"source_url": "", "camera": ""}).json()["words"]


def test_the_button_uses_the_stored_password_and_tells_it_to_nobody(staff: Client) -> None:
    camera = Camera.objects.create(name="Gate", source_url="rtsp://olga:secret@127.0.0.1:1/x")
    entries = {"source_url": camera.safe_source_url, "camera": camera.pk}
    answer = staff.post(f"{LIST}probe/", entries).json()
    assert "refused" in answer["words"]
    assert "secret" not in answer["words"]


def test_operators_do_not_set_up_cameras(client: Client) -> None:
    camera = Camera.objects.create(name="Gate", source_url="synthetic:")
    client.force_login(make_user("olga", "operator"))
    for address in (LIST, f"{LIST}add/", f"{LIST}{camera.pk}/change/"):
        answer = client.get(address, follow=True)
        assert answer.status_code == 403
    assert client.post(f"{LIST}{camera.pk}/switch/stop/", follow=True).status_code == 403
    assert client.post(f"{LIST}probe/", {"source_url": "synthetic:"}, follow=True).status_code == 403
    assert Camera.objects.get().enabled
