import Diagnosis
package import Trace

/// A machine that writes what becomes clear of the bus as text, a line an event.
///
/// ```
/// 17:08:24.428  nova-api        → nova-conductor           cast   schedule_and_build_instances  vm-ok
/// 17:08:24.481  nova-conductor  → nova-scheduler           call   select_destinations  vm-ok
/// 17:08:25.720  nova-scheduler  → nova-conductor           reply   1.239 s  select_destinations  vm-ok
/// ```
/// Time of the publish in UTC, sender, receiver, kind, method, and what it is about. Where the width is known, the
/// columns of sender and receiver are shortened to fit it, and the rest is cut at the edge with an ellipsis.
package struct LiveLines: LiveRenderer {
    private var output: StyledOutput
    private var isEmpty = true
    private let options: DiagramOptions
    private let glyphs: GlyphTable
    /// Cells of the columns of sender and receiver; they grow to what stood in them, within bounds.
    private var senderWidth = 16
    private var receiverWidth = 16
    private let longestName: Int
    /// Whether there is no room for milliseconds and the kind, which the colour tells a little of.
    private let isNarrow: Bool
    /// `nil` where nothing is shortened, as in a pipe.
    private let width: Int?

    package init(_ options: DiagramOptions, isBounded: Bool, to sink: @escaping OutputSink) {
        output = StyledOutput(to: sink, color: options.color)
        self.options = options
        glyphs = options.glyphs
        width = isBounded ? options.cells : nil
        isNarrow = isBounded && options.cells < 80
        longestName = !isBounded ? 48 : isNarrow ? (options.cells - 27) / 2 : min(32, (options.cells - 38) / 3)
        if isBounded { (senderWidth, receiverWidth) = (min(16, longestName), min(16, longestName)) }
    }

    package var tellsCompletion: Bool { false }

    package mutating func write(_ event: BusEvent) {
        guard event.kind != .settled else { return }
        isEmpty = false
        if let incident = event.incident { return write(incident, of: event.from, at: event.clearAt ?? incident.at) }
        if let sentence = event.sentence { return write(sentence, about: event.operation, at: event.at) }
        let style = style(of: event)
        let time = String(moment(of: event).clock.dropLast(isNarrow ? 7 : 3))
        let sender = name(event.from?.label ?? "?", &senderWidth)
        let receiver = name(receiver(of: event), &receiverWidth)
        let gap = isNarrow ? " " : "  "
        output.write(time, .faint)
        output.write(gap)
        write(sender, padding: senderWidth)
        output.write(" ")
        output.write(glyphs.arrow, .faint)
        output.write(" ")
        write(receiver, padding: receiverWidth)
        output.write(gap)
        var used = time.utf8.count + 2 * gap.utf8.count + senderWidth + receiverWidth + 2 + glyphs.arrow.count
        if !isNarrow {
            let kind = glyphs.text(kind(of: event))
            output.write(kind, style ?? (event.message?.kind == .reply ? .answer : .faint))
            output.write(String(repeating: " ", count: max(1, Self.kindWidth + 2 - kind.width)))
            used += Self.kindWidth + 2
        }
        writeRest(of: event, style, after: used)
        output.endLine()
        if options.detail != .none, let detail = event.message?.detail { writeDetail(detail) }
    }

    /// Trouble with a connection is no message: its sentence stands alone, and is never cut.
    private mutating func write(_ incident: ConnectionIncident, of client: Participant?, at time: Timestamp) {
        let address = ClientNames.address(incident.client)
        let who = client.map { $0.label.hasPrefix(address) ? $0.label : "\($0.label) \(address)" } ?? address
        writeAlone("\(incident.sentence(times: incident.count)) (\(who))", at: time)
    }

    /// What stands still, with what it is, or who fell silent.
    private mutating func write(_ sentence: String, about operation: Operation?, at time: Timestamp) {
        guard let operation else { return writeAlone(sentence, at: time) }
        let name = operation.instanceName ?? operation.instances.first
        let what = [operation.kind == .other ? nil : operation.kind.rawValue, name ?? operation.requestID]
        let subject = what.compactMap(\.self).joined(separator: " ")
        writeAlone("\(subject) \(operation.outcome.rawValue): \(sentence)", at: time)
    }

    private mutating func writeAlone(_ sentence: String, at moment: Timestamp) {
        let time = String(moment.clock.dropLast(isNarrow ? 7 : 3))
        let text = glyphs.text("\(glyphs.failure) \(sentence)")
        let indent = time.utf8.count + (isNarrow ? 1 : 2)
        let lines = width.map { text.wrapped(to: max(20, $0 - indent)) } ?? [text]
        for (index, line) in lines.enumerated() {
            if index == 0 { output.write(time, .faint) }
            output.write(String(repeating: " ", count: index == 0 ? indent - time.utf8.count : indent))
            output.line(line, .failure)
        }
    }

    package mutating func flush() { output.flush() }

    package mutating func end(
        _ trace: BusTrace, operations: [OperationID]?, messages: [MessageID]?, origin: TraceOrigin
    ) {
        if !isEmpty { output.endLine() }
        TextReport(trace, operations: operations, options: options).write(to: &output)
        flush()
    }

    private static let kindWidth = 6

    private mutating func write(_ text: TerminalText, padding: Int) {
        output.write(text, .strong)
        output.write(String(repeating: " ", count: max(0, padding - text.width)))
    }

    /// A name in its column, which grows for it as far as it may. Without room the project goes first: the services that
    /// matter most are nova's.
    private func name(_ raw: String, _ column: inout Int) -> TerminalText {
        var text = glyphs.text(raw)
        if text.width > longestName, raw.hasPrefix("nova-") { text = glyphs.text(String(raw.dropFirst(5))) }
        text = text.shortened(to: longestName, ellipsis: glyphs.ellipsis)
        column = max(column, text.width)
        return text
    }

    private mutating func writeDetail(_ detail: String) {
        let indent = isNarrow ? "    " : "              "
        for part in detail.split(separator: "\n") {
            let text = glyphs.text(String(part))
            for line in width.map({ text.wrapped(to: max(20, $0 - indent.utf8.count)) }) ?? [text] {
                output.write(indent)
                output.line(line, .faint)
            }
        }
    }

    /// An answer's latency stands before the method; what does not fit is cut at the end, so that no line breaks.
    private mutating func writeRest(of event: BusEvent, _ style: TextStyle?, after used: Int) {
        var room = width.map { max(8, $0 - used) } ?? .max
        var parts = [(glyphs.text(title(of: event)), style ?? .plain)]
        if let latency = latency(of: event) {
            let padding = String(repeating: " ", count: isNarrow ? 0 : max(0, 8 - latency.width))
            parts.insert((glyphs.text(padding) + latency + glyphs.text("  "), style ?? .answer), at: 0)
        }
        // Which error it was says more than of what.
        if let failure = failure(in: event) {
            parts.insert((glyphs.text(failure + "  "), .failure), at: parts.count - 1)
        }
        for part in remarks(on: event) { parts.append((glyphs.text("  " + part.text), part.style ?? style ?? .plain)) }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let fits = part.0.width + (isLast ? 0 : glyphs.ellipsis.count) <= room
            let text = fits ? part.0 : part.0.shortened(to: room, ellipsis: glyphs.ellipsis, keepingHead: true)
            output.write(text, part.1)
            if !fits { return }
            room -= part.0.width
        }
    }
}

