"""One piece of HTML, answered as a page or as the fragment of it that changes. Only this file knows htmx."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from app.extensions import htmx


def wants_fragment() -> bool:
    """True when a script on the page will swap the answer in. Boosted and history requests want pages."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_fragment(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """Render the page, or only its fragment for a request that swaps."""
    response = make_response(render_template(fragment if wants_fragment() else page, **context), status)
    return _vary(response)


def swaps(element_id: str) -> bool:
    """True when the answer takes the place of the element with this id."""
    return wants_fragment() and (htmx.target or "").partition("#")[2] == element_id


def see_other(endpoint: str, **values: Any) -> Response:
    """Lead to another page after a change (303)."""
    return see_address(url_for(endpoint, **values))


def see_address(address: str) -> Response:
    """Like see_other, for an address that is already known to be ours."""
    if not wants_fragment():
        return _vary(make_response(redirect(address, 303)))
    # fetch would follow a 303 by itself and swap the next page into a corner of this one.
    response = make_response("", 204)
    response.headers["HX-Redirect"] = address
    return _vary(response)


def at_address(response: Response, address: str) -> Response:
    """Give what was swapped in this address: the browser shows it and comes back to it."""
    if wants_fragment():
        response.headers["HX-Push-Url"] = address
    return response


def now_at_address(response: Response, address: str) -> Response:
    """The same, in place of the address at which the browser is: nobody shall come back to that."""
    if wants_fragment():
        response.headers["HX-Replace-Url"] = address
    return response


def page_or_notice(page: str, notice: str, status: int, **context: Any) -> Response:
    """A page, or a notice shown above what the person was doing, which stays as it was typed."""
    response = page_or_fragment(page, notice, status, **context)
    if wants_fragment():
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Push-Url"] = "false"
    return response


def in_place_of_form(response: Response) -> Response:
    """Have the answer replace the whole form page that asked, not only the part that was to be swapped."""
    if wants_fragment():
        response.headers["HX-Retarget"] = "#rearrangement, #relocation"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _vary(response: Response) -> Response:
    response.vary.add("HX-Request")
    return response
