"""The second language is whole and is served to who asks for it."""

from __future__ import annotations

import gettext
import re
from typing import Any

import pytest
from django.test import Client

from anpr_site.tests.running_site import ROOT

CATALOGS = ROOT / "locale/de/LC_MESSAGES"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_has_a_translation_and_keeps_its_placeholders(domain: str) -> None:
    with (CATALOGS / f"{domain}.mo").open("rb") as file:
        catalog: dict[Any, str] = gettext.GNUTranslations(file)._catalog
    text = (CATALOGS / f"{domain}.po").read_text(encoding="utf-8")
    assert '\nmsgid ""\n"' not in text.split("\n\n", 1)[1], "one line a text keeps this test simple"
    wanted = {entry.replace('\\"', '"') for entry in re.findall(r'^msgid "(.+)"$', text, re.M)}
    translated = {key if isinstance(key, str) else key[0]: value for key, value in catalog.items()}
    assert wanted <= set(translated)
    for original in wanted:
        assert set(re.findall(r"%\(\w+\)s", original)) == set(re.findall(r"%\(\w+\)s", translated[original])), original


def test_the_catalogs_know_every_text_of_the_templates() -> None:
    found: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r"""{%\s*translate\s+"([^"]+)""", template.read_text(encoding="utf-8")))
    known = (CATALOGS / "django.po").read_text(encoding="utf-8")
    assert [text for text in found if f'msgid "{text}"' not in known] == []


@pytest.mark.django_db
def test_a_german_browser_gets_german_pages(client: Client) -> None:
    answer = client.get("/login/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert "Anmelden" in answer.content.decode()
    assert '<html lang="de">' in answer.content.decode()
    assert "Sign in" in client.get("/login/", headers={"Accept-Language": "fr"}).content.decode()
