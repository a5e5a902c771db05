"""Every resource of the API: who sees what, what may be changed, how it is paged, and what is never told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from anpr_site.accounts.choices import Action
from anpr_site.accounts.models import AccessRecord, ApiToken, StoredAnswer
from cameras.models import Camera
from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType
from detections.gate_models import AccessDecision, Gate
from detections.models import Attempt
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection, write_picture
from labeling.models import Sample

pytestmark = pytest.mark.django_db
RESOURCES = (
    "cameras",
    "detections",
    "attempts",
    "plate-lists",
    "registered-plates",
    "decisions",
    "destinations",
    "deliveries",
    "samples",
)
ALL = ("read", "recognize", "ingest", "manage")


class Api:
    """A program with a token."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {ApiToken.make(user, 'program', scopes or ALL)[1]}"}

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{address}", query, headers=self.headers)

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        send = getattr(self.client, method)
        content = json.dumps(body)
        return send(f"/api/v1/{address}", content, content_type="application/json", headers=self.headers | headers)


def member(*groups: str) -> User:
    user = User.objects.create_user("-".join(groups) or "nobody")
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def staff() -> Api:
    return Api(member("staff"))


@pytest.fixture
def rows() -> dict[str, Any]:
    """One row of each resource, all of a camera that is not for everyone."""
    camera = make_camera("Vault", is_restricted=True)
    seen = make_detection(camera, "BAX1234")
    gate = Gate.objects.create(name="Gate", camera=camera)
    target = Destination.objects.create(name="Desk", address="https://user:hunter2@desk.example/hook?key=hunter2")
    plates = PlateList.objects.create(name="Residents")
    return {
        "cameras": camera,
        "detections": seen,
        "attempts": Attempt.objects.create(camera=camera, detection=seen, at=timezone.now(), stage="read"),
        "plate-lists": plates,
        "registered-plates": RegisteredPlate.objects.create(list=plates, plate_text="B AX 1234"),
        "decisions": AccessDecision.objects.create(
            gate=gate, camera=camera, detection=seen, stage="final", decision="allow", at=timezone.now()
        ),
        "destinations": target,
        "deliveries": Delivery.objects.create(destination=target, event="test", payload={"a": 1}, camera=camera),
        "samples": Sample.objects.create(camera=camera, visit="v", captured_at=timezone.now(), text="BAX1234"),
    }


@pytest.mark.parametrize("resource", RESOURCES)
def test_staff_read_each_resource_and_no_secret_of_it(staff: Api, rows: dict[str, Any], resource: str) -> None:
    page = staff.get(f"{resource}/")
    assert page.status_code == 200, page.content
    assert [row["id"] for row in page.json()["results"]] == [rows[resource].pk]
    one = staff.get(f"{resource}/{rows[resource].pk}/")
    assert one.json() == page.json()["results"][0]
    assert b"hunter2" not in page.content
    assert b"synthetic" not in page.content


@pytest.mark.parametrize("resource", RESOURCES)
def test_other_peoples_rows_are_not_there(rows: dict[str, Any], resource: str) -> None:
    api = Api(member("operator", "labeler"))
    one = api.get(f"{resource}/{rows[resource].pk}/")
    page = api.get(f"{resource}/")
    if resource in ("plate-lists", "registered-plates"):
        assert one.status_code == 200
    elif resource in ("destinations", "deliveries"):
        assert (one.status_code, page.status_code) == (403, 403)
    else:
        assert one.status_code == 404
        assert page.json()["results"] == []


