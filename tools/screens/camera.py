"""Takes a screen's picture as WebP, which the browser writes by itself."""

import base64
from pathlib import Path

from playwright.sync_api import Page

from e2e.conftest import SIZES

QUALITY = 40
HIGHEST = 2700  # pixels: what a page is for is to be seen, not the end of a long history
BESIDE = """<style>
  body { display: flex; gap: 24px; align-items: start; justify-content: center; margin: 20px; background: #e9e3dc }
  img { height: 600px; border-radius: 12px; box-shadow: 0 2px 16px #0003; object-fit: cover; object-position: top }
</style>"""
STILL = """async () => {
  const moving = () => document.getAnimations().filter((each) => each.playState === "running");
  while (moving().length) await Promise.allSettled(moving().map((each) => each.finished));
  await document.fonts.ready;
}"""


class Camera:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def takes(self, page: Page, name: str) -> None:
        """The whole page, by day and by night."""
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(STILL)
            self._write(page, f"{name}-{scheme}")

    def takes_window(self, page: Page, name: str) -> None:
        """What is seen of it at first, by day."""
        page.emulate_media(color_scheme="light")
        page.evaluate(STILL)
        self._write(page, name, 0)

    def takes_mail(self, page: Page, name: str, html: str) -> None:
        """The whole of it, as wide as mail programs show it."""
        for size, width in (("phone", 390), ("desk", 600)):
            page.set_viewport_size({"width": width, "height": 600})
            page.set_content(html)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                self._write(page, f"{name}-{size}-{scheme}")

    def joins(self, page: Page, name: str, *parts: str) -> None:
        """What a screen shows of pictures that were taken before, side by side."""
        images = "".join(self._shown(part) for part in parts)
        page.set_viewport_size({"width": 1600, "height": 640})
        page.set_content(BESIDE + images)
        page.wait_for_function("[...document.images].every((each) => each.complete)")
        self._write(page, name)

    def _shown(self, part: str) -> str:
        size = next(measures for size, measures in SIZES.items() if f"-{size}-" in part)
        encoded = base64.b64encode((self.folder / f"{part}.webp").read_bytes()).decode()
        width = 600 * size["width"] // size["height"]
        return f'<img alt="" width="{width}" src="data:image/webp;base64,{encoded}">'

    def _write(self, page: Page, name: str, highest: int = HIGHEST) -> None:
        """In a window as high as the page, so that what keeps to its edges stands where it does on a screen."""
        window = page.viewport_size or {}
        height = min(highest, page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": window["width"], "height": max(window["height"], height)})
        session = page.context.new_cdp_session(page)
        picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        session.detach()
        page.set_viewport_size(window)  # type: ignore[arg-type]
        (self.folder / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))
