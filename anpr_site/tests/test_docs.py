"""The documents agree with the code: variables, compose file, make targets."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def variables_of_settings() -> set[str]:
    text = (ROOT / "anpr_site/settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]+)["']""", text))


def test_env_example_lists_every_variable_of_the_settings() -> None:
    listed = set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert variables_of_settings()
    assert listed == variables_of_settings()


def test_the_settings_page_explains_every_variable() -> None:
    listed = set(
        re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs/ref/settings.md").read_text(encoding="utf-8"), re.M)
    )
    assert listed == variables_of_settings()


def test_compose_starts_the_commands_that_exist_with_variables_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert {"mysql", "redis", "migrate", "web", "cameras"} <= set(services)
    for name in ("migrate", "web", "cameras"):
        service = services[name]
        assert set(service["environment"]) <= variables_of_settings()
        words = service["command"].split()
        if words[:2] == ["python", "manage.py"] and words[2] != "migrate":
            assert list(ROOT.glob(f"*/management/commands/{words[2]}.py")), words


def test_readme_is_short_and_names_only_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert readme.count("\n") <= 120
    assert set(re.findall(r"`make ([a-z-]+)", readme)) <= targets


def test_relative_links_of_the_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
