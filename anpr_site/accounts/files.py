"""Pictures for programs, too: the same view, opened by a session or by a token that may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.decorators import api_view, schema, throttle_classes


def open_to_tokens(view: Callable[..., Any]) -> Callable[..., Any]:
    """Strangers get a problem instead of the login page; a page full of pictures is no attack: nothing is counted."""
    described: Callable[..., Any] = api_view(["GET", "HEAD"])(throttle_classes([])(schema(None)(view)))
    return described
