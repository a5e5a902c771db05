"""The app of tokens and of the access log."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "anpr_site.accounts"
    label = "accounts"
    verbose_name = _("Access")
