"""Ten thousand requests by those who may not: refused with a reason each time, and nothing is stored."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from anpr_site.accounts.choices import Scope
from anpr_site.accounts.models import ApiToken
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(3000)]
REQUESTS = 10_000
PLAIN = ("/media", "/metrics")
METHODS = ("get", "post", "put", "patch", "delete", "options", "head", "trace")
TYPES = ("application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/xml", "image/svg+xml", "")
NAMES = ("plate", "camera", "limit", "cursor", "since", "by", "state", "detection", "debug", "store", "after", "x[]")
NASTY = (
    "",
    "0",
    "-1",
    "9" * 40,
    "1e999",
    "NaN",
    "null",
    "\x00",
    "%00",
    "../../etc/passwd",
    "'; DROP TABLE detections_detection; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\ud7ff\uffff",
    "Ω" * 300,
    "*" * 200,
    "a" * 5000,
    "2026-13-45T99:99:99Z",
    "cD0yMDI2",
)


class Attacker:
    """Makes requests from a seed, so that a failure can be repeated; leaves out the schema, open to every token."""

    def __init__(self, seed: int, tokens: dict[str, str]) -> None:
        self.dice = random.Random(seed)
        self.tokens = tokens
        self.client = Client(raise_request_exception=False)

    def path(self) -> str:
        root = self.dice.choice(("/api/v1/", "/api/v1/", "/api/v1/", "/api/", "/metrics", "/media/"))
        names = ("cameras", "detections", "attempts", "plate-lists", "registered-plates", "decisions", "destinations")
        name = self.dice.choice((*names, "deliveries", "samples", "stats", "nothing", "1/a.jpg"))
        tail = self.dice.choice(("/", "/", "/1/", "/1/send-again/", f"/{self.dice.choice(NASTY)[:60]}/"))
        return root if root == "/metrics" else f"{root}{name}{tail}".replace("\x00", "%00")

    def body(self) -> bytes:
        kind = self.dice.randrange(4)
        if kind == 0:
            return self.dice.randbytes(self.dice.randrange(300))
        if kind == 1:
            value: Any = self.dice.choice(NASTY)
            for _ in range(self.dice.randrange(40)):
                value = [value] if self.dice.random() < 0.5 else {self.dice.choice(NAMES): value}
            return json.dumps(value).encode()
        if kind == 2:
            return b"[" * 5000
        part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="../../x.php"\r\n\r\n'
        return part + self.dice.randbytes(50) + b"\r\n--b--\r\n"

    def ask(self) -> tuple[str, str, Any]:
        who = self.dice.choice(tuple(self.tokens))
        method, path = self.dice.choice(METHODS), self.path()
        headers = {
            "Idempotency-Key": self.dice.choice(("k", "k" * 300)),
            "X-Forwarded-For": self.dice.choice(NASTY[:9]),
        }
        if self.tokens[who]:
            headers["Authorization"] = self.tokens[who]
        values = [(self.dice.choice(NAMES), self.dice.choice(NASTY)) for _ in range(self.dice.randrange(4))]
        more: dict[str, Any] = {"headers": headers, "query_params": dict(values)}
        if method not in ("get", "head", "trace"):
            more |= {"data": self.body(), "content_type": self.dice.choice(TYPES)}
        return who, f"{method} {path}", getattr(self.client, method)(path, **more)


def stored() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def tokens() -> dict[str, str]:
    """Every way of not being let in. ``other`` may read, but all that is here belongs to others."""
    operator = User.objects.create_user("operator")
    operator.groups.add(Group.objects.get(name="operator"))
    nobody = User.objects.create_user("nobody")
    revoked, revoked_secret = ApiToken.make(operator, "revoked", Scope.values)
    revoked.revoke()
    secrets = {
        "none": "",
        "empty": "Bearer ",
        "wrong": "Bearer pw_invented",
        "garbage": "Token \x7f" + "x" * 3000,
        "expired": ApiToken.make(operator, "expired", Scope.values, timezone.now() - timedelta(days=1))[1],
        "revoked": revoked_secret,
        "no scope": ApiToken.make(operator, "narrow", ["recognize"])[1],
        "other": ApiToken.make(nobody, "other", ["ingest"])[1],
    }
    return {who: f"Bearer {secret}" if secret.startswith("pw_") else secret for who, secret in secrets.items()}


def test_ten_thousand_requests_of_those_who_may_not(settings: Any) -> None:
    settings.API_RATE = settings.API_RATE_ADDRESS = settings.API_WRONG_TOKENS = 0
    camera = make_camera("Vault", is_restricted=True)
    make_detection(camera, "SECRET1")
    RegisteredPlate.objects.create(list=PlateList.objects.create(name="Hidden"), plate_text="SECRET2")
    attacker = Attacker(7, tokens())
    before = stored()
    codes: Counter[int] = Counter()
    for _ in range(REQUESTS):
        who, asked, answer = attacker.ask()
        codes[answer.status_code] += 1
        assert 400 <= answer.status_code < 500, (who, asked, answer.status_code, answer.content[:500])
        assert b"SECRET" not in answer.content
        if not asked.startswith("head"):
            assert answer["Content-Type"] == "application/problem+json" or asked.split()[1].startswith(PLAIN), asked
        if answer["Content-Type"] == "application/problem+json" and answer.content:
            assert answer.json()["detail"], asked
    assert stored() == before
    assert set(codes) <= {400, 401, 403, 404, 405, 415}
    assert codes[401] > REQUESTS / 4
    assert codes[403] > REQUESTS / 20
