"""Signing in and out."""

from datetime import timedelta

from flask import Blueprint, Response, request, session
from flask_login import current_user, login_user, logout_user

from app import clock
from app.blueprints.public import known_browser
from app.database import begin_to_write, db
from app.forms.sign_in import SignInForm
from app.practice import throttle
from app.practice.user import SignIn, User, is_password
from app.web.access import public, safe_next, signed_in
from app.web.rendering import page_or_fragment, see_address, see_other

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@public
def show() -> Response:
    if current_user.is_authenticated:
        return see_address(_next_page(current_user))
    return _page(SignInForm())


@bp.post("/sign-in")
@public
def create() -> Response:
    form, network = SignInForm(), request.remote_addr or ""
    if not form.validate_on_submit():
        return _page(form, 422)
    email = form.email.data
    browser = known_browser.of_account(email)
    try:
        counted = throttle.reserve_try(email, network, browser)
    except throttle.TooManyTries as too_many:
        db.session.commit()
        return _refused(form, too_many)
    user = User.of_address(email)
    password_hash = user.password_hash if user else None
    db.session.commit()  # hashing is slow on purpose: nobody waits for it, and those who try meanwhile are counted
    if not is_password(password_hash, form.password.data) or user is None:
        return _page(form, 422, "E-mail or password is not right. Please try again.")
    begin_to_write()
    throttle.release_try(counted)
    response = _sign_in(user)
    known_browser.remember(response, email, browser)
    return response


@bp.post("/sign-out")
@signed_in
def end() -> Response:
    SignIn.end(current_user.sign_in_token)
    db.session.commit()
    logout_user()
    session.clear()
    response = see_other("directory.index")
    # Not "cookies": the session's goes by itself, and who signs in next here shall still be known (known_browser.py).
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _next_page(user: User) -> str:
    return safe_next(request.values.get("next"), "/dashboard" if user.is_therapist else "/operator")


def _sign_in(user: User) -> Response:
    session.clear()  # nothing that was planted before signing in survives it
    session.permanent = True
    SignIn.start(user)
    db.session.commit()
    login_user(user)
    session.pop("_id")  # of their browser and address: nobody asks for it
    return see_address(_next_page(user))


def _refused(form: SignInForm, too_many: throttle.TooManyTries) -> Response:
    left = too_many.again_at - clock.now()
    minutes = max(1, -(-left // timedelta(minutes=1)))
    unit = "minute" if minutes == 1 else "minutes"
    response = _page(form, 429, f"Too many attempts. Please try again in {minutes} {unit}.")
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _page(form: SignInForm, status: int = 200, problem: str | None = None) -> Response:
    return page_or_fragment(
        "sign_in/show.html",
        "sign_in/_form.html",
        status,
        form=form,
        problem=problem,
        next=request.values.get("next", ""),
    )
