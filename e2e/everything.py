"""A practice in which everything that can stand on a page stands on one, and everybody who looks at it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from app.database import db
from app.practice.client import Client
from app.practice.user import User
from e2e.practice import Practice
from tests.everything import MARA, everything
from tests.waiting import wait_until
from tests.world import CHEAP_HASH, PASSWORD, add_therapist


@dataclass
class Everything:
    """`pages` are addresses, by the e-mail address of who looks at them; nobody's is empty."""

    url: str
    pages: dict[str, list[str]]
    app: Flask

    @contextmanager
    def in_language(self, language: str) -> Iterator[None]:
        """What all clients read within; a browser has to ask for it, too, on pages that are nobody's."""
        self._all_clients_read(language)
        yield
        self._all_clients_read("en")

    @contextmanager
    def with_clients_called(self, names: Sequence[str]) -> Iterator[None]:
        """One client after the other has one of these names within."""
        with self.app.app_context():
            before = {client.id: client.name for client in db.session.scalars(select(Client))}
        self._call({number: names[place % len(names)] for place, number in enumerate(before)})
        yield
        self._call(before)

    def _call(self, names: dict[int, str]) -> None:
        with self.app.app_context():
            for client in db.session.scalars(select(Client)):
                client.name = names[client.id]
            db.session.commit()

    def _all_clients_read(self, language: str) -> None:
        with self.app.app_context():
            db.session.execute(update(Client).values(language=language))
            db.session.commit()

    def looked_at(self, chromium: Browser, email: str, **settings: object) -> Iterator[Page]:
        """One page after the other, in one window."""
        usual = {"base_url": self.url, "reduced_motion": "reduce", "locale": "en-GB", "service_workers": "block"}
        context = chromium.new_context(**(usual | settings))  # type: ignore[arg-type]
        try:
            page = context.new_page()
            # The page for those without a connection would go elsewhere as soon as there is one.
            page.route("**/healthz", lambda route: route.abort())
            if email:
                _sign_in(page, email)
            seen: set[str] = set()
            for address in self.pages[email]:
                if is_page(page, address):
                    page.goto(address)
                    if page.url not in seen:
                        yield page
                    seen.add(page.url)
            assert seen
        finally:
            context.close()


def fill(practice: Practice) -> Everything:
    """The practice is empty before."""
    with practice.app.app_context():
        mara = add_therapist("Mara Lindt")
        otto = add_therapist("Otto Brandt", zone="Europe/Berlin")
        db.session.add(User(email="olive@example.com", name="Olive", password_hash=CHEAP_HASH, is_operator=True))
        db.session.commit()
        pages = everything(mara, otto).looked_at(practice.app)
    letter = wait_until(lambda: practice.mails("@example.net"), timeout=60)[0]
    pages[""].append(f"/mailbox/{letter.name}")
    return Everything(practice.url, pages, practice.app)


def is_page(page: Page, address: str) -> bool:
    """Return whether a person sees this, or only a program reads it."""
    answer = page.context.request.head(address)
    return answer.headers.get("content-type", "").startswith("text/html")


def _sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard" if email == MARA else "**/operator")