// MARK: What is said

extension LiveLines {
    private func style(of event: BusEvent) -> TextStyle? {
        if event.kind == .redelivered || event.kind == .takenLate { return .warning }
        if event.isProblem { return .failure }
        return event.isBackground ? .faint : nil
    }

    private func kind(of event: BusEvent) -> String {
        if event.kind == .unanswered { return "call" }
        switch event.message?.kind {
        case .notification: return "notify"
        case .heartbeat: return "alive"
        case .opaque: return "other"
        case let kind: return kind?.rawValue ?? "?"
        }
    }

    /// When it was sent; what nobody was seen to take for a while is told when that is clear, since other lines stand
    /// between.
    private func moment(of event: BusEvent) -> Timestamp {
        guard event.kind == .passed, let message = event.message, let clear = event.clearAt else { return event.at }
        return message.isUntaken || isCount(event) ? max(event.at, clear) : event.at
    }

    /// Whether it tells how often an answer was tried.
    private func isCount(_ event: BusEvent) -> Bool {
        event.message?.returned != nil && event.call?.replyAttempts ?? 0 > 1
    }

    private func receiver(of event: BusEvent) -> String {
        guard let first = event.to.first else { return event.meantFor ?? "?" }
        return event.to.count == 1 ? first.label : "\(first.label) +\(event.to.count - 1)"
    }

    private func title(of event: BusEvent) -> String {
        if let message = event.message, !message.kind.isAnswer { return message.title }
        return event.call?.title ?? event.message?.method ?? event.message?.kind.rawValue ?? "?"
    }

