"""E-mail and chat: a short text through apprise, which knows the services by their addresses."""

from __future__ import annotations

import apprise
from django.utils.translation import gettext as _

from detections.delivery_models import Delivery, EventType
from detections.transports import SendError
from detections.transports.guard import addresses_of

LOCAL_SCHEMES = frozenset({"dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "rsyslog", "apprise"})


def service_of(address: str) -> apprise.NotifyBase:
    """Raises ``SendError`` for an address that no service has, or one that does not leave this machine."""
    if address.partition(":")[0].lower() in LOCAL_SCHEMES:
        raise SendError(_("Services of this machine itself are not offered."))
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        raise SendError(_("No service has this address; write it like mailtos://user:password@example.com."))
    service.redirects = False
    return service


def check(address: str) -> None:
    """Raises ``SendError`` also when its host lies inside the network."""
    service = service_of(address)
    hosts = {str(host) for host in (getattr(service, "host", None), getattr(service, "smtp_host", None)) if host}
    for host in hosts:
        addresses_of(host, getattr(service, "port", None) or 443)


def send(delivery: Delivery) -> None:
    address = delivery.destination.address
    check(address)
    title, body = words_of(delivery)
    if not service_of(address).notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT):
        raise SendError(_("The service did not take the message; check the address and its password."))


def words_of(delivery: Delivery) -> tuple[str, str]:
    """Title and text for a person."""
    data = delivery.payload["data"]
    plate = data.get("plate_text") or _("no plate read")
    where = (data.get("camera") or data.get("site") or {}).get("name", "")
    title = f"{plate} · {where}" if where else str(plate)
    lines = [EventType(delivery.event).label, delivery.payload["timestamp"]]
    found = data.get("match")
    if found and not found["ambiguous"]:
        lines.append(" · ".join(filter(None, (found["list"], found["plate"], found["owner"]))))
    if "decision" in data:
        lines.append(f"{data['decision']} ({data['reason']})")
    if "message" in data:
        title, lines = "Platewatch", [data["message"]]
    return title, "\n".join(str(line) for line in lines)
