"""The directory of therapists."""

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.blueprints.access import public
from app.blueprints.paging import page_of
from app.blueprints.rendering import page_or_fragment
from app.practice.therapist import Therapist

bp = Blueprint("directory", __name__)

PAGE = 20


@bp.get("/")
@public
def index() -> Response:
    listed = select(Therapist).filter_by(listed=True).options(selectinload(Therapist.locations))
    page = page_of(listed.order_by(Therapist.name, Therapist.id), PAGE)
    return page_or_fragment("directory/index.html", "directory/_therapists.html", therapists=page.rows, pages=page)
