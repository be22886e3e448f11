"""`python -m tools.screens [--only NAME ...] [--to FOLDER]`."""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from e2e.conftest import CHROMIUM, SIZES
from tools.screens.camera import Camera
from tools.screens.practice import ROOT, Practice, served
from tools.screens.walk import AS_APP, OVERVIEW, WALKS, Screen, mails

# Date fields follow the browser's own language, which here is American only; with this they follow the page's.
AS_THE_PAGE = "--enable-blink-features=LangAttributeAwareFormControlUI"
BRITISH = """new MutationObserver(() => {
  if (document.documentElement?.lang === "en") document.documentElement.lang = "en-GB";
}).observe(document, { childList: true });
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("[type=date]")) {
    field.type = "text"; // one that came before the language is drawn anew
    field.type = "date";
  }
});"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.screens", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "screens", help="folder of the pictures")
    parser.add_argument("--only", nargs="*", default=[], help="names of screens")
    chosen = parser.parse_args()
    camera = Camera(chosen.to)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, served(Path(folder)) as practice:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", AS_THE_PAGE])
        for walk, email in WALKS:
            screens = [one for one in walk(practice) if not chosen.only or one.name in chosen.only]
            for size in SIZES:
                _take(browser, practice, camera, [one for one in screens if size in one.sizes], size, email)
        if not chosen.only:
            page = browser.new_page()
            for name, html in mails(practice).items():
                camera.takes_mail(page, name, html)
            camera.joins(page, "overview", *OVERVIEW)
        browser.close()


def _take(browser: Browser, practice: Practice, camera: Camera, screens: list[Screen], size: str, email: str) -> None:
    if not screens:
        return
    context = _visitor(browser, practice, size)
    page = context.new_page()
    if email:
        _sign_in(page, email, practice.password)
    for screen in screens:
        page.goto("about:blank")  # what waits for the connection does not go elsewhere now that it is back
        page.emulate_media(color_scheme="light")
        page.unroute_all()
        context.set_offline(False)
        page.goto(screen.address)
        if screen.steps:
            screen.steps(page)
        page.wait_for_load_state("networkidle")
        camera.takes(page, f"{screen.name}-{size}")
        if screen.name == AS_APP:
            camera.takes_window(page, f"as-app-{size}")
        if screen.after:
            screen.after(page)
    context.close()


def _visitor(browser: Browser, practice: Practice, size: str) -> BrowserContext:
    context = browser.new_context(
        base_url=practice.url,
        viewport=SIZES[size],
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.clock.set_fixed_time(practice.now)
    context.add_init_script(BRITISH)
    context.add_init_script(f"globalThis.__nextDay = '{practice.now.date() + timedelta(days=1)}'")
    return context


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/operator" if "operator" in email else "**/dashboard")


if __name__ == "__main__":
    main()