@pytest.mark.parametrize("resource", RESOURCES[3:])
def test_who_has_no_right_on_the_pages_has_none_here(rows: dict[str, Any], resource: str) -> None:
    answer = Api(member()).get(f"{resource}/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission"


def test_an_impossible_id_is_not_found(staff: Api, rows: dict[str, Any]) -> None:
    for resource in RESOURCES:
        for pk in ("0", "-1", "abc", "9" * 30, "%00", "1%2F2"):
            assert staff.get(f"{resource}/{pk}/").status_code == 404, (resource, pk)


def test_an_invented_cursor_is_refused(staff: Api, rows: dict[str, Any]) -> None:
    """The last two are ``p=2026`` and ``r=1&p=500`` in base64: right in form, but no place in these orders."""
    for resource in RESOURCES:
        for cursor in ("x", "%00", "cD05OTk5OTk5OTk5OTk5OTk5", "cD0yMDI2", "cj0xJnA9NTAw"):
            assert staff.get(f"{resource}/", cursor=cursor).status_code in (200, 404), (resource, cursor)


def test_a_registered_plate_is_made_changed_and_removed(staff: Api) -> None:
    plates = staff.send("post", "plate-lists/", {"name": "Residents", "kind": "allow", "matching": "exact"}).json()
    made = staff.send("post", "registered-plates/", {"list": plates["id"], "plate_text": "b-ax 1234", "owner": "Olga"})
    assert made.status_code == 201, made.content
    assert made.json()["plate_norm"] == "BAX1234"
    address = f"registered-plates/{made.json()['id']}/"
    assert staff.get("registered-plates/", plate="BAX 1234").json()["results"][0]["owner"] == "Olga"
    assert staff.send("patch", address, {"note": "blue door"}).json()["note"] == "blue door"
    assert staff.send("delete", address).status_code == 204
    assert not RegisteredPlate.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"plate_text": "!"}, "plate_text"),
        ({"plate_text": "B AX 1234"}, "plate_text"),
        ({"valid_from": "2026-01-02T00:00Z", "valid_until": "2026-01-01T00:00Z"}, "valid_until"),
        ({"list": 4711}, "list"),
        ({"cameras": [4711]}, "cameras"),
        ({"owner": "x" * 200}, "owner"),
    ],
)
def test_a_registered_plate_follows_the_rules_of_the_pages(
    staff: Api, rows: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    plate = {"list": rows["plate-lists"].pk, "plate_text": "C1"} | change
    answer = staff.send("post", "registered-plates/", plate)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert RegisteredPlate.objects.count() == 1


def test_an_operator_may_look_at_lists_and_change_nothing(rows: dict[str, Any]) -> None:
    api = Api(member("operator"))
    for method, address in (("post", ""), ("patch", f"{rows['registered-plates'].pk}/")):
        answer = api.send(method, f"registered-plates/{address}", {"note": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission")


def test_a_token_that_only_reads_changes_nothing(rows: dict[str, Any]) -> None:
    api = Api(member("staff"), "read")
    answer = api.send("delete", f"registered-plates/{rows['registered-plates'].pk}/")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")


def test_a_session_needs_the_csrf_token_to_write(rows: dict[str, Any]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member("staff"), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/plate-lists/").status_code == 200
    answer = browser.delete(f"/api/v1/plate-lists/{rows['plate-lists'].pk}/")
    assert answer.status_code == 403


def test_a_failed_delivery_is_sent_again_and_no_other(staff: Api, rows: dict[str, Any]) -> None:
    address = f"deliveries/{rows['deliveries'].pk}/send-again/"
    assert staff.send("post", address).status_code == 409
    Delivery.objects.update(status=DeliveryStatus.FAILED, attempts=9)
    answer = staff.send("post", address)
    assert (answer.status_code, answer.json()["status"], answer.json()["attempts"]) == (200, "pending", 0)
    Delivery.objects.update(status=DeliveryStatus.FAILED, event=EventType.GATE_OPEN)
    assert staff.send("post", address).status_code == 409, "a gate is not opened late"
    assert Delivery.objects.get().status == DeliveryStatus.FAILED


def test_a_destination_is_switched_off_and_not_moved(staff: Api, rows: dict[str, Any]) -> None:
    address = f"destinations/{rows['destinations'].pk}/"
    answer = staff.send("patch", address, {"enabled": False, "address": "https://evil.example/", "name": "x"})
    assert answer.json()["enabled"] is False
    row = Destination.objects.get()
    assert (row.enabled, row.name) == (False, "Desk")
    assert row.address.startswith("https://user")


def test_the_same_write_with_the_same_key_is_done_once(staff: Api) -> None:
    body = {"name": "Residents"}
    first = staff.send("post", "plate-lists/", body, **{"Idempotency-Key": "k1"})
    again = staff.send("post", "plate-lists/", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert PlateList.objects.count() == 1
    other = staff.send("post", "plate-lists/", {"name": "Others"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert staff.send("post", "plate-lists/", {"name": "Others"}, **{"Idempotency-Key": "k2"}).status_code == 201
    somebody = Api(User.objects.create_superuser("somebody"))
    assert somebody.send("post", "plate-lists/", {"name": "Third"}, **{"Idempotency-Key": "k1"}).status_code == 201


def test_a_refused_write_is_refused_the_same_way_again_and_a_running_one_is_waited_for(staff: Api) -> None:
    for _ in range(2):
        answer = staff.send("post", "plate-lists/", {"name": ""}, **{"Idempotency-Key": "k1"})
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == "name"
    StoredAnswer.objects.update(status=0)
    answer = staff.send("post", "plate-lists/", {"name": ""}, **{"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert staff.send("post", "plate-lists/", {"name": "x"}, **{"Idempotency-Key": "k" * 300}).status_code == 400


def test_counts_by_camera_brand_and_color() -> None:
    gate, yard = make_camera(), make_camera("Yard")
    for camera, color in ((gate, "red"), (gate, "red"), (yard, "blue")):
        make_detection(camera, "A1", color=color)
    make_detection(make_camera("Vault", is_restricted=True), "A1", color="red")
    make_detection(gate, "", color="red")
    api = Api(member("operator"))
    answer = api.get("stats/", by="camera,color").json()
    assert [(row["camera"]["slug"], row["color"], row["count"], row["with_plate"]) for row in answer["results"]] == [
        ("gate", "red", 3, 2),
        ("yard", "blue", 1, 1),
    ]
    assert sum(row["count"] for row in api.get("stats/").json()["results"]) == 4
    assert api.get("stats/", by="color", camera="yard").json()["results"] == [
        {"color": "blue", "count": 1, "with_plate": 1}
    ]
    hour = api.get("stats/", by="hour").json()["results"][0]["hour"]
    assert hour.endswith(":00:00.000000Z")
    assert api.get("stats/", by="owner").status_code == 400
    assert api.get("stats/", since="soon").status_code == 400


def test_looks_are_filtered_by_why_they_failed(staff: Api, rows: dict[str, Any]) -> None:
    camera: Camera = rows["cameras"]
    Attempt.objects.create(camera=camera, at=timezone.now(), stage="read", reason="blur")
    assert [row["reason"] for row in staff.get("attempts/", reason="blur").json()["results"]] == ["blur"]
    assert [row["reason"] for row in staff.get("attempts/", counted="true").json()["results"]] == [""]
    assert len(staff.get("attempts/", camera=camera.slug).json()["results"]) == 2
    assert staff.get("attempts/", reason="bad luck").status_code == 400


def test_who_looked_is_written_down(staff: Api, rows: dict[str, Any]) -> None:
    staff.get(f"detections/{rows['detections'].pk}/")
    staff.get("detections/", plate="BAX")
    for _ in range(3):
        staff.get("detections/", camera="vault")
    for day in range(1, 4):
        staff.get("detections/", updated_after=f"2026-01-0{day}T00:00:00Z")
    staff.get(f"registered-plates/{rows['registered-plates'].pk}/")
    staff.get("registered-plates/")
    staff.get("decisions/")
    kept = [(row.action, row.plate, row.user_name) for row in AccessRecord.objects.order_by("id")]
    assert kept == [
        (Action.VIEW, "BAX1234", "staff"),
        (Action.SEARCH, "BAX", "staff"),
        (Action.EXPORT, "", "staff"),
        (Action.EXPORT, "", "staff"),
        (Action.VIEW, "B AX 1234", "staff"),
        (Action.EXPORT, "", "staff"),
        (Action.EXPORT, "", "staff"),
    ]
    assert AccessRecord.objects.first().token.startswith("program (pw_")
    assert "camera=vault" in AccessRecord.objects.filter(action=Action.EXPORT).last().what


def test_a_picture_opens_with_a_token_and_is_not_sent_twice(rows: dict[str, Any]) -> None:
    camera = make_camera()
    name = write_picture(camera)
    api = Api(member("operator"))
    picture = api.client.get(f"/media/{name}", headers=api.headers)
    assert picture["Content-Type"] == "image/jpeg"
    again = api.client.get(f"/media/{name}", headers=api.headers | {"If-None-Match": picture["ETag"]})
    assert again.status_code == 304
    secret = write_picture(rows["cameras"])
    assert api.client.get(f"/media/{secret}", headers=api.headers).status_code == 404
    assert Client().get(f"/media/{name}").status_code == 401


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 200_000, "parse_error"),
        (b'{"name": "' + b"x" * 1_000_001 + b'"}', "too_large"),
        (b'{"name": NaN}', "parse_error"),
        (b"\xff\xfe", "parse_error"),
        (b"[1]", "invalid"),
    ],
)
def test_a_body_that_is_no_request_is_refused(staff: Api, body: bytes, code: str) -> None:
    answer = staff.client.post("/api/v1/plate-lists/", body, content_type="application/json", headers=staff.headers)
    assert answer.status_code in (400, 413)
    assert answer.json()["code"] == code
    assert not PlateList.objects.exists()
