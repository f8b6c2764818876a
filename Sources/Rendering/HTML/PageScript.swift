/// The script of the page: filters, sorts, and shows messages.
///
/// It takes texts from the page and from its data and puts them in as text only. Nothing of it runs on a text off the
/// wire.
enum PageScript {
    static let text: StaticString = #"""
        "use strict";
        (() => {
          const find = (selector, root = document) => root.querySelector(selector);
          const all = (selector, root = document) => [...root.querySelectorAll(selector)];
          const panel = find("#panel");
          const stops = "tr[data-message], [data-messages]";

          const make = (name, className, ...children) => {
            const element = document.createElement(name);
            if (className) element.className = className;
            element.append(...children);
            return element;
          };

          // The message of a row; the messages of an arrow.
          const idsOf = (stop) => (stop.dataset.message ?? stop.dataset.messages).split(" ").filter(Boolean);

          // The data of an operation is read when its first message is shown.
          const read = new Map();
          const storyOf = (section, id) => {
            if (!read.has(section)) {
              const data = find("script.data", section);
              read.set(section, data ? JSON.parse(data.textContent) : {});
            }
            return read.get(section)[id];
          };

          // ---- Sorting

          const collator = new Intl.Collator("en", { numeric: true });
          const valueOf = (row, column) => {
            const cell = row.cells[column];
            const number = Number.parseFloat(cell.dataset.value ?? cell.textContent);
            const isNumber = cell.classList.contains("number") && !Number.isNaN(number);
            return isNumber ? number : cell.textContent;
          };

          // Empty cells stand last, whichever way.
          const compare = (left, right, sign) => {
            if (left === "" || right === "") return (left === "") - (right === "");
            const both = typeof left === "number" && typeof right === "number";
            return sign * (both ? left - right : collator.compare(left, right));
          };

          const sort = (table, heading) => {
            const isUp = heading.getAttribute("aria-sort") !== "ascending";
            for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
            heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
            const body = table.tBodies[0];
            const rows = [...body.rows].map((row) => [valueOf(row, heading.cellIndex), row]);
            rows.sort((left, right) => compare(left[0], right[0], isUp ? 1 : -1));
            body.append(...rows.map(([, row]) => row));
            retab();
          };

          for (const heading of all("table[data-sortable] thead th")) {
            const button = make("button", "", heading.textContent);
            button.type = "button";
            button.addEventListener("click", () => sort(heading.closest("table"), heading));
            heading.replaceChildren(button);
          }

          // ---- Filtering

          const filters = find("#filters");
          const rows = all("tr[data-message]").map((row) => [row, row.textContent.toLowerCase()]);
          const arrows = all("[data-messages]");

          const filter = () => {
            const words = find("#filter").value.toLowerCase().split(/\s+/).filter(Boolean);
            const kind = find("#kind").value;
            const onlyProblems = find("#problems").checked;
            const shown = new Set();
            for (const [row, text] of rows) {
              const isProblem = row.classList.contains("failure") || row.classList.contains("warning");
              row.hidden = !((!kind || row.dataset.kind === kind) && (!onlyProblems || isProblem)
                && words.every((word) => text.includes(word)));
              if (!row.hidden) shown.add(row.dataset.message);
            }
            const isOn = shown.size < rows.length;
            for (const arrow of arrows) {
              arrow.classList.toggle("filtered", isOn && !idsOf(arrow).some((id) => shown.has(id)));
            }
            const visible = rows.filter(([row]) => !row.hidden).length;
            find("#count").value = `${visible} of ${rows.length}`;
            retab();
          };

          if (filters) {
            filters.hidden = false;
            filters.addEventListener("input", filter);
            filters.addEventListener("submit", (event) => event.preventDefault());
          }

          // ---- One stop of the tab key in each table and each diagram; the arrow keys go on from there

          const groupOf = (stop) => stop.closest("tbody, svg");
          const stopsOf = (group) => all(stops, group).filter((stop) => !stop.hidden);

          function retab() {
            for (const group of all("table.messages tbody, .diagram svg")) {
              const found = stopsOf(group);
              const current = found.find((stop) => stop.tabIndex === 0) ?? found[0];
              for (const stop of all(stops, group)) stop.setAttribute("tabindex", stop === current ? 0 : -1);
            }
          }

          const moves = {
            ArrowDown: (place) => place + 1, ArrowUp: (place) => place - 1, Home: () => 0, End: (_, count) => count - 1,
          };

          const move = (stop, key) => {
            const found = stopsOf(groupOf(stop));
            const next = found[moves[key](found.indexOf(stop), found.length)];
            if (!next) return;
            stop.setAttribute("tabindex", -1);
            next.setAttribute("tabindex", 0);
            next.focus();
          };

          // ---- The panel

          let open = null; // { section, ids, place, origin }

          // The text of a JSON string that holds JSON itself, as failures do.
          const nested = (token) => {
            if (!/^"\s*[{[]/.test(token)) return null;
            try {
              const text = JSON.parse(token);
              JSON.parse(text);
              return text;
            } catch {
              return null;
            }
          };

          // JSON anew with a line for each member; numbers and escapes stay as they are.
          const write = (json, depth, result) => {
            const tokens = json.match(/"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
            const line = () => "\n" + "  ".repeat(depth);
            tokens.forEach((token, place) => {
              const [last, next] = [tokens[place - 1], tokens[place + 1]];
              const inner = next === ":" ? null : nested(token);
              if (token === "{" || token === "[") {
                depth += 1;
                result.append(next === "}" || next === "]" ? token : token + line());
              } else if (token === "}" || token === "]") {
                depth -= 1;
                result.append(last === "{" || last === "[" ? token : line() + token);
              } else if (token === ",") {
                result.append(token + line());
              } else if (token === ":") {
                result.append(": ");
              } else if (inner !== null) {
                result.append(make("small", "", "in a string: "));
                write(inner, depth, result);
              } else {
                result.append(make("span", next === ":" ? "key" : token[0] === '"' ? "string" : "value", token));
              }
            });
            return result;
          };

          const partsOf = (parts) => {
            const bar = make("div", "parts");
            for (const [label, text, length] of parts) {
              const part = make("span", label, `${label} ${text}`);
              part.style.flexGrow = length;
              bar.append(part);
            }
            return bar;
          };

          const button = (text, label, action, isOff) => {
            const result = make("button", "", text);
            result.type = "button";
            result.title = label;
            result.setAttribute("aria-label", label);
            result.disabled = Boolean(isOff);
            result.addEventListener("click", action);
            return result;
          };

          const factsOf = ([name, facts]) => {
            const list = make("dl", "");
            for (const [label, value, remark] of facts) {
              const told = make("dd", "", value);
              if (remark) told.append(" ", make("small", "", remark));
              list.append(make("dt", "", label), told);
            }
            return make("section", "", make("h3", "", name), list);
          };

          const draw = () => {
            const { section, ids, place } = open;
            const story = storyOf(section, ids[place]);
            for (const stop of all(".current")) stop.classList.remove("current");
            for (const stop of all(stops, section)) {
              if (idsOf(stop).includes(ids[place])) stop.classList.add("current");
            }
            const peer = story.peer === undefined ? null : String(story.peer);
            const tools = make("div", "tools",
              button("\u2190", "previous message", () => step(-1), place === 0),
              make("span", "", `${place + 1} of ${ids.length}`),
              button("\u2192", "next message", () => step(1), place === ids.length - 1));
            if (peer && storyOf(section, peer)) {
              tools.append(button(story.kind === "call" ? "its answer" : "its request",
                "the other message of the call", () => show(section, [peer], 0, open.origin)));
            }
            tools.append(button("\u00d7", "close (Escape)", close));
            const title = make("h2", "", story.title);
            title.id = "panel-title";
            const ends = make("p", "ends", make("span", "kind", story.kind), " ", make("bdi", "", story.from), " \u2192 ");
            story.to.forEach((name, index) => ends.append(index ? ", " : "", make("bdi", "", name)));
            panel.replaceChildren(tools, title, ends);
            for (const problem of story.problems) panel.append(make("p", "problem", problem));
            if (story.parts) panel.append(partsOf(story.parts));
            panel.append(...story.sections.map(factsOf), make("h3", "", "Contents"),
              story.body === undefined ? make("p", "absent", story.absent)
                : write(story.body, 0, make("pre", "body")));
            panel.scrollTop = 0;
          };

          // The page gets narrower beside the panel: what was clicked stays where it is.
          const keepingInPlace = (element, change) => {
            const top = element?.getBoundingClientRect().top;
            change();
            if (element) scrollBy(0, element.getBoundingClientRect().top - top);
          };

          function show(section, ids, place, origin) {
            if (!storyOf(section, ids[place])) return;
            open = { section, ids, place, origin };
            draw();
            keepingInPlace(origin, () => {
              panel.hidden = false;
              document.body.classList.add("with-panel");
            });
            panel.focus({ preventScroll: true });
          }

          function step(by) {
            if (open?.ids[open.place + by] === undefined) return;
            open.place += by;
            draw();
          }

          function close() {
            if (!open) return;
            const origin = open.origin;
            open = null;
            keepingInPlace(origin, () => {
              panel.hidden = true;
              document.body.classList.remove("with-panel");
            });
            for (const stop of all(".current")) stop.classList.remove("current");
            origin?.focus({ preventScroll: true });
          }

          // An arrow of several messages steps through those, everything else through the table as it stands.
          const activate = (stop) => {
            const section = stop.closest("section");
            const ids = idsOf(stop);
            if (ids.length > 1) return show(section, ids, 0, stop);
            const table = all("tr[data-message]", section).filter((row) => !row.hidden).map((row) => row.dataset.message);
            const place = table.indexOf(ids[0]);
            show(section, place < 0 ? ids : table, Math.max(place, 0), stop);
          };

          const followAddress = () => {
            const row = document.getElementById(location.hash.slice(1));
            if (row?.dataset.message) activate(row);
          };

          // ---- Events

          for (const drawing of all(".drawing > svg")) drawing.setAttribute("role", "group");
          for (const arrow of arrows) {
            arrow.setAttribute("role", "button");
            const label = find("title", arrow)?.textContent ?? arrow.textContent;
            if (!arrow.hasAttribute("aria-label")) arrow.setAttribute("aria-label", label.trim());
          }

          document.addEventListener("click", (event) => {
            const stop = event.target.closest(stops);
            const isSelecting = !getSelection().isCollapsed;
            if (stop && !isSelecting && !event.target.closest("a, button")) activate(stop);
          });

          document.addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            const stop = event.target.closest?.(stops);
            const isWriting = event.target.matches?.("input, select, textarea");
            if (event.key === "Escape" && open) {
              close();
            } else if (event.key === "/" && filters && !isWriting) {
              find("#filter").focus();
            } else if (stop && (event.key === "Enter" || event.key === " ")) {
              activate(stop);
            } else if (stop && moves[event.key]) {
              move(stop, event.key);
            } else if (open && !isWriting && event.key === "ArrowLeft") {
              step(-1);
            } else if (open && !isWriting && event.key === "ArrowRight") {
              step(1);
            } else {
              return;
            }
            event.preventDefault();
          });

          addEventListener("hashchange", followAddress);
          if (filters) filter();
          followAddress();
        })();

        """#
}
