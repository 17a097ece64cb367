"""Make docs/page.png, the picture of the page in README, from the runs of the demo.

    git track demo /tmp/demo && python docs/picture.py /tmp/demo

It needs Chromium, playwright and Pillow.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

SIZE = {"width": 1400, "height": 620}
TARGET = Path(__file__).parent / "page.png"


def main(folder: Path) -> None:
    """Open runs.html of a demo, point at a curve, and keep what Chromium shows, below 200 KB."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
        page.goto((folder / "runs.html").absolute().as_uri())
        page.wait_for_selector(".chart canvas.overlay")
        overlay = page.locator(".chart canvas.overlay").first
        box = overlay.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 160, box["y"] + 90)
        page.wait_for_selector(".tooltip:visible")
        page.screenshot(path=TARGET)
        browser.close()
    # With fewer colours, two runs may look equal.
    small = Image.open(TARGET).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT)
    small.save(TARGET, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
