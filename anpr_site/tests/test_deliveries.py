"""Real deliverers, a real broker and a real receiver that misbehaves: every event arrives, and once by its id."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from standardwebhooks import Webhook

from anpr_site.tests.processes import Product, free_port, wait_until
from detections.tests.receiver import Receiver

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(580),
    pytest.mark.skipif(shutil.which("mosquitto") is None, reason="needs mosquitto"),
]
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGlzIHRlc3Q="
DATABASE = "platewatch_deliveries"
SETTING_UP = """
from detections.tests.rows import make_camera
from detections.delivery_models import Destination
make_camera()
Destination.objects.create(name="Parking", address={webhook!r}, secret={secret!r})
Destination.objects.create(name="Home", transport="mqtt", address={broker!r}, home_assistant=True)
"""
PASSING = """
from cameras.models import Camera
from detections.consequences import follow
from detections.tests.rows import make_detection
for number in range({first}, {last}):
    follow(make_detection(Camera.objects.get(), "TEST%d" % number), text_before="", ended=True)
"""
LOOKING = """
import json
from django.utils import timezone
from detections.delivery_models import Delivery
now = timezone.now()
Delivery.objects.filter(status="pending", due_at__gt=now).update(due_at=now)
print(json.dumps(list(map(list, Delivery.objects.values_list("destination__name", "status", "event_id")))))
"""


class Mosquitto:
    """A broker that keeps its sessions when it is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port(8501, 8520)
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nuser root\n"
        )
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(["mosquitto", "-c", str(self._config)], stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class Listener:
    """Everything on the broker: ids of events once each, what was said of being there, and announcements."""

    def __init__(self, port: int) -> None:
        self.ids: list[str] = []
        self.available: list[str] = []
        self.announced: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, "listener", clean_session=False)
        self.client.on_connect = lambda client, *_: client.subscribe([("platewatch/#", 1), ("homeassistant/#", 1)])
        self.client.on_message = self._heard
        self.client.reconnect_delay_set(1, 1)
        wait_until(lambda: self._tries(port), 30, 0.2)
        self.client.loop_start()

    def _tries(self, port: int) -> bool:
        try:
            self.client.connect("127.0.0.1", port)
        except OSError:
            return False
        return True

    def _heard(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            if message.topic.endswith("/available"):
                self.available.append(message.payload.decode())
            elif message.topic.startswith("homeassistant/"):
                self.announced[message.topic] = json.loads(message.payload)
            elif message.topic == "platewatch/events":
                event_id = json.loads(message.payload)["id"]
                if event_id not in self.ids:
                    self.ids.append(event_id)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver(free_port(8521, 8540)).open()
    yield opened
    opened.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(tmp_path)
    yield started
    started.stop()


def answers(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(params=["sqlite", "mariadb"])
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    variables = {"DELIVERY_NETWORKS": "127.0.0.0/8", "SECRET_KEY": "only-for-this-test-" + "x" * 40}
    if request.param == "mariadb":
        client = ["mysql", "-h127.0.0.1", "-uroot", "-e"]
        if not answers(*client, f"DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE}"):
            pytest.skip("needs MariaDB")
        variables["DATABASE_URL"] = f"mysql://root@127.0.0.1:3306/{DATABASE}"
    made = Product(tmp_path, **variables)
    made.manage("migrate", "-v0")
    yield made
    made.close()
    if request.param == "mariadb":
        answers(*client, f"DROP DATABASE {DATABASE}")


def passing(product: Product, first: int, last: int) -> None:
    product.manage("shell", "-v0", "-c", PASSING.format(first=first, last=last))


def deliveries(product: Product) -> list[list[str]]:
    """Destination, state and id of all; the clock moves on, so that no pause of minutes is waited for."""
    found: list[list[str]] = json.loads(product.manage("shell", "-v0", "-c", LOOKING).splitlines()[-1])
    return found


def all_sent(product: Product, count: int) -> list[list[str]]:
    rows = deliveries(product)
    return rows if len(rows) == count and all(status == "sent" for _, status, _ in rows) else []


def test_every_event_arrives_once_whatever_happens(product: Product, receiver: Receiver, broker: Mosquitto) -> None:
    listener = Listener(broker.port)
    address = f"mqtt://127.0.0.1:{broker.port}"
    product.manage("shell", "-v0", "-c", SETTING_UP.format(webhook=receiver.url, broker=address, secret=SECRET))
    command = [product.environment["PATH"].partition(":")[0] + "/python", "manage.py", "deliver_events"]
    receiver.mood = "error"
    one = product.start("one", *command)
    wait_until(lambda: listener.available == ["online"], 120)
    passing(product, 0, 5)
    wait_until(lambda: len(receiver.requests) >= 5, 120)

    receiver.mood = "hang"
    tried = len(receiver.requests)
    passing(product, 5, 10)
    wait_until(lambda: len(receiver.requests) > tried, 120, 0.02)
    one.send_signal(signal.SIGKILL)
    one.wait(10)
    product.processes.pop("one")
    wait_until(lambda: listener.available[-1] == "offline", 120)

    product.start("two", *command)
    product.start("three", *command)
    wait_until(lambda: listener.available[-1] == "online", 120)
    receiver.mood = "drop"
    tried = len(receiver.requests)
    passing(product, 10, 15)
    wait_until(lambda: len(receiver.requests) > tried + 3, 120)
    assert receiver.log == [], "nothing was taken in yet"

    receiver.close()
    broker.stop()
    passing(product, 15, 20)
    broker.start()
    receiver.open()
    receiver.mood = "well"
    passing(product, 20, 25)

    rows = wait_until(lambda: all_sent(product, 100), 300, 2.0)
    owed = {name: sorted(event_id for to, _, event_id in rows if to == name) for name in ("Parking", "Home")}
    assert sorted(receiver.log) == owed["Parking"]
    wait_until(lambda: len(listener.ids) == 50, 60)
    assert sorted(listener.ids) == owed["Home"]
    for request in receiver.requests:
        Webhook(SECRET).verify(request.body, request.headers)
    (config,) = listener.announced.values()
    assert config["state_topic"] == "platewatch/gate/plate"
    assert config["availability_topic"] == "platewatch/available"
    listener.close()
    for name in ("two", "three"):
        code, seconds = product.end(name)
        assert code == 0
        assert seconds < 12
        assert "Traceback" not in product.log(name)
