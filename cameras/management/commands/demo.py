"""The whole product in one process, with a camera already running: what `make demo` starts."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cameras.models import Camera
from inference.sources import safe_source_url

HOST = "127.0.0.1"
ACCOUNTS = ("operator", "labeler", "staff")


class Command(BaseCommand):
    help = "Serves the dashboard with a camera that watches SOURCE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="synthetic:", help="a file, a folder, rtsp://…, a USB number")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with foreground():
                self._run(options["source"], options["port"])
        except KeyboardInterrupt:
            sys.exit(0)

    def _run(self, source: str, port: int) -> None:
        if not settings.EMBEDDED_WORKERS:
            raise CommandError("the demo runs its workers itself: unset REDIS_URL, or set EMBEDDED_WORKERS=true")
        require_free(port)
        call_command("migrate", verbosity=0, interactive=False)
        self._watch(source)
        self._make_accounts()
        self.stdout.write(f"Watching {safe_source_url(source)} at http://{HOST}:{port}/ (Ctrl-C ends it)")
        self.stdout.flush()
        serve(port)

    def _watch(self, source: str) -> None:
        camera = Camera.objects.filter(slug="demo").first() or Camera(slug="demo", name="Demo")
        if "://" not in source and not source.startswith("synthetic:") and not source.isdigit():
            if not Path(source).exists():
                raise CommandError(f"{source}: there is no such file or folder")
            source = str(Path(source).resolve())
        camera.source_url, camera.loop, camera.enabled = source, True, True
        try:
            camera.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        camera.save()

    def _make_accounts(self) -> None:
        """Passwords are shown once; accounts that exist keep theirs."""
        users = get_user_model()
        for name in ACCOUNTS:
            if users.objects.filter(username=name).exists():
                self.stdout.write(f"  {name:9} has its password; a new one: manage.py changepassword {name}")
                continue
            password = secrets.token_urlsafe(9)
            user = users.objects.create_user(name, password=password, is_staff=name == "staff")
            user.groups.add(Group.objects.get(name=name))
            self.stdout.write(f"  {name:9} password {password}")


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"port {port} is not free ({error}); choose another: make demo PORT=8001") from None


def serve(port: int) -> None:
    """Daphne in this thread until a signal ends it; the workers end in ``services``."""
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from anpr_site.asgi import application

    endpoints = build_endpoint_description_strings(host=HOST, port=port)
    Server(application=application, endpoints=endpoints, application_close_timeout=1).run()


@contextmanager
def foreground() -> Iterator[None]:
    """Takes the terminal for this process alone, so that Ctrl-C reaches it and not the `make` that started it.

    GNU make dies of Ctrl-C and reports an error, however well its command ended.
    """
    if not sys.stdin.isatty() or os.getpgrp() != os.tcgetpgrp(0):
        yield
        return
    shell = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    if os.getpid() != shell:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(0, shell)
