"""The API of a real server: every address under random requests, and a client that was generated from the schema."""

from __future__ import annotations

import http.client
import importlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest

from anpr_site.tests.processes import Product, free_port, wait_until
from detections.tests.sent_pictures import street_picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
RECOGNITION = "^/api/v1/(recognize|plate-reader)"
EXAMPLES = 15
MAKE = """
import json
from django.contrib.auth.models import User
from django.utils import timezone
from anpr_site.accounts.choices import Scope
from anpr_site.accounts.models import ApiToken
from cameras.models import Camera
from detections.delivery_models import Delivery, Destination
from detections.gate_models import AccessDecision, Gate
from detections.models import Attempt, Detection
from detections.registry_models import PlateList, RegisteredPlate
from labeling.models import Sample
root = User.objects.create_superuser("root")
camera = Camera.objects.create(name="Gate", source_url="rtsp://u:hunter2@127.0.0.1:9/", enabled=False)
now = timezone.now()
plate = {"plate_text": "BAX1234", "plate_norm": "BAX1234", "first_seen": now, "last_seen": now}
seen = Detection.objects.create(camera=camera, track_id="t", **plate)
Attempt.objects.create(camera=camera, detection=seen, at=now, stage="read")
gate = Gate.objects.create(name="Gate", camera=camera)
AccessDecision.objects.create(gate=gate, camera=camera, detection=seen, stage="final", decision="deny", at=now)
target = Destination.objects.create(name="Desk", address="https://127.0.0.1:9/", enabled=False)
Delivery.objects.create(destination=target, event="test", payload={}, camera=camera, status="failed")
RegisteredPlate.objects.create(list=PlateList.objects.create(name="Residents"), plate_text="BAX1234")
Sample.objects.create(camera=camera, visit="v", captured_at=now, text="BAX1234")
scopes = {"all": Scope.values, "read": ["read"]}
print(json.dumps({name: ApiToken.make(root, name, chosen)[1] for name, chosen in scopes.items()}))
"""


