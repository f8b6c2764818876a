"""draw-mermaid.py LIBRARY FILE… [--pictures FOLDER]: draws Mermaid documents as GitHub does, and says what came of each."""

import json
import os
import sys
import tempfile

from browser import console, open_browser, requests, screenshot

DRAW = """
    const [text, id, done] = arguments;
    (async () => {
        try {
            await mermaid.parse(text);
            const { svg } = await mermaid.render(id, text);
            document.body.innerHTML = svg;
            const all = (selector) => [...document.querySelectorAll(selector)];
            const elements = {};
            for (const element of all("svg *")) {
                elements[element.localName] = (elements[element.localName] || 0) + 1;
            }
            done({
                error: "", elements, actors: all("rect.actor-top").length, notes: all("rect.note").length,
                messages: all(".messageLine0, .messageLine1").length,
                activations: all("rect[class^=activation]").length,
                texts: all("svg text").map((element) => element.textContent),
            });
        } catch (error) {
            done({
                error: String(error), elements: {}, actors: 0, notes: 0, messages: 0, activations: 0, texts: [] });
        }
    })();
"""

arguments = sys.argv[1:]
pictures = None
if "--pictures" in arguments:
    pictures = arguments[arguments.index("--pictures") + 1]
    arguments = arguments[:arguments.index("--pictures")]
library, documents = arguments[0], arguments[1:]
browser = open_browser(1600, 1000)
try:
    with tempfile.TemporaryDirectory() as folder:
        page = os.path.join(folder, "page.html")
        with open(page, "w") as file:
            file.write(
                '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
                f'<script src="file://{os.path.abspath(library)}"></script><body></body>')
        browser.get("file://" + page)
        browser.execute_script('mermaid.initialize({ startOnLoad: false, securityLevel: "strict" })')
        drawn = []
        for number, document in enumerate(documents):
            with open(document, encoding="utf-8") as file:
                drawn.append(browser.execute_async_script(DRAW, file.read(), f"d{number}"))
            if pictures:
                screenshot(browser, os.path.join(pictures, os.path.basename(document) + ".png"))
        print(json.dumps({"drawings": drawn, "console": console(browser), "requests": requests(browser)}))
finally:
    browser.quit()
