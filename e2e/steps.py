"""What people do and notice, in the field's verbs; all is found as a person finds it, by its name on the page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, Request, expect

from app.integrations.mail.letters import Letter
from app.wording import hours, span
from e2e.hands import TOUCH, Hands
from e2e.page_scripts import HEARS_NOTHING, has_scripts
from tests.waiting import wait_until
from tests.world import PASSWORD

ASKED, OWN, MISTAKE = "My client asked for this change", "I need to change it", "I made a mistake"
LENGTH = timedelta(minutes=50)
LONDON, BERLIN = "Europe/London", "Europe/Berlin"


class Person:
    """Somebody at a browser of their own, with a mailbox."""

    hands: Hands = TOUCH

    def __init__(self, page: Page, mails: Callable[[], list[Letter]], name: str, email: str) -> None:
        self.page = page
        self.name = name
        self.email = email
        self._mails = mails
        self._read: set[str] = set()

    def at(self, path: str) -> Self:
        self.page.goto(path)
        return self

    def hears_nothing(self) -> None:
        """The pages opened from now on do not learn by themselves what others do, however long they are looked at."""
        self.page.add_init_script(HEARS_NOTHING)

    def loses_the_line(self) -> None:
        """With the scripts of the page already there: what is still on its way would be lost with the line."""
        has_scripts(self.page)
        self.page.context.set_offline(True)

    def finds_the_line(self) -> None:
        self.page.context.set_offline(False)

    def presses(self, name: str) -> None:
        self.hands.press(self.page.get_by_role("button", name=name, exact=True))

    def follows(self, name: str) -> None:
        self.hands.press(self.page.get_by_role("link", name=name, exact=True))

    def types(self, label: str, text: str) -> None:
        self.hands.write(self.page.get_by_label(label, exact=True), text)

    def ticks(self, name: str) -> None:
        self.hands.tick(self.page.get_by_role("checkbox", name=name))

    def unfolds(self, words: str) -> None:
        """What is folded up behind these words."""
        self.hands.press(self._main.locator("summary").filter(has_text=words))

    def sees(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self._main.get_by_text(sentence).filter(visible=True).first).to_be_visible()

    def does_not_see(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self._main.get_by_text(sentence).filter(visible=True)).to_have_count(0)

    def sees_title(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1, name=words)).to_be_visible()

    def sees_time(self, at: datetime, zone: str = LONDON) -> None:
        """The time stands on the page as a span of hours on this zone's clocks."""
        expect(self._main.get_by_text(hours(at, at + LENGTH, zone)).first).to_be_visible()

    def still_reads(self, label: str, text: str) -> None:
        """The field holds what was typed."""
        expect(self.page.get_by_label(label, exact=True)).to_have_value(text)

    def has_no_button(self, *names: str) -> None:
        for name in names:
            expect(self.page.get_by_role("button", name=name, exact=True)).to_have_count(0)

    def is_mailed(self, subject: str) -> Letter:
        """The next mail whose subject begins like this, read once."""
        letter = wait_until(lambda: self._unread(subject), timeout=60, every=0.1)
        self._read.add(letter.name)
        return letter

    def has_no_other_mail(self) -> None:
        unread = [letter.subject for letter in self._mails() if letter.name not in self._read]
        assert unread == [], f"{self.name} was also mailed {unread}"

    @contextmanager
    def staying_on_the_page(self) -> Iterator[None]:
        """What happens within changes the page in place."""
        left: list[str] = []

        def note(request: Request) -> None:
            if request.is_navigation_request():
                left.append(request.url)

        self.page.on("request", note)
        yield
        self.page.remove_listener("request", note)
        assert left == [], f"the browser went to {left}"

    def _has(self, what: Locator) -> bool:
        """Return whether the page that is open has it: when all of it has come, also where it was too slow at first."""
        self.page.wait_for_load_state("domcontentloaded")
        expect(self.page.locator("#offline")).to_have_count(0)
        return what.count() > 0

    @property
    def _main(self) -> Locator:
        return self.page.get_by_role("main")

    def _unread(self, subject: str) -> Letter | None:
        unread = (letter for letter in self._mails() if letter.name not in self._read)
        return next((letter for letter in unread if letter.subject.startswith(subject)), None)


