"""Whose cameras a person may see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from cameras.models import Camera
from cameras.rights import can_see, is_labeler, is_staff, visible_cameras

pytestmark = pytest.mark.django_db


def make_user(name: str, *groups: str, **fields: bool) -> User:
    user = User.objects.create_user(name, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def yard() -> Camera:
    return Camera.objects.create(name="Yard", source_url="synthetic:", is_restricted=True)


def names(user: User | AnonymousUser) -> list[str]:
    return [camera.name for camera in visible_cameras(user)]


def test_a_camera_is_everyones_who_logs_in_until_it_is_restricted(yard: Camera) -> None:
    gate = Camera.objects.create(name="Gate", source_url="synthetic:")
    olga = make_user("olga", "operator")
    assert names(olga) == ["Gate"]
    assert can_see(olga, gate)
    assert not can_see(olga, yard)
    assert not can_see(olga, yard.pk)
    assert names(AnonymousUser()) == []
    assert names(make_user("gone", is_active=False)) == []


def test_people_and_groups_are_let_in_by_name(yard: Camera) -> None:
    olga, otto = make_user("olga", "operator"), make_user("otto", "operator", "labeler")
    yard.viewers.add(olga)
    assert (names(olga), names(otto)) == (["Yard"], [])
    yard.viewer_groups.set(Group.objects.filter(name__in=["operator", "labeler"]))
    assert (names(olga), names(otto)) == (["Yard"], ["Yard"])


def test_a_restricted_camera_stays_shut_when_its_last_viewer_leaves(yard: Camera) -> None:
    olga, otto = make_user("olga", "operator"), make_user("otto", "operator")
    yard.viewers.add(olga)
    olga.delete()
    assert names(otto) == []


@pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_staff": True}, {}])
def test_staff_see_every_camera(yard: Camera, fields: dict[str, bool]) -> None:
    sue = make_user("sue", *([] if fields else ["staff"]), **fields)
    assert names(sue) == ["Yard"]
    assert is_staff(sue)
    assert is_labeler(sue)


def test_the_roles_are_groups() -> None:
    olga, lea = make_user("olga", "operator"), make_user("lea", "labeler")
    assert (is_staff(olga), is_labeler(olga)) == (False, False)
    assert (is_staff(lea), is_labeler(lea)) == (False, True)
    assert olga.has_perm("cameras.view_camera")
    assert not olga.has_perm("cameras.change_camera")
    assert make_user("sue", "staff").has_perm("cameras.change_camera")
