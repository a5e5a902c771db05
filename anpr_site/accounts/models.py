"""API tokens, the access log, and the answers that a repeated request is given again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anpr_site.accounts.choices import Action, Scope

PREFIX = "pw_"
SHOWN = 8
"""Characters of a token that the lists show, so that people can tell theirs apart."""
USED_EVERY = timedelta(minutes=1)


def digest(secret: str) -> str:
    """A token has 256 random bits: unlike a password it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def alive(self) -> ApiTokenQuerySet:
        now = timezone.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """A program's key to the API in the name of a user; only its hash is stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Which program or device uses it."))
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Empty: never."))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(_("from"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def make(
        cls, user: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
    ) -> tuple[ApiToken, str]:
        """The row and the secret, which is nowhere else."""
        chosen = [scope.value for scope in Scope if scope in scopes]
        row = cls(user=user, name=name, scopes=chosen, expires_at=expires_at)
        secret = row.renew()
        row.save()
        return row, secret

    def renew(self) -> str:
        """A fresh secret, of which the row keeps the hash."""
        secret = PREFIX + secrets.token_urlsafe(32)
        self.prefix, self.digest = secret[:SHOWN], digest(secret)
        return secret

    @classmethod
    def find(cls, secret: str) -> ApiToken | None:
        """The token, unless it is unknown, expired, revoked, or its user may no longer sign in."""
        return cls.objects.alive().select_related("user").filter(digest=digest(secret)).first()

    @property
    def is_alive(self) -> bool:
        is_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_expired

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def use(self, address: str | None) -> None:
        """Notes the use, at most once a minute."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= USED_EVERY or self.last_used_from != address:
            self.last_used_at, self.last_used_from = now, address
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now, last_used_from=address)

    def revoke(self) -> None:
        if self.revoked_at is None:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])


class AccessRecord(models.Model):
    """Who looked at which plate, searched for it or took rows out; kept for ACCESS_DAYS."""

    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    user_name = models.CharField(_("user name"), max_length=150, help_text=_("Stays when the account is deleted."))
    token = models.CharField(_("API token"), max_length=100, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    plate = models.CharField(_("plate"), max_length=40, blank=True, db_index=True)
    what = models.CharField(_("what"), max_length=500, help_text=_("The page or the export, with its filters."))

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("access record")
        verbose_name_plural = _("access records")

    def __str__(self) -> str:
        return f"{self.user_name} {self.get_action_display()} {self.plate or self.what}"


class StoredAnswer(models.Model):
    """What a write with an ``Idempotency-Key`` was answered; ``status`` is 0 while the first one still runs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once_per_key")]
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
