"""The environment as settings.py reads it: typed, also from files, and refused by name when it makes no sense."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """Each variable may also be given as ``NAME_FILE``, a path whose content is the value."""

    BOOLEAN_FALSE_STRINGS = ("false", "off", "n", "no", "0")

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """The typed value; raises ``ImproperlyConfigured`` with the variable's name."""
        try:
            value = super().get_value(var, *args, **kwargs)
        except (ValueError, OSError) as error:
            raise ImproperlyConfigured(f"{var}: {error}") from error
        return value.strip() if isinstance(value, str) else value

    def bool(self, var: str, default: bool) -> bool:
        """django-environ alone takes every word that it does not know for false."""
        given = str(self.get_value(var, cast=str, default=str(default))).lower()
        if given not in self.BOOLEAN_TRUE_STRINGS + self.BOOLEAN_FALSE_STRINGS:
            raise ImproperlyConfigured(f"{var}: {given!r} is neither true nor false")
        return given in self.BOOLEAN_TRUE_STRINGS

    def whole(self, var: str, default: int, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        value: int = self.int(var, default=default)
        if value < least:
            raise ImproperlyConfigured(f"{var}: {value} is below {least}")
        return value

    def networks(self, var: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """Networks like ``192.168.1.0/24``, separated by commas; none without the variable."""
        try:
            return [ipaddress.ip_network(given.strip()) for given in self.list(var, default=[])]
        except ValueError as error:
            raise ImproperlyConfigured(f"{var}: {error}; write networks like 192.168.1.0/24,fd00::/8") from error


def kept_secret_key(path: Path) -> str:
    """A key made at the first start, for its owner's eyes alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key(), encoding="utf-8")
    return path.read_text(encoding="utf-8")
