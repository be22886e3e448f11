"""Takes a screen's picture as WebP, which the browser writes by itself."""

import base64
from pathlib import Path

from playwright.sync_api import Page

QUALITY = 50
BESIDE = """<style>
  body { display: flex; gap: 24px; align-items: start; justify-content: center; margin: 20px; background: #e9e3dc }
  img { height: 600px; border-radius: 12px; box-shadow: 0 2px 16px #0003 }
</style>"""
STILL = """async () => {
  const moving = () => document.getAnimations().filter((each) => each.playState === "running");
  while (moving().length) await Promise.allSettled(moving().map((each) => each.finished));
  await document.fonts.ready;
}"""


class Camera:
    def __init__(self, folder: Path, whole: bool = False) -> None:
        self.folder, self.whole = folder, whole
        folder.mkdir(parents=True, exist_ok=True)

    def takes(self, page: Page, name: str) -> None:
        """By day and by night."""
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(STILL)
            self.write(page, f"{name}-{scheme}")

    def write(self, page: Page, name: str) -> None:
        (self.folder / f"{name}.webp").write_bytes(self._picture(page, self.whole))

    def takes_mail(self, page: Page, name: str, html: str) -> None:
        """The whole of it, as wide as mail programs show it."""
        for size, width in (("phone", 390), ("desk", 600)):
            page.set_viewport_size({"width": width, "height": 600})
            page.set_content(html)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                (self.folder / f"{name}-{size}-{scheme}.webp").write_bytes(self._picture(page, whole=True))

    def joins(self, page: Page, name: str, *parts: str) -> None:
        """Pictures that were taken before, side by side."""
        encoded = [base64.b64encode((self.folder / f"{part}.webp").read_bytes()).decode() for part in parts]
        images = "".join(f'<img alt="" src="data:image/webp;base64,{each}">' for each in encoded)
        page.set_viewport_size({"width": 1600, "height": 640})
        page.set_content(BESIDE + images)
        page.wait_for_function("[...document.images].every((each) => each.complete)")
        (self.folder / f"{name}.webp").write_bytes(self._picture(page, whole=False))

    def _picture(self, page: Page, whole: bool) -> bytes:
        session = page.context.new_cdp_session(page)
        wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": whole}
        if whole:
            height = page.evaluate("document.documentElement.scrollHeight")
            width = page.evaluate("innerWidth")
            wanted["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        picture = session.send("Page.captureScreenshot", wanted)
        session.detach()
        return base64.b64decode(picture["data"])
