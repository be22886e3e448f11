"""The local mailbox: what would have been sent out. Only where mail is not sent out."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template
from markupsafe import Markup, escape

from app.integrations.mail import letters
from app.integrations.mail.letters import Letter
from app.web.access import public

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")

ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@bp.get("")
@public
def index() -> str:
    return render_template("mailbox/index.html", letters=letters.newest_first(_folder()))


@bp.get("/<name>")
@public
def show(name: str) -> str:
    return render_template("mailbox/show.html", letter=_letter_or_404(name))


@bp.get("/<name>/html")
@public
def html(name: str) -> Response:
    """The mail's own HTML: its styles show, its links open, nothing in it runs or is fetched."""
    letter = _letter_or_404(name)
    if not letter.html:
        abort(404)
    response = Response(letter.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/<name>/raw")
@public
def raw(name: str) -> Response:
    """The mail as it was handed in."""
    letter = _letter_or_404(name)
    return Response(letter.content, mimetype="message/rfc822", headers={"Content-Disposition": "attachment"})


@bp.app_template_filter("with_links")
def with_links(text: str) -> Markup:
    """Plain text with its addresses as links."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _folder() -> Path:
    folder = current_app.config["MAILBOX_DIR"]
    if not folder:
        abort(404)
    return Path(folder)


def _letter_or_404(name: str) -> Letter:
    letter = letters.find(_folder(), name)
    return letter or abort(404)
