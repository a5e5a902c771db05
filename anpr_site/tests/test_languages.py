"""The second language is whole and is served to who asks for it."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from anpr_site.tests.running_site import ROOT

CATALOGS = ROOT / "locale/de/LC_MESSAGES"
SOURCES = ("anpr_site", "cameras", "detections", "inference", "labeling", "templates", "static", "locale")
COLLECT = ("makemessages", "-l", "de", "--no-wrap", "--no-location", "--no-obsolete")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w+\}", text))


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_has_a_translation_and_keeps_its_placeholders(domain: str) -> None:
    with (CATALOGS / f"{domain}.mo").open("rb") as file:
        catalog: dict[Any, str] = gettext.GNUTranslations(file)._catalog
    text = (CATALOGS / f"{domain}.po").read_text(encoding="utf-8")
    assert "#, fuzzy" not in text
    wanted = {entry.replace('\\"', '"') for entry in re.findall(r'^msgid "(.+)"$', text, re.M)}
    translated = {key if isinstance(key, str) else key[0]: value for key, value in catalog.items()}
    assert len(wanted) > 50
    assert wanted <= set(translated)
    for original in wanted:
        if not any(isinstance(key, tuple) and key[0] == original for key in catalog):
            assert placeholders(original) == placeholders(translated[original]), original


def test_the_catalogs_know_every_text_of_the_templates() -> None:
    found: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r"""{%\s*translate\s+"([^"]+)""", template.read_text(encoding="utf-8")))
    known = (CATALOGS / "django.po").read_text(encoding="utf-8")
    assert [text for text in found if f'msgid "{text}"' not in known] == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
@pytest.mark.parametrize(("domain", "kinds"), [("django", "html,py,txt"), ("djangojs", "js")])
def test_no_text_of_the_sources_is_untranslated_or_guessed(tmp_path: Path, domain: str, kinds: str) -> None:
    """Collects the texts anew, in a copy: what nobody has translated since is found."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    command = [sys.executable, "manage.py", *COLLECT, "-d", domain, "-e", kinds]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    catalog = tmp_path / f"locale/de/LC_MESSAGES/{domain}.po"
    for kind in ("--untranslated", "--only-fuzzy"):
        left = subprocess.run(["msgattrib", kind, "--no-obsolete", catalog], capture_output=True, text=True, check=True)
        assert re.findall(r'^msgid "(.+)"', left.stdout, re.M) == [], kind


@pytest.mark.django_db
def test_a_german_browser_gets_german_pages(client: Client) -> None:
    answer = client.get("/login/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert "Anmelden" in answer.content.decode()
    assert '<html lang="de">' in answer.content.decode()
    assert "Sign in" in client.get("/login/", headers={"Accept-Language": "fr"}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/login/", "/detections/?plate=A", "/admin/"])
def test_a_person_chooses_a_language_that_stays_and_the_page_too(client: Client, admin_user: User, page: str) -> None:
    if page != "/login/":
        client.force_login(admin_user, "django.contrib.auth.backends.ModelBackend")
    shown = client.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r'<button[^>]* value="de"[^>]*>(<svg.*?</svg>)?Deutsch</button>', shown, re.S)
    assert f'name="next" value="{page}"' in shown
    answer = client.post("/language/", {"language": "de", "next": page})
    assert answer["Location"] == page
    assert int(answer.cookies["django_language"]["max-age"]) >= 31_536_000
    assert '<html lang="de' in client.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert client.post("/language/", {"language": "de", "next": "https://evil.example/"})["Location"] == "/"
