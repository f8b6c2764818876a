import Trace

extension SVGPainter {
    func write(_ row: SVGRow, to xml: inout XMLWriter) {
        let event = row.event.map { drawing.diagram.events[$0] }
        var classes = ["sq-row"]
        if case .arrow(let arrow) = event?.content {
            classes += ["sq-arrow", "sq-\(arrow.kind.rawValue)"]
            if arrow.kind.isAnswer { classes.append("sq-answer") }
            if let style = Self.className(row.style) { classes.append(style) }
            let messages = arrow.messages.map(String.init).joined(separator: " ")
            xml.open("g", ["class": classes.joined(separator: " "), "data-messages": messages])
            if let event { xml.leaf("title", title(of: arrow, event)) }
            let left = drawing.columns.axis
            xml.empty(
                "rect",
                [
                    "class": "sq-hit", "x": left.svg, "y": row.top.svg,
                    "width": (drawing.columns.right - left).svg, "height": row.height.svg,
                ])
        } else {
            if let style = Self.className(row.style) { classes.append(style) }
            xml.open("g", ["class": classes.joined(separator: " ")])
            if let event, case .state(let mark) = event.content {
                let text = drawing.glyphs.text("\(mark.text(drawing.glyphs).string) at \(moment(event.at))")
                xml.leaf("title", text.string)
            }
        }
        if let time = row.time { write(time, to: &xml) }
        for text in row.texts { write(text, to: &xml) }
        for shape in row.shapes { write(shape, to: &xml) }
        xml.close("g")
    }

    /// Sender, receivers, kind, label, time and latency.
    private func title(of arrow: SequenceArrow, _ event: SequenceEvent) -> String {
        let lanes = drawing.diagram.lanes
        func name(_ lane: Int?) -> String? { lane.flatMap { lanes.indices.contains($0) ? lanes[$0].name : nil } }
        let receivers = arrow.to.compactMap(name)
        let to =
            receivers.isEmpty
            ? name(arrow.missed).map { "\($0) (not taken)" } ?? "nobody" : receivers.joined(separator: ", ")
        var label = arrow.label
        if arrow.count > 1 { label += " \(drawing.glyphs.times)\(arrow.count)" }
        var words = [
            "\(name(arrow.from) ?? "unknown") \(drawing.glyphs.arrow) \(to)", "\(arrow.kind.rawValue) \(label)",
        ]
        words.append(moment(event.at))
        if let latency = arrow.latency {
            words.append("latency \(drawing.glyphs.duration(latency))" + (arrow.count > 1 ? " each" : ""))
        }
        return drawing.glyphs.text(words.joined(separator: drawing.glyphs.separator)).string
    }

    private func moment(_ time: Timestamp) -> String {
        "\(drawing.glyphs.seconds(time - drawing.diagram.startedAt)) s (\(time.clock.dropLast(3)) UTC)"
    }

    private func write(_ shape: SVGShape, to xml: inout XMLWriter) {
        switch shape {
        case .line(let from, let to, let y):
            let end = to > from ? to - 1.5 : to + 1.5
            xml.empty("path", ["class": "sq-line", "d": "M\(from.svg) \(y.svg)H\(end.svg)"])
        case .loop(let x, let y, let back):
            let path = "M\(x.svg) \(y.svg)h26a6 6 0 0 1 0 \((back - y).svg)H\((x + 1.5).svg)"
            xml.empty("path", ["class": "sq-line", "d": path])
        case .head(let x, let y, let toRight, let isFilled):
            let back = toRight ? x - 9 : x + 9
            let path =
                isFilled
                ? "M\(x.svg) \(y.svg)L\(back.svg) \((y - 4).svg)V\((y + 4).svg)Z"
                : "M\(back.svg) \((y - 4.5).svg)L\(x.svg) \(y.svg)L\(back.svg) \((y + 4.5).svg)"
            xml.empty("path", ["class": isFilled ? "sq-head" : "sq-open", "d": path])
        case .cross(let x, let y):
            xml.empty("path", ["class": "sq-cross", "d": "M\((x - 5).svg) \((y - 5).svg)l10 10m0 -10l-10 10"])
        case .origin(let x, let y):
            xml.empty("circle", ["class": "sq-origin", "cx": x.svg, "cy": y.svg, "r": "3.2"])
        case .unknown(let x, let y):
            xml.empty("circle", ["class": "sq-ring", "cx": x.svg, "cy": y.svg, "r": "8"])
            xml.leaf("text", "?", ["class": "sq-query", "x": x.svg, "y": (y + 4).svg, "text-anchor": "middle"])
        case .state(let x, let y, let leader, let hue):
            if let leader { xml.empty("path", ["class": "sq-leader", "d": "M\(leader.svg) \(y.svg)H\((x - 6).svg)"]) }
            let dot = "sq-state-dot \(SVGPalette.bandClass(hue))"
            xml.empty("circle", ["class": dot, "cx": x.svg, "cy": y.svg, "r": "4.5"])
        case .end(let y):
            let path = "M\(drawing.columns.axis.svg) \(y.svg)H\(drawing.columns.right.svg)"
            xml.empty("path", ["class": "sq-end", "d": path])
        }
    }
}
