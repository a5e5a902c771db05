"""Who changed what, who signed in in vain, and that none of it is kept for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from anpr_site.accounts.choices import Action
from anpr_site.accounts.models import AccessRecord, ApiToken, StoredAnswer
from cameras.models import Camera
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection
from labeling.retention import purge

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def changes_of(row: Any) -> list[LogEntry]:
    return list(LogEntry.objects.get_for_object(row).order_by("id"))


def test_a_change_by_a_token_is_written_down_with_its_user(client: Client) -> None:
    olga = User.objects.create_superuser("olga")
    _token, secret = ApiToken.make(olga, "script", ["manage"])
    client.post(
        "/api/v1/plate-lists/",
        '{"name": "Residents"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    entry = changes_of(PlateList.objects.get())[0]
    assert (entry.actor, entry.remote_addr) == (olga, "127.0.0.1")
    assert entry.changes["name"] == ["None", "Residents"]
    assert len(entry.cid) == 16


def test_a_password_is_changed_and_not_told(client: Client) -> None:
    camera = Camera.objects.create(name="Gate", source_url="rtsp://u:hunter2@host/1")
    camera.source_url = "rtsp://u:hunter3@host/1"
    camera.save()
    User.objects.create_user("paul", password="hunter4")
    told = " ".join(str(entry.changes) for entry in LogEntry.objects.all())
    assert "hunter" not in told
    assert "md5$" not in told
    assert changes_of(camera)[-1].changes["source_url"] == ["***", "***"]


def test_the_heartbeat_of_a_camera_is_no_change() -> None:
    camera = Camera.objects.create(name="Gate", source_url="synthetic:")
    before = LogEntry.objects.count()
    Camera.objects.get(pk=camera.pk).save()
    assert LogEntry.objects.count() == before


def sign_in(client: Client, name: str, password: str, address: str = "203.0.113.1") -> Any:
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def test_a_name_is_locked_out_where_it_was_guessed_and_nowhere_else(client: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for name in ("olga", "paul"):
        User.objects.create_user(name, password="right")
    answers = [sign_in(client, "olga", "wrong") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert b"15 minutes" in answers[-1].content
    assert answers[-1]["Retry-After"] == "900"
    assert sign_in(client, "olga", "right").status_code == 429
    assert sign_in(Client(), "paul", "right").status_code == 302
    assert sign_in(Client(), "olga", "right", "203.0.113.2").status_code == 302


def test_the_lock_opens_by_itself_and_by_the_staff(client: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    User.objects.create_user("olga", password="right")
    for _ in range(3):
        sign_in(client, "olga", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, "olga", "right").status_code == 302
    for _ in range(2):
        sign_in(Client(), "olga", "wrong")
    assert sign_in(Client(), "olga", "right").status_code == 429
    AccessAttempt.objects.all().delete()
    assert sign_in(Client(), "olga", "right").status_code == 302


def test_a_forged_forwarded_address_does_not_open_a_lock(client: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    User.objects.create_user("olga", password="right")
    for number in range(2):
        client.post("/login/", {"username": "olga", "password": "x"}, headers={"X-Forwarded-For": f"1.1.1.{number}"})
    answer = client.post("/login/", {"username": "olga", "password": "right"}, headers={"X-Forwarded-For": "1.1.1.9"})
    assert answer.status_code == 429


def test_staff_search_the_access_log_and_may_not_edit_it(admin_client: Client, admin_user: User) -> None:
    row = AccessRecord.objects.create(user_name="olga", action=Action.VIEW, plate="BAX1234", what="/detections/1/")
    AccessRecord.objects.create(user_name="olga", action=Action.EXPORT, what="/detections/export.csv")
    page = admin_client.get("/admin/accounts/accessrecord/", {"q": "BAX1234"}).content.decode()
    assert "/detections/1/" in page
    assert "export.csv" not in page
    assert admin_client.post(f"/admin/accounts/accessrecord/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/auditlog/logentry/").status_code == 200


def test_old_logs_go_and_new_ones_stay() -> None:
    old = timezone.now() - timedelta(days=400)
    plates = PlateList.objects.create(name="Residents")
    LogEntry.objects.update(timestamp=old)
    AccessRecord.objects.create(user_name="olga", action=Action.VIEW, what="old")
    AccessRecord.objects.update(at=old)
    AccessLog.objects.create(username="olga", ip_address="127.0.0.1", path_info="/login/")
    AccessLog.objects.update(attempt_time=old)
    StoredAnswer.objects.create(user=User.objects.create_user("olga"), key="k", fingerprint="f")
    StoredAnswer.objects.update(created_at=old)
    AccessRecord.objects.create(user_name="olga", action=Action.VIEW, what="new")
    plates.note = "new"
    plates.save()
    gone = purge()
    assert {name: gone[name] for name in ("access records", "sign-ins", "answers")} == {
        "access records": 1,
        "sign-ins": 1,
        "answers": 1,
    }
    assert not StoredAnswer.objects.exists()
    assert [row.what for row in AccessRecord.objects.all()] == ["new"]
    assert [entry.changes for entry in changes_of(plates)] == [{"note": ["", "new"]}]


def test_looking_at_registered_plates_is_written_down(client: Client) -> None:
    paul = User.objects.create_superuser("paul")
    client.force_login(paul, backend=BACKEND)
    plates = PlateList.objects.create(name="Residents")
    entry = RegisteredPlate.objects.create(list=plates, plate_text="B AX 1234")
    for address in ("/registry/", "/gates/decisions/", "/gates/stays/"):
        client.get(address)
    for address in ("/registry/?q=BAX", "/gates/decisions/?plate=BAX", "/gates/stays/?plate=BAX"):
        client.get(address)
    client.get(f"/registry/lists/{plates.pk}/")
    client.get(f"/registry/plates/{entry.pk}/")
    client.get(f"/registry/lists/{plates.pk}/export.csv")
    assert [(row.action, row.plate) for row in AccessRecord.objects.order_by("id")] == [
        *[(Action.SEARCH, "BAX")] * 3,
        (Action.VIEW, ""),
        (Action.VIEW, "B AX 1234"),
        (Action.EXPORT, ""),
    ]


def test_pages_write_down_who_looked_searched_and_exported(client: Client) -> None:
    olga = User.objects.create_user("olga")
    client.force_login(olga, backend=BACKEND)
    row = make_detection(make_camera(), "BAX1234")
    client.get(f"/detections/{row.pk}/")
    client.get("/detections/", {"plate": "BAX"})
    client.get("/detections/", {"plate": "", "camera": "gate"})
    client.get("/detections/export.csv", {"camera": "gate"})
    client.get("/plates/BAX1234/")
    kept = [(entry.user, entry.action, entry.plate) for entry in AccessRecord.objects.order_by("id")]
    assert kept == [
        (olga, Action.VIEW, "BAX1234"),
        (olga, Action.SEARCH, "BAX"),
        (olga, Action.EXPORT, ""),
        (olga, Action.VIEW, "BAX1234"),
    ]
    olga.delete()
    assert {entry.user_name for entry in AccessRecord.objects.all()} == {"olga"}
