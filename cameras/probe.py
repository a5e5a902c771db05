"""Whether a source answers: a quick knock for the form, a picture for the button."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from cameras.reasons import in_words

LIMIT_S = 25.0
"""Opening and reading have limits of their own, 5 s each; this one is for a decoder that hangs."""
KNOCK_S = 3.0
PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


def take_picture(url: str) -> dict[str, Any]:
    """As ``inference.probe`` says it; the address goes through stdin, for others may read command lines."""
    command = [sys.executable, "-m", "inference.probe"]
    try:
        done = subprocess.run(
            command, input=url, capture_output=True, text=True, timeout=LIMIT_S, cwd=settings.BASE_DIR, check=True
        )
    except subprocess.TimeoutExpired:
        return {"is_ok": False, "words": _("The source gave no picture within %(seconds)s s.") % {"seconds": 25}}
    except subprocess.CalledProcessError:
        return {"is_ok": False, "words": _("The decoder broke down over this source.")}
    answer: dict[str, Any] = json.loads(done.stdout)
    return {**answer, "words": in_words(answer["words"])}


def why_unreachable(url: str) -> str:
    """In words; empty when something answers at the address, or when only opening the source can tell."""
    if re.match(r"(rtsps?|https?)://", url, re.IGNORECASE):
        return _knock(url)
    if "://" in url or url.startswith("synthetic:") or url.isdigit() or Path(url).exists():
        return ""
    return _("There is no such file or folder on this machine.")


def _knock(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS[parts.scheme.lower()]
    except ValueError:
        return _("The port is no number between 1 and 65535.")
    if not host:
        return _("The address names no host.")
    place = {"host": host, "port": port, "seconds": round(KNOCK_S)}
    try:
        socket.create_connection((host, port), timeout=KNOCK_S).close()
    except (socket.gaierror, UnicodeError):
        return _("The host name %(host)s is not known: is it spelled right?") % place
    except TimeoutError:
        return _("%(host)s did not answer within %(seconds)s s.") % place
    except ConnectionRefusedError:
        return _("Nothing listens at %(host)s, port %(port)s.") % place
    except OSError:
        return _("%(host)s cannot be reached from this machine.") % place
    return ""
