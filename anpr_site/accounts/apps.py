"""The app of tokens and of the access log; and django-axes under a name that staff understand."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "anpr_site.accounts"
    label = "accounts"
    verbose_name = _("Access")


class SignInConfig(AxesConfig):  # type: ignore[misc]
    verbose_name = _("Signing in")
