"""Take the README's pictures from a running demo: make run in one terminal, make screenshots in another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ADDRESS = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PASSWORD = "demo-handlingsrom"  # noqa: S105  (the demo's, known to all)


def sign_in(page: Page, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{ADDRESS}/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main form.form button[type=submit]")
    page.locator(".site-menu > summary").click()
    page.locator("button[name=language][value=en]").click()


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is missing: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        sign_in(page, "samira@fjordvik.example")
        page.goto(f"{ADDRESS}/courses/rm-101?lang=en")
        page.locator("form[action$=enrol] button").first.click()
        enrolment = page.url.split("/learn/")[1].split("/")[0]
        page.goto(f"{ADDRESS}/learn/{enrolment}/lessons/l3")
        page.get_by_role("button", name="Ask").or_(
            page.locator("#sc-pilot button[name=choice]")
        ).first.scroll_into_view_if_needed()
        shoot(page, "lesson")
        page.goto(ADDRESS)
        shoot(page, "start")
        sign_in(page, "kari@fjordvik.example")
        page.goto(f"{ADDRESS}/agency/fjordvik/")
        shoot(page, "board")
        page.goto(f"{ADDRESS}/agency/fjordvik/certificates")
        code = page.locator("a[href*='/certificates/']").first.get_attribute("href")
        assert code is not None
        with tempfile.TemporaryDirectory() as folder:
            pdf = Path(folder) / "certificate.pdf"
            name = code.rstrip("/").split("/certificates/")[1].split("/")[0].removesuffix(".pdf")
            pdf.write_bytes(page.request.get(f"{ADDRESS}/certificates/{name}.pdf").body())
            picture = FOLDER / "certificate"
            command = ["pdftoppm", "-r", "70", "-png", "-singlefile", str(pdf), str(picture)]
            subprocess.run(command, check=True)
        browser.close()


if __name__ == "__main__":
    main()
