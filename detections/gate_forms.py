"""Forms of gates, sites, destinations and of the button that opens a gate by hand."""

from __future__ import annotations

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from detections.delivery_models import Destination, EventType, Format, Transport
from detections.gate_models import Gate, Site
from detections.transports import SendError, mqtt, notify, webhook
from detections.transports.guard import ForbiddenAddressError, addresses_of

LEAST_REASON = 3
ONLY_FOR = {
    "format": "webhook",
    "with_picture": "webhook",
    "method": "relay",
    "topic": "mqtt",
    "home_assistant": "mqtt",
}
"""Fields that only some kinds of destination have."""


class GateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Gate
        fields = (
            "name",
            "camera",
            "site",
            "role",
            "inward_is_approaching",
            "opens_by_itself",
            "needs_direction",
            "min_confidence",
            "min_votes",
            "pause_s",
        )


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Site
        fields = ("name", "limit", "shut_when_full")


class OpenForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=LEAST_REASON,
        max_length=300,
        widget=forms.TextInput({"placeholder": _("Why is it opened?"), "autocomplete": "off"}),
    )


class DestinationForm(forms.ModelForm):  # type: ignore[type-arg]
    """The address is written once and not shown again; empty on an edit, it stays as it is."""

    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[choice for choice in EventType.choices if choice[0] != EventType.TEST],
        help_text=_("None chosen: all that this kind can tell."),
    )

    class Meta:
        model = Destination
        fields = (
            "name",
            "transport",
            "address",
            "enabled",
            "format",
            "with_picture",
            "method",
            "topic",
            "home_assistant",
            "events",
            "cameras",
            "lists",
            "min_confidence",
        )
        widgets = {"cameras": forms.CheckboxSelectMultiple, "lists": forms.CheckboxSelectMultiple}
        help_texts = {
            "address": _(
                "https://… for a webhook or relay, mqtt://user:password@host:1883 or mqtts://… for a broker, "
                "mailtos://user:password@example.com and the like for e-mail and chat. It is hidden once saved."
            ),
            "format": _("For webhooks."),
            "with_picture": _(
                "For webhooks in the formats of Plate Recognizer (the frame as a second part) "
                "and of OpenALPR (vehicle and plate in the JSON)."
            ),
            "method": _("For relays: how the request that switches it is made."),
            "topic": _("For MQTT: what all topics begin with."),
            "home_assistant": _("For MQTT: a sensor for each camera's newest plate appears by itself."),
            "lists": _("None chosen: also plates on no list."),
            "cameras": _("None chosen: all."),
            "min_confidence": _("0 to 1; plates read with less are not told."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kinds in ONLY_FOR.items():
            self.fields[name].widget.attrs["data-kinds"] = kinds
        self._address = self.instance.address
        if self.instance.pk:
            self.fields["address"].required = False
            self.initial["address"] = ""
            self.fields["address"].widget.attrs["placeholder"] = self.instance.safe_address

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).strip() or self._address

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        address, transport = values.get("address"), values.get("transport")
        if address and transport:
            try:
                check_address(transport, address)
            except SendError as error:
                self.add_error("address", str(error))
        is_foreign = values.get("format", Format.NATIVE) != Format.NATIVE
        if values.get("with_picture") and not (is_foreign and transport == Transport.WEBHOOK):
            self.add_error("with_picture", _("Only webhooks in the formats of other systems carry pictures."))
        if is_foreign and transport != Transport.WEBHOOK:
            self.add_error("format", _("Only webhooks have other formats."))
        if transport == Transport.RELAY and not values.get("cameras"):
            self.add_error("cameras", _("Choose the cameras of the gate that it opens: it would open for every gate."))
        topic = values.get("topic", "").strip("/")
        if transport == Transport.MQTT and (not topic or set(topic) & set("+#\0")):
            self.add_error("topic", _("Write a topic without + and #."))
        return values

    def save(self, commit: bool = True) -> Destination:
        if self.instance.transport == Transport.WEBHOOK and not self.instance.secret:
            self.instance.secret = new_secret()
        destination: Destination = super().save(commit)
        return destination


def new_secret() -> str:
    """As Standard Webhooks writes it: 24 random bytes in base 64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def check_address(transport: str, address: str) -> None:
    """Raises ``SendError`` where it could never be sent to; a name that cannot be found now may be found later."""
    if transport == Transport.NOTIFY:
        notify.service_of(address)
        check = notify.check
    else:
        schemes = mqtt.SCHEMES if transport == Transport.MQTT else webhook.SCHEMES
        parts = urlsplit(address)
        try:
            port = parts.port
        except ValueError as error:
            raise SendError(str(_("The port is a number up to 65535."))) from error
        if parts.scheme not in schemes or not parts.hostname:
            begins = " / ".join(f"{scheme}://" for scheme in schemes)
            raise SendError(str(_("The address begins with {begins} and names a host.")).format(begins=begins))

        def check(address: str) -> None:
            addresses_of(str(parts.hostname), port or 443)

    try:
        check(address)
    except ForbiddenAddressError:
        raise
    except SendError:
        return
