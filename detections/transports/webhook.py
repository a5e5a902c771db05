"""HTTP: signed webhooks in three formats, and relays that a bare request switches."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpcore
import httpx
from django.utils.translation import gettext as _
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from detections import pictures
from detections.delivery_models import Delivery, Format
from detections.event_formats import body_of
from detections.transports import SendError
from detections.transports.guard import GuardedBackend

ANSWER_WITHIN_S = 10.0
MOST_OF_ANSWER = 300
SCHEMES = ("http", "https")


def send(delivery: Delivery, now: datetime) -> None:
    """Posts the event, signed. Raises ``SendError`` unless the receiver answers with 2xx."""
    destination = delivery.destination
    message = json.dumps(body_of(delivery), ensure_ascii=False, separators=(",", ":"))
    has_part = destination.with_picture and destination.format == Format.PLATE_RECOGNIZER_STREAM
    picture = pictures.read(delivery.detection.picture.name) if has_part and delivery.detection else b""
    if picture:
        files = {"upload": ("picture.jpg", picture, "image/jpeg")}
        form = httpx.Request("POST", destination.address, data={"json": message}, files=files)
        content, content_type = form.read(), form.headers["content-type"]
    else:
        content, content_type = message.encode(), "application/json"
    headers = {"content-type": content_type, **signature(destination.secret, delivery.event_id, message, now)}
    request("POST", destination.address, headers, content)


def switch(delivery: Delivery) -> None:
    """One request without a body, as a relay on the network expects it."""
    request(delivery.destination.method, delivery.destination.address, {"webhook-id": delivery.event_id}, b"")


def signature(secret: str, event_id: str, message: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; of a form with a picture, its ``json`` part is what is signed.

    Raises ``SendError`` without a usable secret.
    """
    try:
        signed = Webhook(secret).sign(event_id, now, message)
    except (EmptyWebhookSecretError, ValueError) as error:
        raise SendError(_("The destination has no usable secret: make a new one on its page.")) from error
    return {"webhook-id": event_id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}


def request(method: str, address: str, headers: dict[str, str], content: bytes) -> None:
    """Sends once; redirects are not followed, proxies not used. Raises ``SendError``."""
    timeouts = {"connect": 5.0, "read": ANSWER_WITHIN_S, "write": ANSWER_WITHIN_S, "pool": 5.0}
    try:
        url = httpx.URL(address)
        headers = {"host": url.netloc.decode(), "user-agent": "Platewatch", **headers, **credentials(url)}
        with (
            httpcore.ConnectionPool(network_backend=GuardedBackend(ANSWER_WITHIN_S), retries=0) as pool,
            pool.stream(
                method, str(url), headers=list(headers.items()), content=content, extensions={"timeout": timeouts}
            ) as answer,
        ):
            if not 200 <= answer.status < 300:
                raise SendError(refusal(answer))
    except (httpx.InvalidURL, httpcore.UnsupportedProtocol) as error:
        raise SendError(_("The address is not one of HTTP: {error}").format(error=error)) from error
    except httpcore.TimeoutException as error:
        raise SendError(_("No answer within {seconds} s.").format(seconds=int(ANSWER_WITHIN_S))) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise SendError(_("The connection failed: {error}").format(error=error or type(error).__name__)) from error


def credentials(url: httpx.URL) -> dict[str, str]:
    """A user and password of the address as basic authentication."""
    if not url.userinfo:
        return {}
    made = next(httpx.BasicAuth(url.username, url.password).auth_flow(httpx.Request("GET", url)))
    return {"authorization": made.headers["authorization"]}


def refusal(answer: Any) -> str:
    """What the receiver said, as far as it fits."""
    if 300 <= answer.status < 400:
        return _("The receiver answered {status}: it redirects, and redirects are not followed.").format(
            status=answer.status
        )
    said = b""
    for block in answer.iter_stream():
        said += block
        if len(said) >= MOST_OF_ANSWER:
            break
    words = said[:MOST_OF_ANSWER].decode("utf-8", "replace").strip()
    return _("The receiver answered {status}. {words}").format(status=answer.status, words=words).strip()
