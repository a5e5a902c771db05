"""The site: settings, routes and start-up; no domain logic."""

import os


def use_settings() -> None:
    """Names the settings module unless the caller's environment does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anpr_site.settings")  # noqa: TID251 - Django reads it from there