    private func remarks(on event: BusEvent) -> [(text: String, style: TextStyle?)] {
        var remarks: [(text: String, style: TextStyle?)] = []
        if let outcome = outcome(of: event) { remarks.append(outcome) }
        guard let message = event.message else { return remarks }
        if let fault = message.facts?.fault { remarks.insert(("\(glyphs.failure) \(fault.words)", .failure), at: 0) }
        if let instances = instances(of: event, message) { remarks.append((instances, nil)) }
        if let states = message.stateChange?.changes(since: nil), !states.isEmpty, message.kind != .reply {
            remarks.append((states.joined(separator: glyphs.separator), .state))
        }
        if !message.events.isEmpty { remarks.append((message.events.map(\.title).joined(separator: ", "), nil)) }
        if message.isTruncated { remarks.append(("cut short by the capture", .warning)) }
        return remarks
    }

    /// By their names, else by the beginning of their uuids.
    private func instances(of event: BusEvent, _ message: Message) -> String? {
        guard !message.instances.isEmpty else { return nil }
        var words = message.instances.prefix(Limits.instancesOfLine).enumerated().map { place, uuid in
            (event.instanceNames.indices.contains(place) ? event.instanceNames[place] : nil) ?? String(uuid.prefix(8))
        }
        let others = message.instances.count - words.count
        if others > 0 { words[words.count - 1] += " +\(others)" }
        return words.joined(separator: ", ")
    }

    private func failure(in event: BusEvent) -> String? {
        guard let failure = event.message?.failure else { return nil }
        let text = failure.message.isEmpty ? failure.className : "\(failure.className): \(failure.message)"
        return "\(glyphs.failure) \(text)"
    }

    private func latency(of event: BusEvent) -> TerminalText? {
        guard event.message?.kind == .reply, event.kind == .passed else { return nil }
        return event.call?.latency.map { glyphs.text(glyphs.duration($0)) }
    }

    /// How often an answer was published that the broker gives back, and over how long.
    private func attempts(in event: BusEvent) -> String {
        guard event.message?.kind == .reply, let call = event.call, call.replyAttempts > 1 else { return "" }
        let time = call.lastReplyAttemptAt.flatMap { last in call.firstReplyAttemptAt.map { glyphs.duration(last - $0) }
        }
        return " \(glyphs.times)\(call.replyAttempts)" + (time.map { " in \($0)" } ?? "")
    }

    /// What became of it, where that is worth a word.
    private func outcome(of event: BusEvent) -> (text: String, style: TextStyle?)? {
        switch event.kind {
        case .unanswered:
            let patience = event.call?.requestedAt.map { event.at - $0 }
            if let call = event.call, call.replyFate == .returned {
                let tries = call.replyAttempts > 1 ? " \(glyphs.times)\(call.replyAttempts)" : ""
                return (
                    "\(glyphs.failure) its answer was given back\(tries): none arrived"
                        + (patience.map { " within \(glyphs.duration($0))" } ?? ""), nil
                )
            }
            return ("\(glyphs.failure) no answer" + (patience.map { " within \(glyphs.duration($0))" } ?? ""), nil)
        case .untaken:
            let waited = event.message?.publishedAt.map { event.at - $0 }
            return ("\(glyphs.failure) taken by nobody" + (waited.map { " for \(glyphs.duration($0))" } ?? ""), nil)
        case .answerLost:
            let queue = event.message?.destination
            return ("\(glyphs.failure) not delivered" + (queue.map { " from \($0)" } ?? ""), nil)
        case .redelivered:
            return ("given out again", nil)
        case .takenLate:
            let waited = event.message?.publishedAt.map { event.at - $0 }
            return ("taken" + (waited.map { " after \(glyphs.duration($0))" } ?? ""), nil)
        case .passed, .settled, .trouble, .stuck, .silent:
            break
        }
        guard let message = event.message else { return nil }
        if let returned = message.returned {
            return (
                "\(glyphs.failure) the broker gave it back: \(returned.code) \(returned.text)" + attempts(in: event),
                nil
            )
        }
        if message.failure != nil { return nil }
        if message.kind == .reply, event.call?.isLate == true { return ("\(glyphs.failure) too late", nil) }
        if message.id == event.call?.reply, event.call?.replyFate == .misdelivered {
            return ("\(glyphs.failure) given to another process than the one that had asked", nil)
        }
        guard message.deliveries.isEmpty else { return nil }
        return message.kind.expectsTaker ? ("not seen taken", .warning) : ("nobody listens", .faint)
    }
}
