"""The three roles, as groups that a migration makes: who watches, who judges what was read, who sets up."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

OPERATOR = "operator"
LABELER = "labeler"
STAFF = "staff"


def is_staff(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Sets up cameras, enters the admin and sees every camera."""
    return bool(user.is_active and getattr(user, "is_staff", False)) or _is_one_of(user, STAFF)


def is_labeler(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Judges samples; staff may do that, too."""
    return is_staff(user) or _is_one_of(user, LABELER)


def _is_one_of(user: AbstractBaseUser | AnonymousUser, role: str) -> bool:
    if not isinstance(user, PermissionsMixin) or not user.is_active:
        return False
    return bool(user.is_superuser) or user.groups.filter(name=role).exists()
