"""The pages of destinations and deliveries: who is told, what was sent, what failed and is sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cameras.rights import visible_cameras
from detections.delivery import send_again
from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType, Transport
from detections.events import events_of, owe_test
from detections.gate_forms import DestinationForm, new_secret
from detections.gate_views import kept

PAGE_SIZE = 50
SECRET_SHOWN = "destination_secret"


@require_safe
@permission_required("detections.view_destination", raise_exception=True)
def destinations_page(request: HttpRequest) -> HttpResponse:
    waiting = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.PENDING))
    failed = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.FAILED))
    rows = list(Destination.objects.annotate(waiting=waiting, failed=failed).prefetch_related("cameras", "lists"))
    labels = dict(EventType.choices)
    shown = [(row, [labels[name] for name in EventType.values if name in events_of(row)]) for row in rows]
    return render(request, "gates/destinations.html", {"rows": shown})


@permission_required("detections.add_destination", raise_exception=True)
def destination_new(request: HttpRequest) -> HttpResponse:
    return destination_form(request, DestinationForm(request.POST or None), _("New destination"))


@permission_required("detections.change_destination", raise_exception=True)
def destination_edit(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk)
    return destination_form(request, DestinationForm(request.POST or None, instance=destination), destination.name)


def destination_form(request: HttpRequest, form: DestinationForm, title: str) -> HttpResponse:
    form.fields["cameras"].queryset = visible_cameras(request.user)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        had_secret = bool(form.instance.secret)
        destination = form.save()
        if destination.secret and not had_secret:
            request.session[SECRET_SHOWN] = destination.pk
        return redirect("detections:destination", destination.pk)
    return render(request, "gates/destination_form.html", {"form": form, "title": title})


@require_safe
@permission_required("detections.view_destination", raise_exception=True)
def destination_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Its secret is shown once, right after it was made."""
    destination = get_object_or_404(Destination, pk=pk)
    is_new = request.session.pop(SECRET_SHOWN, None) == destination.pk
    labels = dict(EventType.choices)
    context = {
        "destination": destination,
        "secret": destination.secret if is_new else "",
        "events": [labels[name] for name in EventType.values if name in events_of(destination)],
        "rows": destination.deliveries.select_related("detection")[:20],
        "has_failed": destination.deliveries.filter(status=DeliveryStatus.FAILED)
        .exclude(event=EventType.GATE_OPEN)
        .exists(),
    }
    return render(request, "gates/destination.html", context)


@require_POST
@permission_required("detections.change_destination", raise_exception=True)
def destination_secret(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk, transport=Transport.WEBHOOK)
    destination.secret = new_secret()
    destination.save()
    request.session[SECRET_SHOWN] = destination.pk
    return redirect("detections:destination", pk)


@require_POST
@permission_required("detections.change_destination", raise_exception=True)
def destination_test(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk)
    if destination.enabled:
        owe_test(destination)
        messages.success(request, _("A test event is on its way; its state is shown below in a moment."))
    else:
        messages.error(request, _("{name} is switched off; switch it on to test it.").format(name=destination.name))
    return redirect("detections:destination", pk)


@require_POST
@permission_required("detections.delete_destination", raise_exception=True)
def destination_delete(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk)
    messages.success(request, _("{name} is deleted, and what it was still owed.").format(name=destination.name))
    destination.delete()
    return redirect("detections:destinations")


def visible_deliveries(request: HttpRequest) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(Q(camera=None) | Q(camera__in=visible_cameras(request.user)))
    return rows.select_related("destination", "detection", "camera")


@require_safe
@permission_required("detections.view_delivery", raise_exception=True)
def deliveries_page(request: HttpRequest) -> HttpResponse:
    rows = visible_deliveries(request)
    chosen = {name: request.GET.get(name, "").strip() for name in ("destination", "status", "event")}
    if chosen["destination"].isdecimal():
        rows = rows.filter(destination=int(chosen["destination"]))
    if chosen["status"] in DeliveryStatus.values:
        rows = rows.filter(status=chosen["status"])
    if chosen["event"] in EventType.values:
        rows = rows.filter(event=chosen["event"])
    context: dict[str, Any] = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "destinations": Destination.objects.all(),
        "statuses": DeliveryStatus.choices,
        "events": EventType.choices,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "kept": kept(request),
    }
    return render(request, "gates/deliveries.html", context)


@require_POST
@permission_required("detections.change_delivery", raise_exception=True)
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A failed one, once more for a day; a gate is never opened late."""
    if send_again(visible_deliveries(request).filter(pk=pk)):
        messages.success(request, _("It is sent again."))
    else:
        messages.error(request, _("Only what has failed can be sent again, and a gate is not opened late."))
    return redirect("detections:deliveries")


@require_POST
@permission_required("detections.change_delivery", raise_exception=True)
def destination_again(request: HttpRequest, pk: int) -> HttpResponse:
    """All that failed for one destination, after it was away for longer than a day."""
    destination = get_object_or_404(Destination, pk=pk)
    count = send_again(visible_deliveries(request).filter(destination=destination))
    messages.success(request, _("{count} failed deliveries are sent again.").format(count=count))
    return redirect("detections:destination", pk)
