"""How the database would answer a question."""

from typing import Any

from sqlalchemy import Select, text

from app.database import db


def plan_of(query: Select[Any]) -> str:
    """Return the plan as text; on PostgreSQL as if the tables were too large to be read whole."""
    on_postgresql = db.engine.dialect.name == "postgresql"
    if on_postgresql:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if on_postgresql else "EXPLAIN QUERY PLAN"
    rows = db.session.connection().exec_driver_sql(f"{explain} {compiled}".replace("%", "%%")).all()
    return "\n".join(str(row[-1]) for row in rows)
