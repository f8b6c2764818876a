"""picture-colors.py FILE: the colour of a page's corner as drawn on a light screen, a dark one, and dark paper."""

import base64
import json
import struct
import sys
import zlib

from browser import open_browser


def corner(picture):
    """The first pixel: no filter of PNG (RFC 2083, 6) changes it, as it has no neighbours."""
    place, data = 8, b""
    while place < len(picture):
        (length,) = struct.unpack(">I", picture[place:place + 4])
        if picture[place + 4:place + 8] == b"IDAT":
            data += picture[place + 8:place + 8 + length]
        place += 12 + length
    return list(zlib.decompress(data)[1:4])


browser = open_browser(800, 600)
try:
    browser.get("file://" + sys.argv[1])
    colors = {}
    for name, media, scheme in (("light", "screen", "light"), ("dark", "screen", "dark"), ("paper", "print", "dark")):
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        colors[name] = corner(base64.b64decode(shot["data"]))
    print(json.dumps(colors))
finally:
    browser.quit()
