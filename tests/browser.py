"""A browser without scripts, for the served program: cookies, redirects, forms by the name of their button."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # its words -> name and value


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    text: str

    @property
    def forms(self) -> list[Form]:
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms

    def form_with(self, button: str) -> Form:
        """The first form that has a button with these words, else with words that begin so."""
        for form in [one for one in self.forms if button in one.buttons] or self.forms:
            if any(words.startswith(button) for words in form.buttons):
                return form
        raise AssertionError(f"no button {button!r} on {self.url}: {[list(form.buttons) for form in self.forms]}")

    def filled(self, button: str, **typed: str) -> tuple[Form, list[tuple[str, str]]]:
        """The form of this button, and what pressing it would send with this typed into it."""
        form = self.form_with(button)
        begins_so = next(pair for words, pair in form.buttons.items() if words.startswith(button))
        pressed = form.buttons.get(button, begins_so)
        fields = [(name, value) for name, value in form.fields if name not in typed] + list(typed.items())
        return form, fields + ([pressed] if pressed[0] else [])


class Browser:
    def __init__(self, url: str, timeout: float = 30) -> None:
        self.url = url
        self.timeout = timeout
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str) -> Page:
        return self._send(urllib.request.Request(urllib.parse.urljoin(self.url, path)))

    def post(self, path: str, fields: list[tuple[str, str]] | dict[str, str]) -> Page:
        address, body = urllib.parse.urljoin(self.url, path), urllib.parse.urlencode(fields).encode()
        return self._send(urllib.request.Request(address, data=body))

    def press(self, page: Page, button: str, **typed: str) -> Page:
        """Fill in what was typed and press the button."""
        form, fields = page.filled(button, **typed)
        path = urllib.parse.urljoin(page.url, form.action)
        return (
            self.post(path, fields) if form.method == "post" else self.open(f"{path}?{urllib.parse.urlencode(fields)}")
        )

    def sign_in(self, email: str, password: str) -> Page:
        return self.press(self.open("/sign-in"), "Sign in", email=email, password=password)

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, error.url, error.read().decode())


class _FormReader(HTMLParser):
    """Fields as a browser would send them; boxes and choices only where they are chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._label = ""
        self._words = ""
        self._area: str | None = None
        self._select: str | None = None
        self._chosen = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "button":
            self._button, self._label, self._words = (
                (has.get("name", ""), has.get("value", "")),
                has.get("aria-label", ""),
                "",
            )
        elif tag == "textarea":
            self._area, self._words = has.get("name"), ""
        elif tag == "select":
            self._select, self._chosen = has.get("name"), False
        elif tag == "option" and self._select and ("selected" in has or not self._chosen):
            self._form.fields = [pair for pair in self._form.fields if pair[0] != self._select]
            self._form.fields.append((self._select, has.get("value", "")))
            self._chosen = True
        elif tag == "input":
            self._input(has)

    def _input(self, has: dict[str, str]) -> None:
        assert self._form
        unchosen = has.get("type") in ("checkbox", "radio") and "checked" not in has
        if has.get("name") and not unchosen and has.get("type") != "submit":
            self._form.fields.append((has["name"], has.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if self._form is None:
            return
        if tag == "button" and self._button is not None:
            self._form.buttons[self._label or " ".join(self._words.split())] = self._button
            self._button = None
        elif tag == "textarea" and self._area:
            self._form.fields.append((self._area, self._words))
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None
