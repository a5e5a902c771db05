"""API tokens on WebSockets: a program has no session and no origin, but the same scopes as over HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.security.websocket import AllowedHostsOriginValidator
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError

from anpr_site.accounts.addresses import socket_address
from anpr_site.accounts.authentication import secret_of
from anpr_site.accounts.models import ApiToken

REFUSED = 4401
ASK_EVERY_S = 60.0
clock = time.monotonic


class TokenOrSession:
    """With an ``Authorization`` header the token decides; otherwise the session, and then the origin must be ours."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.for_browsers = AllowedHostsOriginValidator(AuthMiddlewareStack(application))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        secret = secret_of(header)
        if secret is None:
            return await self.for_browsers(scope, receive, send)
        try:
            token = await find(secret, socket_address(scope))
        except DatabaseError:
            token = None
        user = token.user if token else AnonymousUser()
        return await self.application({**scope, "user": user, "token": token}, receive, send)


class Needs:
    """Passes a socket on; a token without the scope reaches the consumer as a stranger does.

    Who has been signed out, or whose token was revoked, is closed out at the next message a minute later.
    """

    def __init__(self, required_scope: str, consumer: Any) -> None:
        self.required_scope = required_scope
        self.consumer = consumer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if not may(scope, self.required_scope):
            scope = {**scope, "user": AnonymousUser()}
        asked_at = clock()

        async def receive_while_welcome() -> Any:
            nonlocal asked_at
            message = await receive()
            if message["type"] == "websocket.receive" and clock() - asked_at >= ASK_EVERY_S:
                asked_at = clock()
                if not await is_still_welcome(scope):
                    await send({"type": "websocket.close", "code": REFUSED})
                    return {"type": "websocket.disconnect", "code": REFUSED}
            return message

        return await self.consumer(scope, receive_while_welcome, send)


def may(scope: Mapping[str, Any], required_scope: str) -> bool:
    """A session may all that its user may."""
    token: ApiToken | None = scope.get("token")
    return token is None or token.may(required_scope)


@database_sync_to_async  # type: ignore[untyped-decorator]
def is_still_welcome(scope: Mapping[str, Any]) -> bool:
    """While the database is away nobody is closed out."""
    token: ApiToken | None = scope.get("token")
    session = scope.get("session")
    try:
        if token is not None:
            return ApiToken.objects.alive().filter(pk=token.pk).exists()
        is_signed_in = session is None or bool(session.session_key and session.exists(session.session_key))
        return is_signed_in and User.objects.filter(pk=scope["user"].pk, is_active=True).exists()
    except DatabaseError:
        return True


@database_sync_to_async  # type: ignore[untyped-decorator]
def find(secret: str, address: str | None) -> ApiToken | None:
    token = ApiToken.find(secret)
    if token is not None:
        token.use(address)
    return token
