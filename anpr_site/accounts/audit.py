"""Who changed what (django-auditlog), and who looked at, searched for or exported plates (``AccessRecord``)."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import structlog
from auditlog.context import auditlog_value
from auditlog.middleware import AuditlogMiddleware
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from anpr_site.accounts.addresses import client_address
from anpr_site.accounts.choices import Action
from anpr_site.accounts.models import AccessRecord, ApiToken

logger = logging.getLogger(__name__)

REPEATED_S = 600
CHANGES: dict[str, dict[str, Any]] = {
    "auth.User": {"exclude_fields": ["last_login"], "mask_fields": ["password"], "m2m_fields": {"groups"}},
    "auth.Group": {"m2m_fields": {"permissions"}},
    "accounts.ApiToken": {"exclude_fields": ["digest", "last_used_at", "last_used_from"]},
    "cameras.Camera": {
        "exclude_fields": ["updated_at"],
        "mask_fields": ["source_url"],
        "m2m_fields": {"viewers", "viewer_groups"},
    },
    "detections.PlateList": {"exclude_fields": ["updated_at"]},
    "detections.RegisteredPlate": {"exclude_fields": ["updated_at"], "m2m_fields": {"cameras"}},
    "detections.Site": {},
    "detections.Gate": {},
    "detections.Destination": {
        "exclude_fields": ["updated_at"],
        "mask_fields": ["address", "secret"],
        "m2m_fields": {"cameras", "lists"},
    },
    "labeling.DatasetSettings": {"exclude_fields": ["changed_at"]},
}


def register() -> None:
    """Called once, when every app is loaded."""
    for label, options in CHANGES.items():
        auditlog.register(apps.get_model(label), **options)


def hidden(value: str) -> str:
    """That it changed is told, not from what or to what."""
    return "***" if value else ""


def request_id() -> str | None:
    return structlog.contextvars.get_contextvars().get("request_id")


class Actor(AuditlogMiddleware):  # type: ignore[misc]
    """Names the signed-in person in the log of changes; the address as everywhere else here."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return client_address(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> int | None:
        return None


def act_as(user: User) -> None:
    """A token's user is known only inside the view, after the middleware."""
    context = auditlog_value.get(None)
    if context is not None:
        context["actor"] = user


def record(request: HttpRequest | Request, action: Action, what: str, plate: str = "") -> None:
    """Notes that somebody saw personal data. A database that refuses is logged: it would refuse the page, too.

    A program that asks the same again and again leaves one record in ten minutes.
    """
    token = getattr(request, "auth", None)
    user = request.user
    if isinstance(token, ApiToken) and is_repeated(f"{token.digest} {action} {what}"):
        return
    try:
        AccessRecord.objects.create(
            user=user if user.is_authenticated else None,
            user_name=user.get_username(),
            token=str(token)[:100] if isinstance(token, ApiToken) else "",
            address=client_address(request),
            action=action,
            plate=plate[:40],
            what=what[:500],
        )
    except DatabaseError as error:
        logger.warning("an access is not recorded: %s", error)


class Noted(mixins.RetrieveModelMixin, mixins.ListModelMixin):
    """For views of rows with plates: who reads them is noted, once for a list, however many pages it has.

    A page that is open and catches up shows nothing that it would not show anyway; a program may take all in this way.
    """

    followed: tuple[str, ...] = ("cursor",)
    """A request with one of these goes on with an earlier one."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        plate = request.query_params.get("plate", "")
        if not any(name in request.query_params for name in self.followed):
            record(request, Action.SEARCH if plate else Action.EXPORT, request.get_full_path(), plate)
        elif isinstance(request.auth, ApiToken):
            record(request, Action.EXPORT, request.path, plate)
        return answer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().retrieve(request, *args, **kwargs)
        record(request, Action.VIEW, request.path, answer.data["plate_text"])
        return answer


def is_repeated(access: str) -> bool:
    """While the cache is away everything counts as new."""
    try:
        return not cache.add(f"access:{hashlib.sha256(access.encode()).hexdigest()[:32]}", True, REPEATED_S)
    except (RedisError, OSError):
        return False
