"""Every request gets an id, is counted and timed, and leaves one line in the log."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram

logger = logging.getLogger(__name__)

registry = CollectorRegistry()
seconds = Histogram(
    "anpr_http_request_seconds", "Time to the answer's first byte.", ["method", "view", "status"], registry=registry
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def watched(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The log line has the path but not the query, in which plates stand."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex[:16]
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            answer = get_response(request)
            took = time.perf_counter() - began
            match = request.resolver_match
            method = request.method if request.method in METHODS else "other"
            seconds.labels(method, match.view_name if match else "", answer.status_code).observe(took)
            user = getattr(request, "user", None)
            logger.info(
                "%s %s %s",
                request.method,
                request.path,
                answer.status_code,
                extra={"ms": round(took * 1000), "user": user.pk if user is not None else None},
            )
        answer["X-Request-Id"] = request_id
        return answer

    return middleware
