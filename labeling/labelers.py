"""Who may see and judge samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from cameras.rights import is_labeler

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class LabelerRequest(HttpRequest):
    """A request that ``labelers_only`` has let in."""

    user: User


def labelers_only(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_labeler(request.user):
            raise PermissionDenied(_("Only labelers and staff see the dataset."))
        return view(request, *args, **kwargs)

    return checked  # type: ignore[return-value]
