"""The directory of therapists."""

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.blueprints.access import public
from app.blueprints.rendering import page_or_fragment
from app.database import db
from app.practice.therapist import Therapist

bp = Blueprint("directory", __name__)

PAGE = 20


@bp.get("/")
@public
def index() -> Response:
    number = max(1, min(request.args.get("page", 1, type=int), 10_000))
    listed = select(Therapist).filter_by(listed=True).options(selectinload(Therapist.locations))
    rows = db.session.scalars(listed.order_by(Therapist.name).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
    return page_or_fragment(
        "directory/index.html",
        "directory/_therapists.html",
        therapists=rows[:PAGE],
        next_page=number + 1 if len(rows) > PAGE else None,
        previous_page=number - 1 if number > 1 else None,
    )
