"""The addresses of registered plates, gates and of who is told of events."""

from __future__ import annotations

from django.urls import path

from detections import delivery_views, gate_views, registry_views

registry = [
    path("registry/", registry_views.registry_page, name="registry"),
    path("registry/lists/new/", registry_views.list_new, name="registry_list_new"),
    path("registry/lists/<int:pk>/", registry_views.list_page, name="registry_list"),
    path("registry/lists/<int:pk>/edit/", registry_views.list_edit, name="registry_list_edit"),
    path("registry/lists/<int:pk>/delete/", registry_views.list_delete, name="registry_list_delete"),
    path("registry/lists/<int:pk>/import/", registry_views.list_import, name="registry_import"),
    path("registry/lists/<int:pk>/export.csv", registry_views.list_export, name="registry_export"),
    path("registry/plates/new/", registry_views.plate_new, name="registry_plate_new"),
    path("registry/plates/<int:pk>/", registry_views.plate_page, name="registry_plate"),
    path("registry/plates/<int:pk>/edit/", registry_views.plate_edit, name="registry_plate_edit"),
    path("registry/plates/<int:pk>/delete/", registry_views.plate_delete, name="registry_plate_delete"),
]
gates = [
    path("gates/", gate_views.gates_page, name="gates"),
    path("gates/new/", gate_views.gate_new, name="gate_new"),
    path("gates/<int:pk>/edit/", gate_views.gate_edit, name="gate_edit"),
    path("gates/<int:pk>/delete/", gate_views.gate_delete, name="gate_delete"),
    path("gates/<int:pk>/open/", gate_views.gate_open, name="gate_open"),
    path("gates/decisions/", gate_views.decisions_page, name="decisions"),
    path("gates/stays/", gate_views.stays_page, name="stays"),
    path("gates/stays/<int:pk>/end/", gate_views.stay_end, name="stay_end"),
    path("gates/sites/new/", gate_views.site_new, name="site_new"),
    path("gates/sites/<int:pk>/edit/", gate_views.site_edit, name="site_edit"),
    path("gates/sites/<int:pk>/delete/", gate_views.site_delete, name="site_delete"),
]
deliveries = [
    path("gates/destinations/", delivery_views.destinations_page, name="destinations"),
    path("gates/destinations/new/", delivery_views.destination_new, name="destination_new"),
    path("gates/destinations/<int:pk>/", delivery_views.destination_page, name="destination"),
    path("gates/destinations/<int:pk>/edit/", delivery_views.destination_edit, name="destination_edit"),
    path("gates/destinations/<int:pk>/secret/", delivery_views.destination_secret, name="destination_secret"),
    path("gates/destinations/<int:pk>/test/", delivery_views.destination_test, name="destination_test"),
    path("gates/destinations/<int:pk>/again/", delivery_views.destination_again, name="destination_again"),
    path("gates/destinations/<int:pk>/delete/", delivery_views.destination_delete, name="destination_delete"),
    path("gates/deliveries/", delivery_views.deliveries_page, name="deliveries"),
    path("gates/deliveries/<int:pk>/again/", delivery_views.delivery_again, name="delivery_again"),
]
urlpatterns = [*registry, *gates, *deliveries]
