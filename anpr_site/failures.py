"""What is answered when nothing is at an address or a service is away: a page to people, a problem to programs."""

from __future__ import annotations

import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from redis.exceptions import RedisError

from anpr_site.accounts.problems import is_for_programs, problem_response

AWAY = (DatabaseError, RedisError, ConnectionError)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_programs(request):
        return problem_response(400, _("The request makes no sense."), "bad_request")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_programs(request):
        return problem_response(404, _("There is nothing at this address."), "not_found")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the failure is being handled: a service that is away is said to be away."""
    if not isinstance(sys.exc_info()[1], AWAY):
        status, words, code = 500, _("Something went wrong here; the server's log says what."), "error"
    else:
        status, words, code = 503, _("The database or the cache is away; try again."), "away"
    headers = {"Retry-After": "5"}
    if is_for_programs(request):
        return problem_response(status, words, code, **headers)
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers=headers)
