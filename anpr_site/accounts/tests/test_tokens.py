"""API tokens: made once, kept by their hash, with scopes, an end and a limit."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from anpr_site.accounts import throttles
from anpr_site.accounts.models import ApiToken
from cameras.models import Camera
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db
DETECTIONS = "/api/v1/detections/"


@pytest.fixture
def olga(django_user_model: Any) -> User:
    return django_user_model.objects.create_user("olga")


@pytest.fixture
def half_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of this test alone, half a minute before they start anew."""
    monkeypatch.setattr("anpr_site.accounts.throttles.clock", lambda: 90.0)
    for counter in (throttles.by_token, throttles.by_address, throttles.wrong_tokens):
        monkeypatch.setattr(counter, "kind", uuid.uuid4().hex)


def bearer(secret: str, word: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{word} {secret}"}


@pytest.mark.parametrize("word", ["Bearer", "Token", "bearer"])
def test_a_token_reads_in_the_name_of_its_user(client: Client, olga: User, word: str) -> None:
    make_detection(make_camera(), "BAX1234")
    token, secret = ApiToken.make(olga, "script", ["read"])
    answer = client.get(DETECTIONS, headers=bearer(secret, word))
    assert [row["plate_text"] for row in answer.json()["results"]] == ["BAX1234"]
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_from == "127.0.0.1"
    assert secret not in str(ApiToken.objects.values())


def test_a_token_sees_no_camera_that_its_user_may_not_see(client: Client, olga: User) -> None:
    make_detection(make_camera("Vault", is_restricted=True), "SECRET1")
    _token, secret = ApiToken.make(olga, "script", ["read"])
    assert client.get(DETECTIONS, headers=bearer(secret)).json()["results"] == []
    assert client.get(f"/api/v1/cameras/{Camera.objects.get().pk}/", headers=bearer(secret)).status_code == 404


@pytest.mark.parametrize("end", ["expired", "revoked", "inactive", "unknown", "nothing", "none"])
def test_a_token_that_is_not_good_is_refused_with_the_reason(client: Client, olga: User, end: str) -> None:
    token, secret = ApiToken.make(olga, "script", ["read"])
    if end == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "revoked":
        token.revoke()
    elif end == "inactive":
        User.objects.update(is_active=False)
    headers = {"none": {}, "nothing": bearer(""), "unknown": bearer(secret + "x")}.get(end, bearer(secret))
    answer = client.get(DETECTIONS, headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (401, "Unauthorized")
    assert problem["code"] == ("not_authenticated" if end == "none" else "token")
    assert problem["detail"]


def test_a_token_without_the_scope_is_told_which_one(client: Client, olga: User) -> None:
    _token, secret = ApiToken.make(olga, "script", ["recognize"])
    answer = client.get(DETECTIONS, headers=bearer(secret))
    assert answer.status_code == 403
    assert answer.json()["code"] == "scope"
    assert "read" in answer.json()["detail"]


@pytest.mark.usefixtures("half_past")
def test_a_token_that_asks_too_much_is_told_when_to_come_back(client: Client, olga: User, settings: Any) -> None:
    settings.API_RATE = 3
    _token, secret = ApiToken.make(olga, "script", ["read"])
    _other, other = ApiToken.make(olga, "other", ["read"])
    answers = [client.get(DETECTIONS, headers=bearer(secret)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "30"
    assert answers[-1].json()["code"] == "throttled"
    assert client.get(DETECTIONS, headers=bearer(other)).status_code == 200


@pytest.mark.usefixtures("half_past")
def test_an_address_is_limited_whatever_tokens_it_has(client: Client, olga: User, settings: Any) -> None:
    settings.API_RATE_ADDRESS = 2
    secrets = [ApiToken.make(olga, str(number), ["read"])[1] for number in range(3)]
    assert [client.get(DETECTIONS, headers=bearer(secret)).status_code for secret in secrets] == [200, 200, 429]
    assert client.get(DETECTIONS, headers=bearer(secrets[0]), REMOTE_ADDR="203.0.113.10").status_code == 200


@pytest.mark.usefixtures("half_past")
def test_who_guesses_tokens_has_to_wait(client: Client, settings: Any) -> None:
    settings.API_WRONG_TOKENS = 2
    answers = [client.get(DETECTIONS, headers=bearer(f"pw_{number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1]["Retry-After"] == "30"


def test_the_address_is_believed_only_from_as_many_proxies_as_there_are(
    client: Client, olga: User, settings: Any
) -> None:
    token, secret = ApiToken.make(olga, "script", ["read"])
    headers = bearer(secret) | {"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}
    for proxies, address in [(0, "127.0.0.1"), (1, "2.2.2.2"), (2, "1.1.1.1"), (3, "1.1.1.1")]:
        settings.PROXIES = proxies
        client.get(DETECTIONS, headers=headers)
        token.refresh_from_db()
        assert token.last_used_from == address


def test_a_person_makes_a_token_sees_it_once_and_revokes_it(client: Client, olga: User) -> None:
    client.force_login(olga)
    form = {"name": "Phone", "scopes": ["read", "recognize"], "lifetime": "30"}
    page = client.post("/account/tokens/", form)
    assert "no-store" in page["Cache-Control"]
    secret = page.context["secret"]
    assert secret in page.content.decode()
    token = ApiToken.objects.get()
    assert token.scopes == ["read", "recognize"]
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=31)
    again = client.get("/account/tokens/").content.decode()
    assert "Phone" in again
    assert secret not in again
    client.post(f"/account/tokens/{token.pk}/revoke/")
    assert Client().get(DETECTIONS, headers=bearer(secret)).status_code == 401


def test_nobody_revokes_the_token_of_another(client: Client, olga: User, django_user_model: Any) -> None:
    token, _secret = ApiToken.make(olga, "Weighbridge", ["read"])
    client.force_login(django_user_model.objects.create_user("paul"))
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert "Weighbridge" not in client.get("/account/tokens/").content.decode()


def test_a_token_needs_a_name_and_a_scope(client: Client, olga: User) -> None:
    client.force_login(olga)
    page = client.post("/account/tokens/", {"name": "", "lifetime": "7000"})
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"name", "scopes", "lifetime"}
    assert not ApiToken.objects.exists()


def test_staff_make_a_token_for_somebody_and_see_it_once(admin_client: Client, olga: User) -> None:
    form = {"user": olga.pk, "name": "Barrier", "scopes": ["read"], "expires_at_0": "", "expires_at_1": ""}
    page = admin_client.post("/admin/accounts/apitoken/add/", form, follow=True)
    words = str(next(iter(page.context["messages"])))
    secret = words.rsplit(" ", 1)[-1]
    assert Client().get(DETECTIONS, headers=bearer(secret)).status_code == 200
    token = ApiToken.objects.get()
    assert secret not in admin_client.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()
    admin_client.post("/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    assert Client().get(DETECTIONS, headers=bearer(secret)).status_code == 401


def test_unknown_addresses_of_the_api_are_problems_too(client: Client) -> None:
    answer = client.get("/api/v1/nothing/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
