/// The style sheet of drawings: shapes and fonts, the light colours, and the dark ones for screens that ask for them.
///
/// Every class begins with `sq-`, so that it may stand in a page. Renderers that know no media queries (librsvg) and paper
/// get the light colours. Custom properties are not used: librsvg has none.
enum SVGStyleSheet {
    static let text =
        fonts + shapes + colors(.light) + "@media screen and (prefers-color-scheme:dark){\n" + colors(.dark) + "}\n"
        + "@media print{.sq{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
        // A wide drawing is made to fit the paper; a long one goes on on the next sheet.
        + "svg.sq{max-width:100%;height:auto}.sq-hit{display:none}}\n"

    private static let sans =
        "ui-sans-serif,system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Noto Sans,Arial,sans-serif"
    private static let mono =
        "ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,Liberation Mono,monospace"

    private static let fonts =
        ".sq{font-family:\(sans);font-size:12px}\n"
        + SVGTextStyle.allCases.map { style in
            var rule = "font-size:\(style.font.size.svg)px"
            if style.font.family == .bold { rule += ";font-weight:600" }
            if style.font.family == .mono { rule += ";font-family:\(mono)" }
            return ".sq-\(style.rawValue){\(rule)}\n"
        }.joined()

    private static let shapes = """
        .sq-life,.sq-axis{fill:none;stroke-width:1}
        .sq-vacant,.sq-paused{stroke-dasharray:2 4}
        .sq-head-box{stroke-width:1}
        .sq-bar{stroke-width:1}
        .sq-bar-open{fill:none;stroke-dasharray:3 2}
        .sq-line{fill:none;stroke-width:1.3}
        .sq-answer .sq-line{stroke-dasharray:6 4}
        .sq-notification .sq-line{stroke-dasharray:1.5 3;stroke-linecap:round}
        .sq-failed .sq-line{stroke-width:2.4}
        .sq-failed.sq-answer .sq-line{stroke-dasharray:9 4}
        .sq-open{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
        .sq-cross{fill:none;stroke-width:2.4;stroke-linecap:round}
        .sq-leader{fill:none;stroke-width:1;stroke-dasharray:1 3}
        .sq-end{fill:none;stroke-width:1.3;stroke-dasharray:8 4 2 4}
        .sq-ring{stroke-width:1.5}
        .sq-mark-sign{fill:none;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
        .sq text{white-space:pre}
        .sq-hit{fill:none;pointer-events:all}
        .sq-row text{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
        .sq-unsure{stroke-dasharray:3 2}

        """

    private static func colors(_ palette: SVGPalette) -> String {
        var rules = """
            .sq text{fill:\(palette.ink)}
            .sq-page{fill:\(palette.page)}
            .sq-arrow:hover .sq-hit{fill:\(palette.ink);fill-opacity:0.05}
            .sq-row text{stroke:\(palette.page)}
            .sq .sq-counts,.sq .sq-identity,.sq .sq-host,.sq .sq-time,.sq .sq-pause,.sq .sq-detail{fill:\(palette.muted)}
            .sq-life,.sq-axis{stroke:\(palette.lifeline)}
            .sq-head-box{fill:\(palette.heading);stroke:\(palette.lifeline)}
            .sq-strip{fill:\(palette.strip)}
            .sq-bar{fill:\(palette.bar);stroke:\(palette.muted)}
            .sq .sq-bar-open{fill:\(palette.page);stroke:\(palette.failure)}
            .sq-line,.sq-open{stroke:\(palette.ink)}
            .sq-head,.sq-origin{fill:\(palette.ink)}
            .sq-answer .sq-line,.sq-answer .sq-open{stroke:\(palette.answer)}
            .sq-answer .sq-label,.sq-answer .sq-latency{fill:\(palette.answer)}
            .sq-notification .sq-line,.sq-notification .sq-open{stroke:\(palette.muted)}
            .sq-ring{fill:\(palette.page);stroke:\(palette.warning)}
            .sq .sq-query{fill:\(palette.warning);stroke:none}
            .sq-leader{stroke:\(palette.lifeline)}
            .sq-cross{stroke:\(palette.failure)}
            .sq-end{stroke:\(palette.warning)}
            .sq .sq-band-name{stroke:none}

            """
        for (name, color) in [("failed", palette.failure), ("warned", palette.warning), ("good", palette.good)] {
            rules += """
                .sq-\(name) .sq-line,.sq-\(name) .sq-open{stroke:\(color)}
                .sq-\(name) .sq-head,.sq-\(name) .sq-origin{fill:\(color)}
                .sq .sq-\(name) .sq-label,.sq .sq-\(name) .sq-latency,.sq .sq-\(name) .sq-remark,.sq .sq-\(name) .sq-verdict\
                {fill:\(color)}
                .sq-mark-\(name){fill:\(color)}

                """
        }
        rules += ".sq-mark-sign{stroke:\(palette.page)}\n"
        for (name, band) in palette.namedBands {
            rules +=
                ".sq-band-\(name) .sq-ground{fill:\(band.ground)}.sq-band-\(name) .sq-edge,.sq-state-dot.sq-band-\(name){fill:\(band.edge)}\n"
        }
        return rules
    }
}
