"""The page that a service worker shows in place of one that cannot be reached. It says nothing about anybody."""

from flask import Blueprint, Response

from app.web.access import public
from app.web.rendering import page_or_fragment

bp = Blueprint("offline", __name__)


@bp.get("/offline")
@public
def show() -> Response:
    return page_or_fragment("offline/show.html", "offline/_offline.html")
