"""Signing in and out."""

from flask import Blueprint, Response, request, session
from flask_login import current_user, login_user, logout_user

from app.blueprints.access import public, safe_next, signed_in
from app.blueprints.rendering import page_or_fragment, see_address, see_other
from app.database import db
from app.forms.sign_in import SignInForm
from app.practice import throttle
from app.practice.user import SignIn, User, is_password

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
    if throttle.is_throttled(form.email.data, network):
        return _page(form, 429, "Too many attempts. Please wait a quarter of an hour and try again.")
    user = User.of_address(form.email.data)
    password_hash = user.password_hash if user else None
    db.session.rollback()  # hashing is slow on purpose, and nobody shall wait for it
    if not is_password(password_hash, form.password.data) or user is None:
        throttle.note_failure(form.email.data, network)
        db.session.commit()
        return _page(form, 422, "E-mail or password is not right. Please try again.")
    session.clear()  # nothing that was planted before signing in survives it
    session.permanent = True
    SignIn.start(user)
    db.session.commit()
    login_user(user)
    session.pop("_id")  # of their browser and address: nobody asks for it
    return see_address(_next_page(user))


@bp.post("/sign-out")
@signed_in
def end() -> Response:
    SignIn.end(current_user.sign_in_token)
    db.session.commit()
    logout_user()
    session.clear()
    response = see_other("directory.index")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _next_page(user: User) -> str:
    return safe_next(request.values.get("next"), "/dashboard" if user.is_therapist else "/operator")


def _page(form: SignInForm, status: int = 200, problem: str | None = None) -> Response:
    return page_or_fragment(
        "sign_in/show.html",
        "sign_in/_form.html",
        status,
        form=form,
        problem=problem,
        next=request.values.get("next", ""),
    )
