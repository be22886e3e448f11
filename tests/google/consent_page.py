"""The pages that a person sees at Google."""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.google.answers import Request

if TYPE_CHECKING:
    from tests.google.accounts import Account

SHELL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main>{content}</main></body></html>"""


def error_page(words: str) -> str:
    return SHELL.format(title="Access blocked", content=f"<h1>Access blocked</h1><p>{escape(words)}</p>")


def consent_page(accounts: "list[Account]", request: Request, scopes: list[str]) -> str:
    hint = request.asked("login_hint")
    chosen = hint if hint in {one.email for one in accounts} else accounts[0].email
    content = f"""<h1>A program wants to access your Google Account</h1>
<form method="post" action="/o/oauth2/v2/auth">
<input type="hidden" name="asked" value="{escape(urlsplit(request.target).query)}">
<fieldset><legend>Choose an account</legend>{"".join(_account(one, chosen) for one in accounts)}</fieldset>
<fieldset><legend>It asks for</legend>{"".join(_scope(one) for one in scopes)}</fieldset>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>"""
    return SHELL.format(title="Sign in - Google Accounts", content=content)


def _account(account: "Account", chosen: str) -> str:
    checked = " checked" if account.email == chosen else ""
    words = f"{escape(account.name)} ({escape(account.email)})"
    return f'<p><label><input type="radio" name="account" value="{escape(account.email)}"{checked}> {words}</label></p>'


def _scope(scope: str) -> str:
    """Each can be refused by itself, as at Google."""
    return (
        f'<p><label><input type="checkbox" name="scope:{escape(scope)}" value="on" checked> {escape(scope)}</label></p>'
    )