class SignsIn(Person):
    def signs_in(self) -> None:
        self.page.goto("/sign-in")
        self.types("E-mail", self.email)
        self.types("Password", PASSWORD)
        self.presses("Sign in")
        self.page.wait_for_url(re.compile("/(dashboard|operator)$"))


class Client(Person):
    """Asks for sessions and answers offers; has no account, only links."""

    def requests(self, therapist: "Therapist", at: datetime, location: str = "", words: str = "") -> None:
        """From the therapist's page to the page of the session."""
        self.fills_in_a_request(therapist, at, location, words)
        self.presses("Request session")
        self.page.wait_for_url("**/s/*")
        self.sees(f"Your session with {therapist.name}")

    def fills_in_a_request(self, therapist: "Therapist", at: datetime, location: str = "", words: str = "") -> None:
        """As far as the button that sends it."""
        self.looks_at_times(therapist)
        if location:
            self.looks_at_location(location)
        self.chooses(at)
        self.types("Your name", self.name)
        self.types("E-mail", self.email)
        if words:
            self.types("Message", words)

    def finds(self, therapist: "Therapist") -> None:
        """From the directory."""
        self.page.goto("/")
        self.follows(therapist.name)
        self.sees_title(therapist.name)

    def looks_at_times(self, therapist: "Therapist") -> None:
        self.page.goto(f"/t/{therapist.slug}")

    def looks_at_location(self, location: str) -> None:
        chosen = self.page.get_by_role("link", name=location, exact=True)
        self.hands.press(chosen)
        expect(chosen).to_have_attribute("aria-current", "true")

    def chooses(self, at: datetime) -> None:
        """The slot that starts then, in this week or a later one."""
        self.turns_to(self.slot(at))
        self.hands.press(self.slot(at))
        self.sees_title(re.compile("^Request a session with"))

    def turns_to(self, slot: Locator) -> None:
        """The week in which it is."""
        while not self._has(slot):
            week = self.page.get_by_role("heading", name=re.compile(" to ")).inner_text()
            self.follows("Later")
            expect(self.page.get_by_role("heading", name=week, exact=True)).to_have_count(0)

    def cannot_choose(self, *times: datetime) -> None:
        """None of these is offered in the week on the page."""
        for at in times:
            expect(self.slot(at)).to_have_count(0)

    def slot(self, at: datetime, zone: str = "") -> Locator:
        """On the clock of the practice, or on the visitor's own where the page has turned to that by itself."""
        clocks = [at.astimezone(ZoneInfo(one)) for one in ([zone] if zone else [LONDON, BERLIN])]
        name = re.compile("^(" + "|".join(f"{local:%H:%M}" for local in clocks) + ")")
        starting = self._starting(clocks[0])
        for local in clocks[1:]:
            starting = starting.or_(self._starting(local))
        return self.page.get_by_role("link", name=name).and_(starting)

    def chooses_instead(self, at: datetime, zone: str) -> None:
        """Another time of that day, on the form itself."""
        local = at.astimezone(ZoneInfo(zone))
        self.hands.choose(self.page.get_by_role("radio", name=f"{local:%H:%M}").and_(self._starting(local)))

    def opens(self, letter: Letter) -> None:
        """Follow the personal link in a mail."""
        found = re.search(r"https?://\S+/[so]/[\w-]+", letter.text)
        assert found, f"no link in {letter.text}"
        self.page.goto(found[0])

    def _starting(self, local: datetime) -> Locator:
        return self.page.locator(f'[data-start="{local.isoformat()}"]')

    def accepts(self, at: datetime) -> None:
        self.hands.choose(self.page.get_by_role("radio", name=span(at, at + LENGTH, LONDON)))
        self.presses("Accept this time")

    def accepts_the_change(self) -> None:
        """That they disputed."""
        self.presses("Accept this time")

    def keeps_it(self) -> None:
        self.presses("Keep it as it was")

    def agrees(self) -> None:
        self.presses("Agree to the new location")

    def refuses(self, button: str = "None of these work", words: str = "") -> None:
        self.types("Message", words)
        self.presses(button)

    def cancels(self) -> None:
        """On the page of the session."""
        self.unfolds("Cancel this session…")
        self.presses("Cancel session")
        self.sees("Cancelled")

    def disputes(self) -> None:
        self.presses("I did not ask for this")
        self.sees("Waiting for your answer")


