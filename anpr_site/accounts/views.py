"""A person's own API tokens: make one, see it once, revoke it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anpr_site.accounts.forms import TokenForm
from anpr_site.accounts.models import ApiToken


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The answer to the form is the only place where the token itself ever stands."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        assert request.user.is_authenticated
        _token, secret = ApiToken.make(request.user, values["name"], values["scopes"], form.expires_at())
        form = TokenForm()
    rows = ApiToken.objects.filter(user=request.user.pk)
    context = {"form": form, "secret": secret, "tokens": rows}
    return render(request, "accounts/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ApiToken, pk=pk, user=request.user.pk).revoke()
    return redirect("accounts:tokens")
