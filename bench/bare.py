"""What a page costs when it does nothing: 20 rows of one table through the same server, database, ORM and Jinja."""

import os

from flask import Flask, render_template_string
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROWS, SHOWN = 1000, 20
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Rows</title></head>
<body>
<h1>Rows</h1>
<table>
{% for row in rows %}<tr>
<td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.city }}</td><td>{{ row.number }}</td>
</tr>
{% endfor %}
</table>
</body>
</html>
"""


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Row(db.Model):  # type: ignore[name-defined, misc]
    __tablename__ = "bare_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str]
    number: Mapped[int]


def bare_app(url: str) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)

    @app.get("/")
    def rows() -> str:
        found = db.session.scalars(select(Row).order_by(Row.id).limit(SHOWN)).all()
        return render_template_string(PAGE, rows=found)

    return app


def fill(app: Flask) -> None:
    with app.app_context():
        db.create_all()
        db.session.add_all(Row(name=f"Row {n}", city=f"City {n % 50}", number=n * 7) for n in range(ROWS))
        db.session.commit()


if __name__ == "__main__":
    from app.running.web import serve

    serve(bare_app(os.environ["BARE_DATABASE_URL"]), "127.0.0.1", int(os.environ["PORT"]))
