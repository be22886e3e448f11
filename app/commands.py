"""What an operator can do at the command line: `.venv/bin/flask --app wsgi ...`."""

import json
import logging
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

operator = AppGroup("operator", help="People who run the marketplace.")


def register(app: Flask) -> None:
    for command in (demo, deliver_waiting, expire_offers, sync_calendars, timetable, slots, rotate_keys, operator):
        app.cli.add_command(command)
    for name in ("web", "worker", "mailbox", "redis"):
        app.cli.add_command(_part(app, name))


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill a demo practice; does nothing where it is there already."""
    from app import demo as practice

    practice.fill()


@click.command("deliver-waiting")
@with_appcontext
def deliver_waiting() -> None:
    """Send every message that waits."""
    from app.jobs import pushes

    _sweep("deliver_pushes")
    _sweep("deliver_waiting")
    pushes.wait()


@click.command("expire-offers")
@with_appcontext
def expire_offers() -> None:
    """End the offers whose deadline has passed."""
    _sweep("expire_offers")


@click.command("sync-calendars")
@with_appcontext
def sync_calendars() -> None:
    """Read every calendar outside that is due, write our sessions where they are wanted, and say how it goes."""
    from app.calendars.connections import health
    from app.jobs import calendar_entries, calendars

    for sweep, job in (("sync_calendars", calendars), ("write_calendars", calendar_entries)):
        _sweep(sweep)
        job.wait()
    click.echo("\n".join(health.for_operator(current_app.config) or ["Nobody has connected a calendar."]))


@click.command("timetable")
@click.option("--once", is_flag=True, help="Run every sweep now, in this process, and stop.")
@with_appcontext
def timetable(once: bool) -> None:
    """Have every sweep run each SWEEP_SECONDS."""
    from app.jobs import sweeps
    from app.running import parts

    _log_plainly()
    if once:
        sweeps.run_all()
    else:
        parts.run("timetable", current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("slots")
@click.argument("therapist")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day, in the therapist's zone [today].")
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True)
@click.option("--type", "session_type", type=int, help="Id of a session type [the therapist's first].")
@click.option("--location", type=int, help="Id of a location [the therapist's first].")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@with_appcontext
def slots(
    therapist: str, first: datetime | None, days: int, session_type: int | None, location: int | None, as_json: bool
) -> None:
    """What can be booked with THERAPIST (the last part of their page's address)."""
    from app.database import reading
    from app.scheduling import listing, published

    with reading():
        found = published.of_slug(therapist)
        if found is None:
            raise click.ClickException(f"No listed therapist has the address /t/{therapist}.")
        try:
            free = listing.free_time(found, first.date() if first else None, days, session_type, location)
        except LookupError as missing:
            raise click.ClickException(str(missing)) from None
    click.echo(json.dumps(free, indent=2) if as_json else "\n".join(free["slots"]))


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Seal every secret in the database with the first of ENCRYPTION_KEYS; afterwards the others can go."""
    from app.jobs.seal import seal_anew

    done = seal_anew()
    click.echo(f"{done.sealed} rows are sealed with the newest key.")
    if done.unreadable:
        click.echo(f"{done.unreadable} rows stay as they are: the key that sealed them is missing in ENCRYPTION_KEYS.")


@operator.command("add")
@click.argument("email")
@click.option("--name", default="Operator", help="Shown in the history of what they do.")
@click.password_option()
@with_appcontext
def add_operator(email: str, name: str, password: str) -> None:
    """Let a person sign in as an operator."""
    from app.database import db
    from app.practice.user import User

    address = email.strip().lower()
    user = User(email=address, name=name, is_operator=True)
    user.set_password(password)
    if User.of_address(address):
        raise click.ClickException(f"{address} signs in already.")
    db.session.add(user)
    db.session.commit()
    click.echo(f"{address} can sign in as an operator.")


def _part(app: Flask, name: str) -> click.Command:
    def serve() -> None:
        from app.running import parts

        _log_plainly()
        parts.run(name, app)

    return click.Command(name, callback=serve, help=f"Serve the part '{name}' until stopped.")


def _sweep(name: str) -> None:
    from app.jobs import sweeps

    _log_plainly()
    sweeps.run(name)


def _log_plainly() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
