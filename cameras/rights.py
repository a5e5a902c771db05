"""Whose cameras a person may see: what every page, socket, file and API asks."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from cameras.models import Camera, CameraQuerySet
from cameras.roles import is_labeler, is_staff

__all__ = ["can_see", "is_labeler", "is_staff", "person_now", "visible_cameras"]


def visible_cameras(user: AbstractBaseUser | AnonymousUser) -> CameraQuerySet:
    """All cameras for staff; for others those that are open to everyone who logs in or name the person or a group."""
    return Camera.objects.visible_to(user)


def can_see(user: AbstractBaseUser | AnonymousUser, camera: Camera | int) -> bool:
    """``camera`` may be the row or its id."""
    return visible_cameras(user).filter(pk=camera.pk if isinstance(camera, Camera) else camera).exists()


def person_now(user: AbstractBaseUser | AnonymousUser) -> AbstractBaseUser | AnonymousUser:
    """The account as it is in the database: a socket outlives what it was opened with."""
    return User.objects.filter(pk=user.pk or 0).first() or AnonymousUser()
