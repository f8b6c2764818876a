/// The style of the page, on a screen, dark and light, and on paper.
enum PageStyle {
    static let text: StaticString = #"""
        :root {
          --ground: #fff; --raised: #f4f6f8; --text: #1f2328; --faint: #57606a; --rule: #dde1e7;
          --link: #1f56a8; --failure: #b3261e; --warning: #8a5300; --done: #1a7436; --mark: #fff3cd;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          color-scheme: light dark;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --ground: #14181e; --raised: #1b212a; --text: #e3e7ec; --faint: #a0abb7; --rule: #303843;
            --link: #86b3f7; --failure: #ff8f86; --warning: #e9b450; --done: #74d391; --mark: #3d3411;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; padding: 1.75rem 2rem 3rem; background: var(--ground); color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          font-variant-numeric: tabular-nums;
        }
        h1, h2, h3 { line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; }
        h1 { margin: 0 0 .5rem; font-size: 1.6rem; }
        h2 { margin: 0 0 .25rem; font-size: 1.25rem; }
        h3 { margin: 1.1rem 0 .3rem; font-size: .8rem; font-weight: 600; color: var(--faint); }
        p { margin: .3rem 0; max-width: 80ch; overflow-wrap: anywhere; }
        a { color: var(--link); text-underline-offset: .15em; }
        code, pre, kbd { font-family: var(--mono); font-size: .87em; }
        code { overflow-wrap: anywhere; }
        kbd { padding: 0 .35em; border: 1px solid var(--rule); border-radius: 3px; }
        bdi, td, th, dd { unicode-bidi: isolate; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
        button {
          font: inherit; color: inherit; background: none; border: 1px solid var(--rule); border-radius: 4px;
          padding: .1rem .6rem; cursor: pointer;
        }
        button:hover:enabled { background: var(--raised); }
        button:disabled { opacity: .4; cursor: default; }

        .facts { margin: .3rem 0; padding: 0; list-style: none; color: var(--faint); }
        .facts li { max-width: 100ch; overflow-wrap: anywhere; }
        main > section { margin-top: 2.5rem; }
        section.operation { padding-top: 1.5rem; border-top: 1px solid var(--rule); }
        .verdict { font-size: 1.05rem; max-width: 90ch; }
        .ids { color: var(--faint); max-width: none; }
        .outcome { font-weight: 600; white-space: nowrap; }
        .outcome::before { content: "\25cf\a0"; }
        .outcome.completed { color: var(--done); }
        .outcome.completed::before { content: "\2713\a0"; }
        .outcome.failed { color: var(--failure); }
        .outcome.failed::before { content: "\2717\a0"; }
        .outcome.stuck { color: var(--failure); }
        .outcome.stuck::before { content: "\25a0\a0"; }
        .outcome.running, .outcome.unknown { color: var(--warning); }
        h2 .outcome { margin-left: .6rem; font-size: .95rem; }
        .columns { display: flex; flex-wrap: wrap; gap: 0 3.5rem; }
        .columns > div { max-width: 100%; }

        table { border-collapse: collapse; }
        th, td { padding: .18rem 1.1rem .18rem 0; text-align: left; vertical-align: top; font-weight: normal; }
        th:last-child, td:last-child { padding-right: 0; }
        .number { text-align: right; white-space: nowrap; }
        .told th { white-space: nowrap; }
        .told td:last-child { color: var(--faint); max-width: 62ch; overflow-wrap: anywhere; }
        .told td:first-child { padding-right: .5rem; color: var(--done); }
        .told .open { color: var(--faint); }
        .told .failure td:first-child, .told .failure td:last-child { color: var(--failure); }
        .told .warning td:first-child, .told .warning td:last-child { color: var(--warning); }
        .told td:first-child:empty { padding: 0; }
        .scroll { overflow-x: auto; }
        .operation .scroll, .diagram { content-visibility: auto; }
        .list, .messages { width: 100%; min-width: 68rem; font-size: .9rem; }
        .list td, .messages td, .messages tbody th { border-bottom: 1px solid var(--rule); }
        .list td, .messages tbody th, .remark { overflow-wrap: anywhere; }
        .list code { display: block; color: var(--faint); }
        .list .time { white-space: nowrap; }
        caption { padding: 1.1rem 0 .3rem; text-align: left; font-size: .8rem; font-weight: 600; color: var(--faint); }
        thead th { color: var(--faint); font-size: .82rem; white-space: nowrap; border-bottom: 1px solid var(--faint); }
        thead button { padding: 0; border: 0; border-radius: 0; }
        thead button:hover:enabled { background: none; color: var(--text); text-decoration: underline; }
        [aria-sort] button::after { content: " \25b2"; font-size: .7em; }
        [aria-sort="descending"] button::after { content: " \25bc"; }
        .messages tbody th { font-weight: 500; }
        .messages tbody tr { cursor: pointer; }
        .messages tbody tr:hover { background: var(--raised); }
        .messages tbody tr.current { background: var(--mark); }
        .whole { white-space: nowrap; }
        .messages .remark { min-width: 11rem; }
        .messages .failure .remark { color: var(--failure); }
        .messages .warning .remark { color: var(--warning); }

        .diagram { margin: 1.25rem 0 0; overflow-x: auto; }
        .drawing > svg { display: block; width: 100%; height: auto; margin-top: var(--crop); }
        .drawing .sq-header { display: none; }
        [data-messages] { cursor: pointer; }
        [data-messages].filtered { opacity: .25; }
        [data-messages]:hover .sq-hit { fill: var(--link); fill-opacity: .08; }
        [data-messages].current .sq-hit { fill: var(--link); fill-opacity: .16; }

        #filters {
          position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .7rem;
          margin: 1rem -2rem 0; padding: .5rem 2rem; background: var(--ground); border-bottom: 1px solid var(--rule);
          font-size: .9rem;
        }
        #filters input[type="search"] { flex: 0 1 22rem; min-width: 9rem; }
        #filters input[type="search"], #filters select {
          font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--rule); border-radius: 4px;
          padding: .2rem .5rem;
        }
        #count { color: var(--faint); }

        #panel {
          position: fixed; z-index: 2; inset: 0 0 0 auto; width: 34rem; padding: .9rem 1.4rem 2rem; overflow: auto;
          overscroll-behavior: contain; background: var(--raised); border-left: 1px solid var(--rule);
          font-size: .9rem;
        }
        #panel:focus { outline: none; border-color: var(--link); }
        .tools { display: flex; align-items: center; gap: .5rem; margin-bottom: .8rem; color: var(--faint); }
        .tools button:last-child { margin-left: auto; }
        .kind { padding: 0 .4em; border: 1px solid var(--rule); border-radius: 3px; color: var(--faint); }
        .problem { color: var(--failure); }
        .parts { display: flex; gap: 2px; margin: .7rem 0; font-size: .8rem; }
        .parts span { flex: 0 1 auto; min-width: max-content; padding: .1rem .4rem; border-top: 4px solid var(--link); }
        .parts .broker { border-color: var(--faint); }
        dl { display: grid; grid-template-columns: 8.5rem 1fr; gap: .1rem 1rem; margin: 0; }
        dt { color: var(--faint); }
        dd { margin: 0; overflow-wrap: anywhere; }
        small { color: var(--faint); font-size: .9em; }
        .body { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; }
        .body .key { color: var(--link); }
        .body .string { color: var(--done); }
        .absent { color: var(--faint); }
        footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--rule); color: var(--faint); }
        footer p { font-size: .87rem; max-width: none; }

        @media screen and (min-width: 1100px) { .with-panel { padding-right: 36rem; } }
        @media screen and (max-width: 1099px) {
          body { padding: 1rem 1rem 3rem; }
          #filters { margin: 1rem -1rem 0; padding: .5rem 1rem; }
          #panel { inset: auto 0 0 0; width: auto; height: 60vh; border: 0; border-top: 1px solid var(--rule); }
          .with-panel { padding-bottom: 62vh; }
        }
        @media print {
          body { padding: 0; font-size: 9pt; }
          #filters, #panel, .keys, noscript { display: none !important; }
          .messages tbody tr { display: table-row !important; }
          .messages, .list { min-width: 0; font-size: 7.5pt; }
          thead th { font-size: inherit; }
          tr, h2, h3, .verdict { break-inside: avoid; }
          h2, h3, caption { break-after: avoid; }
          .diagram, .operation .scroll, .scroll { overflow: visible; content-visibility: visible; }
          .drawing { max-width: 100%; }
          [data-messages].filtered { opacity: 1; }
          a { color: inherit; text-decoration: none; }
        }

        """#
}
