"""Takes a screen's picture as WebP, which the browser writes by itself."""

import base64
from pathlib import Path

from playwright.sync_api import Page

QUALITY = 60
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
        session = page.context.new_cdp_session(page)
        wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": self.whole}
        if self.whole:
            height = page.evaluate("document.documentElement.scrollHeight")
            width = page.evaluate("innerWidth")
            wanted["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        picture = session.send("Page.captureScreenshot", wanted)
        (self.folder / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))
        session.detach()
