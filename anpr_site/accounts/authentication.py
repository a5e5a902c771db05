"""API tokens as HTTP authentication: ``Authorization: Bearer …`` or ``Authorization: Token …``."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from anpr_site.accounts.addresses import client_address
from anpr_site.accounts.audit import act_as
from anpr_site.accounts.models import ApiToken
from anpr_site.accounts.throttles import wrong_tokens

KEYWORDS = ("bearer", "token")


def secret_of(header: str) -> str | None:
    """The token of an ``Authorization`` header; ``None`` when the header is of another kind."""
    keyword, _space, secret = header.strip().partition(" ")
    return secret.strip() if keyword.lower() in KEYWORDS else None


class TokenAuthentication(BaseAuthentication):
    """``request.auth`` is the token; a header that holds none that is valid is refused, never taken for a stranger."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        secret = secret_of(request.headers.get("Authorization", ""))
        if secret is None:
            return None
        address = client_address(request)
        token = ApiToken.find(secret)
        if token is None:
            wait_s = wrong_tokens.count(address or "")
            if wait_s:
                raise Throttled(wait_s)
            raise AuthenticationFailed(_("This token is unknown, has expired or was revoked."), "token")
        token.use(address)
        act_as(token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Platewatch"'
