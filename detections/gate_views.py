"""The pages of gates and sites: what was decided, opening by hand, stays and how full a site is."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anpr_site.accounts.audit import record
from anpr_site.accounts.choices import Action
from cameras.rights import visible_cameras
from detections import stays
from detections.access import Difference, Why, open_by_hand
from detections.delivery_models import Delivery, DeliveryStatus, EventType
from detections.events import is_opened_by_something
from detections.gate_forms import GateForm, OpenForm, SiteForm
from detections.gate_models import AccessDecision, Decision, Gate, Site, Stay
from inference.plate_format import normalize

PAGE_SIZE = 50
NEWEST = 5
STANDS_AT_MOST = timedelta(minutes=10)
"""A decision's time is that of its last change; the order went out before, when it first allowed."""
WORST_FIRST = (DeliveryStatus.FAILED, DeliveryStatus.PENDING, DeliveryStatus.SENT)
MAY_SEE = permission_required("detections.view_accessdecision", raise_exception=True)


def visible_gates(request: HttpRequest) -> QuerySet[Gate]:
    return Gate.objects.filter(camera__in=visible_cameras(request.user)).select_related("camera", "site")


def visible_sites(request: HttpRequest) -> QuerySet[Site]:
    """Those with a gate that the person sees, and for staff those that have none yet."""
    rows = Site.objects.filter(Q(gates__in=visible_gates(request)) | Q(gates=None)).distinct()
    return rows.annotate(occupied=Count("stays", filter=Q(stays__left_at=None), distinct=True))


def visible_decisions(request: HttpRequest) -> QuerySet[AccessDecision]:
    rows = AccessDecision.objects.filter(camera__in=visible_cameras(request.user))
    return rows.select_related("gate", "camera", "detection", "registered__list", "user")


@require_safe
@MAY_SEE
def gates_page(request: HttpRequest) -> HttpResponse:
    gates = [
        {
            "gate": gate,
            "decisions": with_orders(named(visible_decisions(request).filter(gate=gate)[:NEWEST])),
            "is_connected": is_opened_by_something(gate.camera_id),
        }
        for gate in visible_gates(request)
    ]
    return render(request, "gates/index.html", {"gates": gates, "sites": visible_sites(request), "form": OpenForm()})


def named(rows: Any) -> list[AccessDecision]:
    """With their reasons in words: a person's own, or what a rule says."""
    found = list(rows)
    for row in found:
        row.words = Why(row.reason).label if row.reason in Why.values else row.reason
        row.remarks = [Difference(name).label for name in row.exceptions]
    return found


def with_orders(rows: list[Any]) -> list[Any]:
    """Decisions on one gate, each with ``order``: how its order to open fares, of several the worst."""
    if not rows:
        return rows
    since = rows[-1].at - STANDS_AT_MOST
    sent = Delivery.objects.filter(event=EventType.GATE_OPEN, camera=rows[0].camera_id, created_at__gte=since)
    orders: dict[int, set[str]] = defaultdict(set)
    for decision, status in sent.values_list("payload__data__id", "status"):
        orders[decision].add(status)
    for row in rows:
        row.order = next((status for status in WORST_FIRST if status in orders[row.pk]), "")
    return rows


@require_POST
@permission_required("detections.open_gate", raise_exception=True)
def gate_open(request: HttpRequest, pk: int) -> HttpResponse:
    gate = get_object_or_404(visible_gates(request), pk=pk)
    form = OpenForm(request.POST)
    if form.is_valid():
        open_by_hand(gate, request.user, form.cleaned_data["reason"])
        if is_opened_by_something(gate.camera_id):
            messages.success(request, _("{gate} was told to open.").format(gate=gate.name))
        else:
            messages.error(request, _("{gate} stays shut: no destination takes its order.").format(gate=gate.name))
    else:
        messages.error(request, _("{gate} stays shut: write a reason of three letters or more.").format(gate=gate.name))
    return redirect("detections:gates")


