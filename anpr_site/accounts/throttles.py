"""How much one token, one person and one address may ask of the API in a minute."""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from anpr_site.accounts.addresses import client_address
from anpr_site.accounts.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW_S = 60
clock = time.time


class Counter:
    """Counts events of one kind per minute in the cache, which all processes share."""

    def __init__(self, kind: str, setting: str) -> None:
        self.kind = kind
        self.setting = setting

    def count(self, who: str) -> int:
        """0 while there is room, otherwise the seconds until there is; while the cache is away nobody is held up."""
        limit: int = getattr(settings, self.setting)
        now = clock()
        window = int(now // WINDOW_S)
        key = f"rate:{self.kind}:{hashlib.sha256(who.encode()).hexdigest()[:24]}:{window}"
        try:
            cache.add(key, 0, WINDOW_S)
            counted = cache.incr(key)
        except (RedisError, OSError, ValueError):  # ValueError: the key has just expired
            return 0
        return math.ceil((window + 1) * WINDOW_S - now) or 1 if limit and counted > limit else 0


wrong_tokens = Counter("wrong", "API_WRONG_TOKENS")
by_token = Counter("token", "API_RATE")
by_address = Counter("address", "API_RATE_ADDRESS")


class Throttle(BaseThrottle):
    """One limit; the seconds to wait become the answer's ``Retry-After``."""

    wait_s = 0

    def wait(self) -> float | None:
        return self.wait_s or None


class TokenThrottle(Throttle):
    """Per token; a person in a browser counts as one token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return True
        is_token = isinstance(request.auth, ApiToken)
        self.wait_s = by_token.count(f"token {request.auth.pk}" if is_token else f"user {request.user.pk}")
        return not self.wait_s


class AddressThrottle(Throttle):
    """Per address: several tokens, or none, behind one."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.wait_s = by_address.count(client_address(request) or "")
        return not self.wait_s
