"""Telling a therapist at once, in the browser that they hold in their hand."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_login import current_user

from app.database import db
from app.forms.push_subscription import PushSubscriptionForm
from app.integrations.push import keys
from app.messages import push
from app.practice.push_subscription import PushSubscription
from app.practice.user import SignIn
from app.web.access import therapist_only
from app.web.rendering import page_or_fragment, see_other, wants_fragment

bp = Blueprint("push", __name__, url_prefix="/settings/push")

NOT_KNOWN = "This browser's push service is not one that we write to, so nothing was changed. Mails come as before."


@bp.post("")
@therapist_only
def turn_on() -> Response:
    form, sign_in = _form_or_404(), SignIn.of(current_user.sign_in_token)
    if not form.is_one(current_app.config["PUSH_HOSTS"]):
        return _card(422, problem=NOT_KNOWN)
    PushSubscription.make(sign_in, form.endpoint, form.p256dh, form.auth)
    db.session.commit()
    return _card_or_page()


@bp.post("/renewal")
@therapist_only
def renew() -> Response:
    """A browser whose person wanted to be told says that it is still there, after signing in or under a new address.

    204 when it is told from now on, 409 when nobody who is here now asked for that, and 200 with our key when it knows
    us by another of before, for which its push service would refuse what we send: it then asks there anew.
    """
    form, sign_in = _form_or_404(), SignIn.of(current_user.sign_in_token)
    known = form.is_one(current_app.config["PUSH_HOSTS"])
    kept = known and PushSubscription.renew(sign_in, form.endpoint, form.p256dh, form.auth)
    db.session.commit()
    key, ours = request.form.get("key"), current_app.config["VAPID_PUBLIC_KEY"]
    if kept and key and key != ",".join(str(byte) for byte in keys.read(ours)):
        return Response(ours, mimetype="text/plain")
    return Response(status=204 if kept else 409)


@bp.post("/removal")
@therapist_only
def turn_off() -> Response:
    sign_in = SignIn.of(current_user.sign_in_token)
    PushSubscription.end(PushSubscription.sign_in_id == sign_in.id)
    db.session.commit()
    return _card_or_page()


@bp.post("/test")
@therapist_only
def try_out() -> Response:
    subscription = PushSubscription.of_sign_in(SignIn.of(current_user.sign_in_token))
    if not push.is_offered() or subscription is None:
        return _card(409)
    push.try_out(subscription, current_user.therapist.zone)
    db.session.commit()
    return _card(told="Sent. It should show in a moment, also when this page is closed.")


def push_state() -> dict[str, Any]:
    """Return what the card about pushes shows in this browser."""
    offered = push.is_offered()
    on = offered and PushSubscription.of_sign_in(SignIn.of(current_user.sign_in_token)) is not None
    return {"offered": offered, "on": on, "key": current_app.config["VAPID_PUBLIC_KEY"]}


def _form_or_404() -> PushSubscriptionForm:
    if not push.is_offered():
        abort(404)
    return PushSubscriptionForm.sent(request.form)


def _card_or_page() -> Response:
    return _card() if wants_fragment() else see_other("you.show", _anchor="push")


def _card(status: int = 200, problem: str | None = None, told: str | None = None) -> Response:
    state = push_state() | {"problem": problem, "told": told}
    return page_or_fragment("you/show.html", "you/_push.html", status, therapist=current_user.therapist, push=state)
