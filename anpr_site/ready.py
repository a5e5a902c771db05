"""For orchestrators: does the process live, and may it be sent visitors (django-health-check)."""

from __future__ import annotations

import abc
import dataclasses
import os
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView
from redis.exceptions import RedisError

PROBE_KEY = "ready"


class Check(HealthCheck):  # type: ignore[misc]
    """Looks in the thread that answers requests: one that hangs is not ready, whatever it hangs on."""

    async def run(self) -> None:
        await sync_to_async(self.look)()

    @abc.abstractmethod
    def look(self) -> None:
        """Raises ``ServiceUnavailable``."""


@dataclasses.dataclass
class Database(Check):
    """It answers, and every migration has run."""

    def look(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise ServiceUnavailable("the database is away") from error
        if missing:
            raise ServiceUnavailable(f"{len(missing)} migrations have not run: manage.py migrate")


@dataclasses.dataclass
class Cache(Check):
    """It keeps what it is given; live messages travel through the same Redis."""

    def look(self) -> None:
        try:
            cache.set(PROBE_KEY, True, 5)
            kept = cache.get(PROBE_KEY)
        except (RedisError, OSError) as error:
            raise ServiceUnavailable("the cache is away") from error
        if not kept:
            raise ServiceUnavailable("the cache forgets")


@dataclasses.dataclass
class Pictures(Check):
    """Their folder can be written to."""

    def look(self) -> None:
        folder = Path(settings.MEDIA_ROOT).resolve()
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(existing, os.W_OK):
            raise ServiceUnavailable("pictures cannot be stored")


@require_safe
@never_cache
@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Nothing but that requests are answered: what is away elsewhere does not come back by a restart of this."""
    return JsonResponse({"status": "ok"})


@method_decorator(login_not_required, name="dispatch")
class Ready(HealthCheckView):  # type: ignore[misc]
    """200, or 503 with what is away; always JSON."""

    checks = (Database, Cache, Pictures)

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        results = [await check.get_result() for check in self.get_checks()]
        report = {type(result.check).__name__.lower(): str(result.error or "ok") for result in results}
        is_ready = not any(result.error for result in results)
        return JsonResponse({"status": "ok" if is_ready else "trouble", **report}, status=200 if is_ready else 503)
