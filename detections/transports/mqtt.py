"""MQTT: a connection to each broker that stays open, says when it is gone, and makes sensors in Home Assistant."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from django.utils.translation import gettext as _
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from detections.delivery_models import Delivery, Destination, EventType
from detections.transports import SendError
from detections.transports.guard import connect

SCHEMES = ("mqtt", "mqtts")
WITHIN_S = 5.0
KEEP_ALIVE_S = 20
LEAVES = {
    EventType.PLATE_RECOGNIZED: "plate",
    EventType.PLATE_UPDATED: "plate",
    EventType.VISIT_ENDED: "plate",
    EventType.ACCESS_DECIDED: "access",
    EventType.GATE_OPEN: "gate",
    EventType.STAY_STARTED: "stay",
    EventType.STAY_ENDED: "stay",
}


class GuardedClient(mqtt.Client):
    """Connects only to addresses that a destination may have."""

    def _create_socket_connection(self) -> socket.socket:
        """Raises ``OSError`` alone: anything else would end the thread that connects again, for ever."""
        try:
            return connect(self._host, self._port, self._connect_timeout)
        except SendError as error:
            raise OSError(str(error)) from error


class Broker:
    """The connection to one destination. After ``close`` the broker knows that Platewatch left on purpose."""

    def __init__(self, destination: Destination) -> None:
        self.edited_at = destination.updated_at
        self._topic = destination.topic.strip("/")
        self._announces = destination.home_assistant
        self._announced: set[str] = set()
        self._answer = threading.Event()
        self._refused = ""
        self._client = self._connect(destination)

    def _connect(self, destination: Destination) -> GuardedClient:
        parts = urlsplit(destination.address)
        client = GuardedClient(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        client.connect_timeout = WITHIN_S
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            client.tls_set_context(ssl.create_default_context())
        client.will_set(self.available, "offline", qos=1, retain=True)
        client.on_connect = self._connected
        client.reconnect_delay_set(1, 30)
        usual_port = 8883 if parts.scheme == "mqtts" else 1883
        try:
            client.connect(parts.hostname or "", parts.port or usual_port, KEEP_ALIVE_S)
        except (OSError, ValueError) as error:
            raise SendError(_("The broker does not answer: {error}").format(error=error)) from error
        client.loop_start()
        if not self._answer.wait(WITHIN_S) or self._refused:
            client.disconnect()
            client.loop_stop()
            raise SendError(_("The broker refuses: {error}").format(error=self._refused or _("no answer")))
        return client

    @property
    def available(self) -> str:
        return f"{self._topic}/available"

    def _connected(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        """Also after each reconnect, which the last will preceded."""
        if code == ReasonCode(PacketTypes.CONNACK, "Success"):
            client.publish(self.available, "online", qos=1, retain=True)
        else:
            self._refused = str(code)
        self._answer.set()

    def send(self, delivery: Delivery) -> None:
        """Raises ``SendError`` unless the broker has confirmed each message."""
        body = json.dumps(delivery.payload, ensure_ascii=False)
        camera = delivery.payload["data"].get("camera")
        if camera and self._announces:
            self._announce(camera)
        if camera and delivery.event in LEAVES:
            self._publish(f"{self._topic}/{camera['slug']}/{LEAVES[EventType(delivery.event)]}", body)
        self._publish(f"{self._topic}/events", body)

    def _announce(self, camera: dict[str, Any]) -> None:
        """A sensor in Home Assistant whose state is the camera's newest plate."""
        if camera["slug"] in self._announced:
            return
        name = f"platewatch_{camera['slug'].replace('-', '_')}"
        topic = f"{self._topic}/{camera['slug']}/plate"
        config = {
            "name": "Plate",
            "unique_id": f"{name}_plate",
            "default_entity_id": f"sensor.{name}_plate",
            "state_topic": topic,
            "value_template": "{{ value_json.data.plate_text }}",
            "json_attributes_topic": topic,
            "json_attributes_template": "{{ value_json.data | tojson }}",
            "availability_topic": self.available,
            "icon": "mdi:car",
            "device": {"identifiers": [name], "name": camera["name"], "manufacturer": "Platewatch"},
        }
        self._publish(f"homeassistant/sensor/{name}/plate/config", json.dumps(config), retain=True)
        self._announced.add(camera["slug"])

    def _publish(self, topic: str, body: str, *, retain: bool = False) -> None:
        sent = self._client.publish(topic, body, qos=1, retain=retain)
        try:
            sent.wait_for_publish(WITHIN_S)
        except (RuntimeError, ValueError) as error:
            raise SendError(_("The broker took nothing: {error}").format(error=error)) from error
        if not sent.is_published():
            raise SendError(_("The broker confirmed nothing within {seconds} s.").format(seconds=int(WITHIN_S)))

    def close(self) -> None:
        with contextlib.suppress(RuntimeError, ValueError):  # not connected: the last will has said it
            self._client.publish(self.available, "offline", qos=1, retain=True).wait_for_publish(1.0)
        self._client.disconnect()
        self._client.loop_stop()


class Brokers:
    """The connections of one deliverer; made when first needed, and again after an edit or a failure."""

    def __init__(self) -> None:
        self._open: dict[int, Broker] = {}
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> None:
        try:
            self.open(delivery.destination).send(delivery)
        except SendError:
            self._drop(delivery.destination.pk)
            raise

    def open(self, destination: Destination) -> Broker:
        """The connection, made if there is none; raises ``SendError``."""
        with self._lock:
            broker = self._open.get(destination.pk)
        if broker is not None and broker.edited_at == destination.updated_at:
            return broker
        self._drop(destination.pk)
        broker = Broker(destination)
        with self._lock:
            self._open[destination.pk] = broker
        return broker

    def keep(self, destinations: set[int]) -> set[int]:
        """Closes the others; which of these have no connection yet."""
        for key in set(self._open) - destinations:
            self._drop(key)
        return destinations - set(self._open)

    def _drop(self, key: int) -> None:
        with self._lock:
            broker = self._open.pop(key, None)
        if broker is not None:
            broker.close()

    def close(self) -> None:
        for key in list(self._open):
            self._drop(key)
