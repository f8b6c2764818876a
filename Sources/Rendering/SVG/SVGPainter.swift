import Trace

/// A machine that draws a layout: elements and classes, no reckoning but of a shape's own corners.
struct SVGPainter {
    let drawing: SVGDrawing
    private var columns: SVGColumns { drawing.columns }
    private var glyphs: GlyphTable { drawing.glyphs }

    init(_ drawing: SVGDrawing) {
        self.drawing = drawing
    }

    func write(as form: SVGDrawing.Form, to xml: inout XMLWriter) {
        let prefix =
            switch form {
            case .document: "sequence"
            case .element(let prefix): prefix
            }
        if form == .document { xml.declaration() }
        let (width, height) = (String(drawing.width), String(drawing.height))
        xml.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height,
                "viewBox": "0 0 \(width) \(height)", "class": "sq", "role": "img",
                "aria-labelledby": "\(prefix)-title \(prefix)-desc", "xml:space": "preserve",
            ])
        writeTitle(prefix: prefix, to: &xml)
        if form == .document { xml.leaf("style", SVGDrawing.styleSheet) }
        xml.empty("rect", ["class": "sq-page", "width": width, "height": height])
        writeContent(to: &xml)
        xml.close("svg")
    }

    func writeTitle(prefix: String, to xml: inout XMLWriter) {
        let header = drawing.diagram.header
        xml.leaf("title", glyphs.text(header.identity.joined(separator: " ")).string, ["id": "\(prefix)-title"])
        let lanes = drawing.diagram.lanes.map(\.name).joined(separator: ", ")
        let words = header.statements + (lanes.isEmpty ? [] : ["lanes: \(lanes)"])
        xml.leaf("desc", glyphs.text(words.joined(separator: ". ")).string, ["id": "\(prefix)-desc"])
    }

    /// Everything but the page: backmost first.
    func writeContent(to xml: inout XMLWriter) {
        writeHeader(to: &xml)
        if !drawing.rows.isEmpty || !columns.lanes.isEmpty {
            writeAxis(to: &xml)
            for band in drawing.bands { write(band, to: &xml) }
            writeLifelines(to: &xml)
            for bar in drawing.bars { write(bar, to: &xml) }
            writeHeadings(from: drawing.header.bottom, to: &xml)
            for row in drawing.rows { write(row, to: &xml) }
            if drawing.isLong { writeHeadings(from: drawing.lanesBottom, to: &xml) }
        }
        if !drawing.footer.texts.isEmpty {
            xml.open("g")
            for text in drawing.footer.texts { write(text, to: &xml) }
            xml.close("g")
        }
    }

    private func writeHeader(to xml: inout XMLWriter) {
        let header = drawing.header
        let style = Self.className(header.style).map { "sq-header " + $0 } ?? "sq-header"
        xml.open("g", ["class": style])
        write(outcome: drawing.diagram.header.outcome, style: header.style, header.mark.x, header.mark.y, to: &xml)
        for text in header.texts { write(text, to: &xml) }
        xml.close("g")
    }

    /// A disc with a tick, a square with a cross, a diamond with a bar: told apart without colour.
    private func write(outcome: String, style: TextStyle, _ x: Double, _ y: Double, to xml: inout XMLWriter) {
        let (ground, sign) =
            switch style {
            case .state:
                (
                    "M\((x - 11).svg) \(y.svg)a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z",
                    "M\((x - 5).svg) \((y + 0.5).svg)l3.5 4l6.5 -8"
                )
            case .failure:
                (
                    "M\((x - 10).svg) \((y - 10).svg)h20v20h-20Z",
                    "M\((x - 4.5).svg) \((y - 4.5).svg)l9 9m0 -9l-9 9"
                )
            default:
                ("M\((x - 12).svg) \(y.svg)l12 -12l12 12l-12 12Z", "M\(x.svg) \((y - 5.5).svg)v6m0 4v0.5")
            }
        let name = Self.className(style)?.dropFirst(3) ?? "warned"
        xml.open("g", [:])
        xml.leaf("title", glyphs.text(outcome).string)
        xml.empty("path", ["class": "sq-mark-\(name)", "d": ground])
        xml.empty("path", ["class": "sq-mark-sign", "d": sign])
        xml.close("g")
    }

    // MARK: Ground

    private var pauses: [SVGRow] {
        drawing.rows.filter { row in
            guard let event = row.event, case .pause = drawing.diagram.events[event].content else { return false }
            return true
        }
    }

    private func writeAxis(to xml: inout XMLWriter) {
        if let heading = drawing.times.heading {
            write(
                PlacedText(
                    x: columns.axis - 10, y: drawing.lanesTop, text: heading.string, style: .time, anchor: .end),
                to: &xml)
        }
        let top = drawing.lanesTop + 4
        let pauses = pauses
        for pause in pauses {
            xml.empty(
                "rect",
                [
                    "class": "sq-strip", "x": columns.axis.svg, "y": (pause.top + 4).svg,
                    "width": (columns.right - columns.axis).svg, "height": (pause.height - 8).svg,
                ])
        }
        var path = "M\(columns.axis.svg) \(top.svg)"
        for pause in pauses {
            path += "V\((pause.y - 4).svg)m-4 2l8 -4m-8 8l8 -4M\(columns.axis.svg) \((pause.y + 4).svg)"
        }
        path += "V\(drawing.lanesBottom.svg)"
        for row in drawing.rows where row.time?.style == .time { path += "M\((columns.axis - 3).svg) \(row.y.svg)h6" }
        xml.empty("path", ["class": "sq-axis", "d": path])
    }

    /// One path for each lane, and a dotted one where time is not drawn to the end.
    private func writeLifelines(to xml: inout XMLWriter) {
        let pauses = pauses
        for (lane, x) in columns.lanes.enumerated() {
            var (solid, dotted) = ("M\(x.svg) \(drawing.lanesTop.svg)", "")
            for pause in pauses {
                solid += "V\((pause.top + 4).svg)M\(x.svg) \((pause.bottom - 4).svg)"
                dotted += "M\(x.svg) \((pause.top + 6).svg)V\((pause.bottom - 4).svg)"
            }
            solid += "V\(drawing.lanesBottom.svg)"
            let isVacant = drawing.diagram.lanes[lane].isVacant
            xml.empty("path", ["class": isVacant ? "sq-life sq-vacant" : "sq-life", "d": solid])
            if !dotted.isEmpty { xml.empty("path", ["class": "sq-life sq-paused", "d": dotted]) }
        }
    }

    private func writeHeadings(from top: Double, to xml: inout XMLWriter) {
        for (lane, heading) in columns.headings.enumerated() {
            let x = columns.lanes[lane]
            xml.open("g", ["class": "sq-heading"])
            xml.leaf("title", heading.whole ?? glyphs.text(drawing.diagram.lanes[lane].name).string)
            let isVacant = drawing.diagram.lanes[lane].isVacant
            xml.empty(
                "rect",
                [
                    "class": isVacant ? "sq-head-box sq-unsure" : "sq-head-box", "x": (x - heading.width / 2).svg,
                    "y": top.svg, "width": heading.width.svg, "height": columns.headingHeight.svg, "rx": "5",
                ])
            let used =
                Double(heading.title.count) * SVGTextStyle.lane.leading
                + Double(heading.host.count) * SVGTextStyle.host.leading
            var baseline = top + ((columns.headingHeight - used) / 2).rounded() - 4
            for (lines, style) in [(heading.title, SVGTextStyle.lane), (heading.host, .host)] {
                for line in lines {
                    baseline += style.leading
                    write(PlacedText(x: x, y: baseline, text: line, style: style, anchor: .middle), to: &xml)
                }
            }
            xml.close("g")
        }
    }

    private func write(_ band: StateBand, to xml: inout XMLWriter) {
        guard let states = columns.states else { return }
        xml.open("g", ["class": "sq-band \(SVGPalette.bandClass(band.hue))"])
        let (left, top, height) = (states.lowerBound.svg, band.top.svg, max(0, band.bottom - band.top).svg)
        let width = (states.upperBound - states.lowerBound).svg
        xml.empty("rect", ["class": "sq-ground", "x": left, "y": top, "width": width, "height": height])
        xml.empty("rect", ["class": "sq-edge", "x": left, "y": top, "width": "4", "height": height])
        xml.empty("rect", ["class": "sq-edge", "x": left, "y": top, "width": width, "height": "1"])
        for text in band.texts { write(text, to: &xml) }
        xml.close("g")
    }

    private func write(_ bar: ActivationBar, to xml: inout XMLWriter) {
        guard bar.bottom > bar.top else { return }
        xml.empty(
            "rect",
            [
                "class": bar.isOpen ? "sq-bar sq-bar-open" : "sq-bar",
                "x": (columns.center(of: bar.lane) + ActivationStack.left(ofDepth: bar.depth)).svg, "y": bar.top.svg,
                "width": (2 * ActivationStack.halfWidth).svg, "height": (bar.bottom - bar.top).svg, "rx": "1.5",
            ])
    }

    // MARK: Text

    func write(_ text: PlacedText, to xml: inout XMLWriter) {
        let (x, y, style) = (text.x.svg, text.y.svg, "sq-\(text.style.rawValue)")
        if text.anchor == .start {
            xml.leaf("text", text.text, ["class": style, "x": x, "y": y], title: text.whole)
        } else {
            let anchor = text.anchor.rawValue
            xml.leaf("text", text.text, ["class": style, "x": x, "y": y, "text-anchor": anchor], title: text.whole)
        }
    }

    static func className(_ style: TextStyle) -> String? {
        switch style {
        case .failure: "sq-failed"
        case .warning: "sq-warned"
        case .state: "sq-good"
        case .plain, .faint, .strong, .answer: nil
        }
    }
}
