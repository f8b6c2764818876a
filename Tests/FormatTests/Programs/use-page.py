"""use-page.py FILE: uses an html report in Chromium with mouse and keyboard, and says what happened."""

import base64
import json
import sys

from browser import console, open_browser, requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def run(script, *arguments):
    return browser.execute_script(script, *arguments)


def press(*keys):
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def find(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def visible_rows():
    return run("""return [...document.querySelectorAll("tr[data-message]")].filter((row) => !row.hidden)
        .map((row) => ({id: row.dataset.message, kind: row.dataset.kind, title: row.cells[4].textContent,
                        latency: row.cells[5].dataset.value ?? null, problem: row.className !== ""}))""")


def panel():
    return run("""const panel = document.getElementById("panel");
        const facts = {};
        for (const term of panel.querySelectorAll("dt")) facts[term.textContent] = term.nextSibling.textContent;
        return {open: !panel.hidden, title: panel.querySelector("h2")?.textContent ?? "", text: panel.innerText,
                body: panel.querySelector(".body")?.textContent ?? "", facts,
                parts: [...panel.querySelectorAll(".parts span")].map((part) => part.textContent)}""")


def type_filter(text):
    run("document.getElementById('filter').value = ''")
    find("#filter").send_keys(text)
    if not text:
        run("document.getElementById('filter').dispatchEvent(new Event('input', {bubbles: true}))")
    return visible_rows()


def focus():
    """What has the focus: its id, else its messages, else its name."""
    return run("""const focused = document.activeElement;
        return focused.id || focused.dataset.messages || focused.dataset.message || focused.localName""")


def filters():
    report = {"all": visible_rows(), "typed": type_filter("select_destinations reply")}
    report["faded"] = run("return document.querySelectorAll('[data-messages].filtered').length")
    report["arrows"] = run("return document.querySelectorAll('[data-messages]').length")
    report["count"] = find("#count").text
    report["nothing"] = type_filter("no such thing")
    type_filter("")
    find("#problems").click()
    report["problems"] = visible_rows()
    find("#problems").click()
    run("""const kind = document.getElementById("kind"); kind.value = "reply";
        kind.dispatchEvent(new Event("input", {bubbles: true}))""")
    report["replies"] = visible_rows()
    run("""const kind = document.getElementById("kind"); kind.value = "";
        kind.dispatchEvent(new Event("input", {bubbles: true}))""")
    return report


def sorting():
    report = {}
    heading = browser.find_elements(By.CSS_SELECTOR, "table.messages thead th")[5]
    for name in ("up", "down"):
        heading.find_element(By.TAG_NAME, "button").click()
        report[name] = visible_rows()
        report[name + "_order"] = heading.get_attribute("aria-sort")
    browser.find_element(By.CSS_SELECTOR, "table.messages thead th button").click()
    return report


def mouse():
    arrow = find("[data-messages]")
    run("arguments[0].scrollIntoView({block: 'center'})", arrow)
    ActionChains(browser).move_to_element(arrow).click().perform()
    report = {"messages": arrow.get_attribute("data-messages"), "panel": panel()}
    press(Keys.ESCAPE)
    report["closed"] = panel()
    report["focus"] = focus()
    return report


def keyboard():
    """From the top of the page by keys alone."""
    run("document.activeElement.blur(); scrollTo(0, 0)")
    press("/")
    report = {"slash": focus()}
    for _ in range(60):
        press(Keys.TAB)
        if run("return document.activeElement.matches('[data-messages]')"):
            break
    report["first"] = focus()
    report["outline"] = run("return getComputedStyle(document.activeElement).outlineStyle")
    press(Keys.ARROW_DOWN)
    report["second"] = focus()
    press(Keys.ENTER)
    report["panel"] = panel()
    press(Keys.ARROW_RIGHT)
    report["stepped"] = panel()
    press(Keys.ESCAPE)
    report["closed"] = panel()
    report["back"] = focus()
    press(Keys.TAB)
    for _ in range(12):
        if run("return document.activeElement.matches('tr[data-message]')"):
            break
        press(Keys.TAB)
    press(Keys.ARROW_DOWN, Keys.ENTER)
    report["row"] = panel()
    press(Keys.ESCAPE)
    return report


path = sys.argv[1]
browser = open_browser(1280, 900)
try:
    browser.get("file://" + path)
    report = {
        "text": run("return document.body.innerText"),
        "elements": run("""const counts = {};
            for (const element of document.querySelectorAll("*")) {
                counts[element.localName] = (counts[element.localName] ?? 0) + 1;
            }
            return counts"""),
    }
    report["filters"] = filters()
    report["sorting"] = sorting()
    report["mouse"] = mouse()
    report["keyboard"] = keyboard()
    stories = []
    for row in browser.find_elements(By.CSS_SELECTOR, "tr[data-message]")[:12]:
        run("arguments[0].click()", row)
        stories.append(panel())
    report["stories"] = stories
    report["panel_elements"] = run(
        "return [...new Set([...document.querySelectorAll('#panel *')].map((element) => element.localName))].sort()")
    press(Keys.ESCAPE)
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    report["pdf_bytes"] = len(pdf) if pdf.startswith(b"%PDF") else 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    report["on_paper"] = run("""return ["#filters", "#panel", "footer .keys"].map((selector) =>
        getComputedStyle(document.querySelector(selector)).display)""")
    report["ran"] = run("return window.ran === true")
    report["console"] = console(browser)
    report["requests"] = [address for address in requests(browser) if address != "file://" + path]
    print(json.dumps(report))
finally:
    browser.quit()
