"""open-page.py FILE [PICTURE [WIDTH [dark]]]: opens a file in Chromium and says what happened."""

import json
import sys

from browser import console, open_browser, requests, screenshot

path = sys.argv[1]
width = int(sys.argv[3]) if len(sys.argv) > 3 else 1280
browser = open_browser(width, 900, dark="dark" in sys.argv[4:])
try:
    browser.get("file://" + path)
    if len(sys.argv) > 2:
        screenshot(browser, sys.argv[2])
    root = browser.execute_script("return document.documentElement.nodeName")
    text = browser.execute_script(
        "return document.body ? document.body.innerText : document.documentElement.textContent")
    size = browser.execute_script(
        "const box = document.documentElement.getBoundingClientRect(); return [box.width, box.height]")
    print(json.dumps({
        "root": root.lower(), "text": text, "width": size[0], "height": size[1], "console": console(browser),
        "requests": [address for address in requests(browser) if address != "file://" + path],
    }))
finally:
    browser.quit()
