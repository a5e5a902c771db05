"""Every failure of the API as RFC 9457 ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/v1/", "/recognize", "/metrics")
"""What their addresses begin with: no page is there, and nobody who reads one."""


class Problem(Response):
    """JSON whatever the view answers otherwise, and whatever the client would rather have."""

    @property
    def rendered_content(self) -> bytes:  # type: ignore[override]
        self["Content-Type"] = CONTENT_TYPE
        return bytes(JSONRenderer().render(self.data))


def problem(status: int, detail: str, code: str, **more: Any) -> dict[str, Any]:
    """``title`` is the status in words; ``code`` tells programs what ``detail`` tells people."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | {
        "code": code,
        **more,
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of every view; ``None`` for what only the server's log should know."""
    from rest_framework.views import exception_handler  # it loads the settings, which name this module

    answer = exception_handler(error, dict(context))
    if answer is None:
        return None
    if isinstance(error, ValidationError):
        errors = list(flatten(error.get_full_details()))
        detail = _("The request cannot be taken as it is: see errors.")
        answer.data = problem(answer.status_code, detail, "invalid", errors=errors)
    else:
        detail = answer.data["detail"] if isinstance(answer.data, dict) and "detail" in answer.data else str(error)
        code = getattr(detail, "code", None) or (error.default_code if isinstance(error, APIException) else "error")
        answer.data = problem(answer.status_code, str(detail), str(code))
    return Problem(answer.data, answer.status_code, headers=dict(answer.headers), content_type=CONTENT_TYPE)


def flatten(details: Any, field: str = "") -> Any:
    """One ``{"field", "message", "code"}`` for each thing that is wrong; a nested field reads ``cameras.0.name``."""
    if isinstance(details, list):
        for number, item in enumerate(details):
            is_leaf = isinstance(item, dict) and set(item) == {"message", "code"}
            yield from flatten(item, field if is_leaf else f"{field}.{number}".lstrip("."))
    elif set(details) == {"message", "code"} and not isinstance(details["message"], dict | list):
        yield {"field": field, "message": str(details["message"]), "code": str(details["code"])}
    else:
        for name, item in details.items():
            yield from flatten(item, f"{field}.{name}".lstrip("."))


def problem_response(status: int, detail: str, code: str, **headers: str) -> JsonResponse:
    """For what fails outside a view of the API: an unknown address, a service that is away."""
    return JsonResponse(problem(status, detail, code), status=status, content_type=CONTENT_TYPE, headers=headers)


def is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith(FOR_PROGRAMS)
