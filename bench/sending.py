"""How fast mails leave, with little and with much that waits, beside a loop of smtplib that does nothing else."""

import smtplib
import statistics
import time

from flask import current_app
from sqlalchemy import select

from app.database import db
from app.jobs import deliver
from app.messages.mail import compose
from app.messages.message import Message
from bench import marketplace, waiting
from bench.measure import report
from bench.working import on_both_engines

FEW, MANY = 200, 20_000  # mails that wait
TURNS, SECONDS = 5, 6.0  # each turn: a round of mails with few, one with many, and the bare loop
BARE = 1_000  # mails of the bare loop


def run() -> None:
    on_both_engines("sending", _measure)


def _measure(engine: str) -> None:
    marketplace.generate(0, 2 * MANY)
    seen: dict[str, list[float]] = {"few": [], "many": [], "bare": []}
    for _ in range(TURNS):
        waiting.no_mails()
        waiting.mails(FEW)
        seen["few"].append(_rate_of_a_round())
        waiting.mails(MANY)
        letters = _finished(100)
        seen["many"].append(_rate_of_a_round())
        seen["bare"].append(_bare_rate(letters))
    rates = {name: statistics.median(each) for name, each in seen.items()}
    for name, number in (("few", FEW), ("many", MANY)):
        report(f"mails_{number}_waiting_{engine}", rates[name], "mails/s", TURNS)
        report(f"mails_{number}_waiting_{engine}_cost", rates["bare"] / rates[name], "times a bare mail", TURNS)
    report(f"mails_bare_smtplib_{engine}", rates["bare"], "mails/s", TURNS)
    report(f"mails_many_of_few_{engine}", rates["many"] / rates["few"], "ratio", TURNS)


def _rate_of_a_round() -> float:
    """Mails a second that one round of deliveries sends."""
    deliver.ROUND_SECONDS = SECONDS  # type: ignore[assignment]
    before, began = waiting.still_waiting(), time.perf_counter()
    db.session.rollback()
    deliver.deliver_waiting()
    took = time.perf_counter() - began
    return (before - waiting.still_waiting()) / took


def _finished(number: int) -> list[tuple[str, bytes]]:
    """Mails that wait, as they will go over the wire: recipient and bytes."""
    made = []
    undone = select(Message).where(Message.status == "waiting", Message.channel == "mail").limit(number)
    for message in db.session.scalars(undone):
        mail = compose(message)
        mail.msgId = message.wire_id
        made.append((message.address, mail.as_bytes()))
    db.session.rollback()
    return made


def _bare_rate(letters: list[tuple[str, bytes]]) -> float:
    """Mails a second of a loop that does nothing else, over one connection."""
    settings = current_app.config
    with smtplib.SMTP(settings["MAIL_SERVER"], settings["MAIL_PORT"]) as server:
        began = time.perf_counter()
        for number in range(BARE):
            address, content = letters[number % len(letters)]
            server.sendmail(settings["MAIL_SENDER"], [address], content)
        return BARE / (time.perf_counter() - began)


if __name__ == "__main__":
    run()