class Therapist(SignsIn):
    """Answers requests and changes sessions."""

    def __init__(self, page: Page, mails: Callable[[], list[Letter]], name: str, email: str, slug: str) -> None:
        super().__init__(page, mails, name, email)
        self.slug = slug

    def looks_at_today(self) -> None:
        self.page.goto("/dashboard")

    def opens(self, client: Client) -> None:
        """The session of this client, from today's list or from all sessions: a page, or at a desk beside the list."""
        self.looks_at_today()
        if not self._has(self.page.get_by_role("link", name=client.name, exact=True)):
            self.page.goto("/sessions")
        self.follows(client.name)
        expect(self.page.get_by_role("heading", name=client.name, exact=True)).to_be_visible()

    def confirms(self, client: Client) -> None:
        """In today's list."""
        self.looks_at_today()
        self.confirms_in_the_list(client)
        self.sees_status(client, "Confirmed")

    def confirms_in_the_list(self, client: Client) -> None:
        self.hands.press(self.row(client).get_by_role("button", name="Confirm session", exact=True))

    def row(self, client: Client) -> Locator:
        """This client's line in the list of today or of all sessions."""
        named = self.page.get_by_role("link", name=client.name, exact=True)
        return self.page.get_by_role("listitem").filter(has=named)

    def sees_status(self, client: Client, status: str) -> None:
        """On this client's page, or in the list that is open, which the answer may just be taking out of it."""

        def is_shown() -> bool:
            row = self.row(client)
            where = row if self._has(row) else self._main
            return where.get_by_text(status, exact=True).filter(visible=True).count() > 0

        wait_until(is_shown, timeout=30, every=0.1)

    def moves(self, client: Client, to: datetime, location: str = "") -> None:
        """As the client asked."""
        self.opens(client)
        self.presses("Edit date/time")
        self.presses(ASKED)
        self.types_time(self._main, to)
        if location:
            self.selects_location(self._main, location)
        self.presses("Save change")
        self.is_back_at(client)

    def relocates(self, client: Client, to: str, reason: str = OWN, words: str = "") -> None:
        self.opens(client)
        self.presses("Edit location")
        self.presses(reason)
        self.selects_location(self._main, to)
        if words:
            self.types("Message", words)
        self.presses("Save change")
        self.is_back_at(client)

    def offers(self, client: Client, *times: datetime, reason: str = OWN, words: str = "") -> None:
        self.starts_an_offer(client, reason)
        for number, at in enumerate(times, start=1):
            self.adds(number, at)
        if words:
            self.types("Message", words)
        self.sends_the_offer(client)

    def starts_an_offer(self, client: Client, reason: str = OWN) -> None:
        self.opens(client)
        self.presses("Edit date/time")
        self.presses(reason)
        expect(self.page.get_by_role("button", name="Offer alternatives", exact=True)).to_be_visible()

    def adds(self, number: int, at: datetime, location: str = "") -> None:
        """Another alternative, which then is the one with this number."""
        expect(self.alternative(number)).to_have_count(0)
        self.presses("Add alternative...")
        self.edits(number, at, location)

    def edits(self, number: int, at: datetime, location: str = "") -> None:
        self.types_time(self.alternative(number), at)
        if location:
            self.selects_location(self.alternative(number), location)

    def removes(self, number: int) -> None:
        left = self.alternatives.count() - 1
        self.hands.press(self.alternative(number).get_by_role("button", name="Remove"))
        expect(self.alternatives).to_have_count(left)

    def sends_the_offer(self, client: Client) -> None:
        self.presses("Offer alternatives")
        self.is_back_at(client)
        self.sees("Offered to your client")

    def taps_a_suggestion(self, number: int) -> None:
        """The first of the suggested times, which then is the alternative with this number."""
        self.hands.press(self.page.get_by_role("group", name="Suggested times").get_by_role("button").first)
        expect(self.alternative(number)).to_be_visible()

    def plans_a_sick_day(self, at: datetime, words: str = "") -> None:
        """The whole day of that moment, as far as the preview."""
        self.looks_at_today()
        self.hands.press(self.page.get_by_role("link", name=re.compile("^Sick day")))
        self.hands.set_date(self.page.get_by_label("First day", exact=True), at.astimezone(ZoneInfo(LONDON)))
        self.types("Message to all of them", words)
        self.presses("See what will be sent")
        expect(self.page.get_by_role("button", name="Send all offers")).to_be_visible()

    def sends_all_offers(self) -> None:
        self.presses("Send all offers")
        self.page.wait_for_url(re.compile(r"/sick-days/\d+$"))

    def opens_the_sick_day(self) -> None:
        """The last one that was sent."""
        self.page.goto("/sick-days/new")
        sent = self.page.get_by_role("region", name="Sent before")
        self.hands.press(sent.get_by_role("link").first)
        self.sees_title("Sick day")
        self.page.wait_for_url(re.compile(r"/sick-days/\d+$"))

    def withdraws(self, client: Client) -> None:
        self.opens(client)
        self.presses("Withdraw offer")
        self.does_not_see("held until")

    def records_a_choice_by_phone(self, at: datetime) -> None:
        offered = self.page.get_by_role("listitem").filter(has_text=span(at, at + LENGTH, LONDON))
        self.hands.press(offered.get_by_role("button", name="Client chose this by phone", exact=True))

    @property
    def alternatives(self) -> Locator:
        return self.page.get_by_role("group", name=re.compile(r"^Alternative \d+"))

    def alternative(self, number: int) -> Locator:
        return self.page.get_by_role("group", name=re.compile(rf"^Alternative {number}\b"))

    def types_time(self, where: Locator, at: datetime) -> None:
        local = at.astimezone(ZoneInfo(LONDON))
        self.hands.set_date(where.get_by_label("Date", exact=True), local)
        self.hands.set_time(where.get_by_label("Time", exact=True), local)

    def selects_location(self, where: Locator, location: str) -> None:
        self.hands.select(where.get_by_label("Location", exact=True), location)

    def is_back_at(self, client: Client) -> None:
        self.page.wait_for_url(re.compile(r"/sessions/\d+$"))
        self.sees_title(client.name)

    def sees_in_history(self, sentence: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("listitem").filter(has_text=sentence).first).to_be_visible()


class Operator(SignsIn):
    """Runs the marketplace."""


def mentions(letter: Letter, at: datetime, *more: str, zone: str = LONDON) -> None:
    """Both bodies of the mail tell this time and these words."""
    for body in (letter.text, letter.html):
        assert hours(at, at + LENGTH, zone) in body, f"{span(at, at + LENGTH, zone)} is missing in {body}"
        for words in more:
            assert words in body, f"{words!r} is missing in {body}"


def calendar_entry(letter: Letter) -> str:
    """The calendar attachment's text, unfolded."""
    (entry,) = [text for name, text in letter.attachments if name.endswith(".ics")]
    return entry.replace("\r\n ", "").replace("\n ", "")
