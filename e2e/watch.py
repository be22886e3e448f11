"""What a browser complains of while somebody uses the program: it must be nothing."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Response, WebError

LOST = re.compile(r"net::ERR_|Failed to fetch|fetching the script")  # of a page, or of the service worker
BLOCKED = "Service Worker registration blocked by Playwright"
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


class Watch:
    """Notes console errors (broken security policies are among them), script errors and answers of 500 and above."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._refusals: set[int] = set()
        self._loses = False

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._script)
        context.on("response", self._response)

    def expects(self, status: int) -> None:
        """This journey is refused on purpose: the browser may say that such an answer came."""
        self._refusals.add(status)

    def expects_losses(self) -> None:
        """In this journey lines are cut or answers lost on purpose: the browser may say so, also while it is closed."""
        self._loses = True

    def _console(self, message: ConsoleMessage) -> None:
        refused = REFUSED.match(message.text)
        if message.text == BLOCKED or (self._loses and LOST.search(message.text)):
            return
        if message.type not in ("error", "warning") or (refused and int(refused[1]) in self._refusals):
            return
        self.problems.append(f"{message.type} on {message.page and message.page.url}: {message.text}")

    def _script(self, error: WebError) -> None:
        if not (self._loses and LOST.search(str(error.error))):
            self.problems.append(f"script error: {error.error.stack or error.error}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 and response.status not in self._refusals:
            self.problems.append(f"{response.status} from {response.request.method} {response.url}")
