"""Opens pages in headless Chromium, and says what they printed, asked for and drew."""

import json

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


def open_browser(width=1280, height=900, dark=False):
    """A browser of that size in CSS pixels, without network: whatever is not a file or data cannot be reached."""
    options = Options()
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--force-device-scale-factor=1", "--no-first-run", "--disable-background-networking",
        "--proxy-server=127.0.0.1:9", f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_window_size(width, height)
    if dark:
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return browser


def console(browser):
    """What went to the console at the level of warnings or above."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]


def requests(browser):
    """The addresses that pages asked for, without data and blank pages."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            if not address.startswith(("data:", "about:", "chrome:", "blob:")):
                found.append(address)
    return found


def screenshot(browser, path, full=True):
    """A picture of the page, all of it or what is in view."""
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": full})
    import base64
    with open(path, "wb") as file:
        file.write(base64.b64decode(picture["data"]))