@dataclass(frozen=True)
class Site:
    url: str
    tokens: dict[str, str]
    product: Product


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port(8620, 8649)
    limits = dict.fromkeys(("API_RATE", "API_RATE_ADDRESS", "API_WRONG_TOKENS"), "0")
    product = Product(tmp_path_factory.mktemp("api"), EMBEDDED_WORKERS="true", LOG_FORMAT="json", **limits)
    product.manage("migrate", "-v0", "--skip-checks")
    tokens = json.loads(product.manage("shell", "-v0", "-c", MAKE).splitlines()[-1])
    product.start(
        "web", sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "anpr_site.asgi:application"
    )
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(f"{url}/readyz"), 90)
    yield Site(url, tokens, product)
    product.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def try_everything(site: Site, *options: str) -> None:
    """Schemathesis over the schema that the server itself gives, in the name of a superuser with every scope."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{site.url}/api/schema/?format=json"),
            *("-H", f"Authorization: Bearer {site.tokens['all']}", "--phases", "coverage,fuzzing"),
            *(
                "--max-examples",
                str(EXAMPLES),
                "--seed",
                "7",
                "--continue-on-failure",
                "--request-timeout",
                "60",
                *options,
            ),
        ],
        cwd=site.product.folder,
        env=site.product.environment | {"NO_COLOR": "1", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("which", ["--exclude-path-regex", "--include-path-regex"])
def test_every_address_answers_random_requests_as_the_schema_says(site: Site, which: str) -> None:
    """The recognition service by itself: its requests take long."""
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    try_everything(site, "--checks", checks, which, RECOGNITION)


def posted(site: Site, body: Any, kind: str) -> Any:
    """An iterator as the body is sent in chunks, without a length."""
    headers = {"Authorization": f"Token {site.tokens['all']}", "Content-Type": kind}
    with closing(http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=60)) as connection:
        connection.request("POST", "/api/v1/recognize", body, headers)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "application/problem+json"
        return json.loads(answer.read()) | {"http": answer.status}


def test_a_form_without_parts_is_refused_in_words(site: Site) -> None:
    told = posted(site, b"--y\r\nnonsense", "multipart/form-data; boundary=x")
    assert (told["http"], told["code"]) == (400, "no_picture")
    told = posted(site, b"--y\r\nnonsense", "multipart/form-data")
    assert (told["http"], told["code"]) == (400, "parse_error")


@pytest.mark.parametrize("kind", ["image/jpeg", "multipart/form-data; boundary=x"])
def test_a_body_without_an_end_is_not_kept(site: Site, kind: str) -> None:
    """80 MB; what the server holds of them is a file without a name, which counts as memory or disk of the process."""
    process = psutil.Process(site.product.processes["web"].pid)
    written = process.io_counters().write_chars
    told = posted(site, (bytes(2**20) for _ in range(80)), kind)
    assert (told["http"], told["code"]) == (413, "too_large")
    assert process.io_counters().write_chars - written < 66 * 2**20


@pytest.fixture(scope="module")
def client(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package that openapi-python-client makes of the server's schema."""
    folder = tmp_path_factory.mktemp("client")
    request = urllib.request.Request(
        f"{site.url}/api/schema/?format=json", headers={"Authorization": f"Token {site.tokens['read']}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        (folder / "schema.json").write_bytes(answer.read())
    command = [
        "openapi-python-client",
        "generate",
        "--path",
        "schema.json",
        "--output-path",
        "platewatch_client",
        "--meta",
        "none",
    ]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout, done.stdout
    sys.path.insert(0, str(folder))
    yield importlib.import_module("platewatch_client")
    sys.path.remove(str(folder))


def operation(name: str) -> Any:
    return importlib.import_module(f"platewatch_client.api.{name}")


def test_a_generated_client_lists_and_recognizes(site: Site, client: Any) -> None:
    program = client.AuthenticatedClient(base_url=site.url, token=site.tokens["all"], timeout=120)
    with program as api:
        cameras = operation("cameras.cameras_list").sync(client=api)
        assert [(camera.slug, camera.state) for camera in cameras.results] == [("gate", "stopped")]
        found = operation("detections.detections_list").sync(client=api, plate="BAX*")
        assert [row.plate_text for row in found.results] == ["BAX1234"]
        assert operation("stats.stats").sync(client=api, by="camera").results[0].count == 1
        models, types = (
            importlib.import_module("platewatch_client.models"),
            importlib.import_module("platewatch_client.types"),
        )
        jpeg, plates = street_picture()
        picture = types.File(payload=BytesIO(jpeg), file_name="car.jpg", mime_type="image/jpeg")
        answer = operation("recognize.recognize").sync(client=api, body=models.RecognizeFilesBody(image=picture))
        read = {plate.text for plate in answer.pictures[0].plates if plate.text}
        assert read
        assert read <= set(plates)


def test_a_generated_client_is_told_why_it_may_not(site: Site, client: Any) -> None:
    models = importlib.import_module("platewatch_client.models")
    with client.AuthenticatedClient(base_url=site.url, token="pw_invented") as stranger:
        assert operation("cameras.cameras_list").sync(client=stranger).code == "token"
    with client.AuthenticatedClient(base_url=site.url, token=site.tokens["read"]) as reader:
        body = models.PlateListRequest(name="Mine")
        refused = operation("plate_lists.plate_lists_create").sync(client=reader, body=body)
    assert (refused.status, refused.code) == (403, "scope")


def test_the_log_names_requests_and_holds_no_secret(site: Site) -> None:
    text = site.product.log("web")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(line["logger"] == "anpr_site.requests" and len(line["request_id"]) == 16 for line in lines)
    assert not [line for line in lines if line["level"] in ("error", "critical")]
    for secret in (*site.tokens.values(), "hunter2", "BAX1234"):
        assert secret not in text
