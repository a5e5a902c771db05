"""Staff make accounts and give roles; nobody gives more than they have."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from cameras.tests.test_rights import make_user

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/auth/user/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_user("sue", "staff"))
    return client


def test_staff_make_an_account_and_give_it_a_role(staff: Client) -> None:
    entries = {
        "username": "otto",
        "password1": "a-long-secret-7",
        "password2": "a-long-secret-7",
        "usable_password": "true",
    }
    assert staff.post(f"{PEOPLE}add/", entries).status_code == 302
    otto = User.objects.get(username="otto")
    operator = Group.objects.get(name="operator")
    changes = {"username": "otto", "is_active": "on", "groups": [operator.pk]}
    assert staff.post(f"{PEOPLE}{otto.pk}/change/", changes).status_code == 302
    assert list(otto.groups.all()) == [operator]
    assert "otto" in staff.get(PEOPLE).content.decode()


def test_staff_do_not_make_superusers(staff: Client) -> None:
    sue = User.objects.get(username="sue")
    page = staff.get(f"{PEOPLE}{sue.pk}/change/").content.decode()
    assert "is_superuser" not in page
    assert "user_permissions" not in page
    group = Group.objects.get(name="staff")
    changes = {"username": "sue", "is_active": "on", "groups": [group.pk], "is_superuser": "on", "is_staff": "on"}
    assert staff.post(f"{PEOPLE}{sue.pk}/change/", changes).status_code == 302
    assert not User.objects.get(username="sue").is_superuser


def test_staff_neither_see_nor_change_superusers(staff: Client) -> None:
    root = User.objects.create_superuser("root", password="root")
    assert ">root<" not in staff.get(PEOPLE).content.decode()
    for address in ("change/", "password/"):
        assert staff.post(f"{PEOPLE}{root.pk}/{address}", {"password1": "x"}, follow=True).status_code in (200, 404)
    assert User.objects.get(username="root").check_password("root")


def test_a_superuser_sees_all(admin_client: Client) -> None:
    admin = User.objects.get(is_superuser=True)
    assert "is_superuser" in admin_client.get(f"{PEOPLE}{admin.pk}/change/").content.decode()
