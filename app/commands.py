"""What an operator can do at the command line: `.venv/bin/flask --app wsgi ...`."""

import logging

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

operator = AppGroup("operator", help="People who run the marketplace.")


def register(app: Flask) -> None:
    for command in (demo, deliver_waiting, expire_offers, timetable, operator):
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
    _sweep("deliver_waiting")


@click.command("expire-offers")
@with_appcontext
def expire_offers() -> None:
    """End the offers whose deadline has passed."""
    _sweep("expire_offers")


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
        parts.timetable(current_app._get_current_object())  # type: ignore[attr-defined]


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
        from app.running.parts import PARTS

        _log_plainly()
        PARTS[name](app)

    return click.Command(name, callback=serve, help=f"Serve the part '{name}' until stopped.")


def _sweep(name: str) -> None:
    from app.jobs import sweeps

    _log_plainly()
    sweeps.run(name)


def _log_plainly() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