@require_safe
@MAY_SEE
def decisions_page(request: HttpRequest) -> HttpResponse:
    rows = visible_decisions(request)
    chosen = {name: request.GET.get(name, "").strip() for name in ("gate", "decision", "plate")}
    if chosen["gate"].isdecimal():
        rows = rows.filter(gate=int(chosen["gate"]))
    if chosen["decision"] in Decision.values:
        rows = rows.filter(decision=chosen["decision"])
    if chosen["plate"]:
        record(request, Action.SEARCH, request.get_full_path(), chosen["plate"])
        rows = rows.filter(plate_text__contains=normalize(chosen["plate"]))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": named(page.object_list),
        "gates": visible_gates(request),
        "decisions": Decision.choices,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "kept": kept(request),
    }
    return render(request, "gates/decisions.html", context)


def kept(request: HttpRequest) -> str:
    """The filters of the address, for the links to other pages of the list."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@require_safe
@MAY_SEE
def stays_page(request: HttpRequest) -> HttpResponse:
    sites = visible_sites(request)
    rows = Stay.objects.filter(site__in=sites.values("pk")).select_related("site", "registered", "entry", "exit")
    chosen = {name: request.GET.get(name, "").strip() for name in ("site", "plate", "state")}
    if chosen["site"].isdecimal():
        rows = rows.filter(site=int(chosen["site"]))
    if chosen["plate"]:
        record(request, Action.SEARCH, request.get_full_path(), chosen["plate"])
        rows = rows.filter(plate_norm__contains=normalize(chosen["plate"]))
    if chosen["state"] in ("inside", "left"):
        rows = rows.filter(left_at__isnull=chosen["state"] == "inside")
    page = Paginator(rows.order_by(F("entered_at").desc(), "-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(stay, words_of(stay.duration)) for stay in page.object_list],
        "sites": sites,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "kept": kept(request),
    }
    return render(request, "gates/stays.html", context)


def words_of(duration: timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return _("{days} d {hours} h").format(days=days, hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes % 60)


@require_POST
@permission_required("detections.change_stay", raise_exception=True)
def stay_end(request: HttpRequest, pk: int) -> HttpResponse:
    stay = get_object_or_404(Stay, pk=pk, site__in=visible_sites(request).values("pk"))
    stays.end_by_hand(stay)
    messages.success(request, _("{plate} is no longer counted as inside.").format(plate=stay.plate_text))
    return redirect("detections:stays")


@permission_required("detections.add_gate", raise_exception=True)
def gate_new(request: HttpRequest) -> HttpResponse:
    return edit(request, gate_form(request, Gate()), _("New gate"))


@permission_required("detections.change_gate", raise_exception=True)
def gate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    gate = get_object_or_404(visible_gates(request), pk=pk)
    return edit(request, gate_form(request, gate), gate.name, delete="detections:gate_delete")


def gate_form(request: HttpRequest, gate: Gate) -> GateForm:
    form = GateForm(request.POST or None, instance=gate)
    form.fields["camera"].queryset = visible_cameras(request.user)  # type: ignore[attr-defined]
    return form


@require_POST
@permission_required("detections.delete_gate", raise_exception=True)
def gate_delete(request: HttpRequest, pk: int) -> HttpResponse:
    return delete(request, get_object_or_404(visible_gates(request), pk=pk))


@permission_required("detections.add_site", raise_exception=True)
def site_new(request: HttpRequest) -> HttpResponse:
    return edit(request, SiteForm(request.POST or None), _("New site"))


@permission_required("detections.change_site", raise_exception=True)
def site_edit(request: HttpRequest, pk: int) -> HttpResponse:
    site = get_object_or_404(visible_sites(request), pk=pk)
    return edit(request, SiteForm(request.POST or None, instance=site), site.name, delete="detections:site_delete")


@require_POST
@permission_required("detections.delete_site", raise_exception=True)
def site_delete(request: HttpRequest, pk: int) -> HttpResponse:
    return delete(request, get_object_or_404(visible_sites(request), pk=pk))


def edit(request: HttpRequest, form: GateForm | SiteForm, title: str, *, delete: str = "") -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("detections:gates")
    return render(request, "gates/form.html", {"form": form, "title": title, "delete": delete})


def delete(request: HttpRequest, row: Model) -> HttpResponse:
    messages.success(request, _("{name} is deleted.").format(name=row))
    row.delete()
    return redirect("detections:gates")
