import Trace

/// A value: what is written on an arrow, and beneath it.
struct ArrowText {
    var label: TerminalText
    var style = TextStyle.plain
    /// Lines of their own beneath the arrow.
    var remarks: [TerminalText] = []
    /// Redacted arguments, faint.
    var detail: [TerminalText] = []

    init(_ arrow: SequenceArrow, glyphs: GlyphTable) {
        var words: [String] = []
        var name = arrow.label
        if arrow.kind == .heartbeat { name += " heartbeat" }
        if arrow.count > 1 { name += " \(glyphs.times)\(arrow.count)" }
        if let qualifier = arrow.qualifier { name += " \(qualifier)" }
        let isBareAnswer = arrow.kind == .reply && arrow.answersPrevious && arrow.count == 1
        if !isBareAnswer { words.append(name) }
        if let latency = arrow.latency {
            words.append(glyphs.duration(latency) + (arrow.count > 1 ? " each" : ""))
        }
        var remarks: [String] = []
        for mark in arrow.marks {
            style = Self.graver(style, Self.style(of: mark))
            Self.describe(mark, &words, &remarks, glyphs)
        }
        if words.isEmpty { words.append(isBareAnswer ? "answer" : name) }
        if isBareAnswer, let qualifier = arrow.qualifier { words.append(qualifier) }
        label = glyphs.text(words.joined(separator: glyphs.separator))
        self.remarks = remarks.map { glyphs.text($0) }
        detail = arrow.detail.map { $0.split(separator: "\n").map { glyphs.text(String($0)) } } ?? []
        if style == .plain, arrow.kind.isAnswer { style = .answer }
    }

    static func graver(_ left: TextStyle, _ right: TextStyle) -> TextStyle {
        left == .failure || right == .failure ? .failure : right == .plain ? left : right
    }

    static func style(of mark: ArrowMark) -> TextStyle {
        switch mark {
        case .failure, .reported, .returned, .neverDelivered, .misdelivered, .rejected: .failure
        case .waited, .redelivered, .requeued, .retried, .late, .duplicate, .requestNotSeen, .truncated: .warning
        case .takenOutOfSight, .noListener, .senderUnknown: .plain
        }
    }

    static func describe(
        _ mark: ArrowMark, _ words: inout [String], _ remarks: inout [String], _ glyphs: GlyphTable
    ) {
        switch mark {
        case .failure(let failure):
            words.insert("\(glyphs.failure) \(failure.className)", at: 0)
            let message = failure.message.trimmingEnd()
            if !message.isEmpty { remarks.append(message) }
        case .reported(let fault): remarks.append("\(glyphs.failure) \(fault.words)")
        case .returned(let returned):
            remarks.append("\(glyphs.failure) given back by the broker: \(returned.code) \(returned.text)")
        case .neverDelivered(let queue):
            remarks.append("\(glyphs.failure) no delivery seen from \(queue)")
        case .takenOutOfSight: words.append("delivery not shown")
        case .noListener: words.append("nobody listens")
        case .waited(let time): words.append("taken after \(glyphs.duration(time))")
        case .redelivered(let times):
            words.append(times == 1 ? "redelivered" : "redelivered \(glyphs.times)\(times)")
        case .requeued(let times): words.append(times == 1 ? "requeued" : "requeued \(glyphs.times)\(times)")
        case .rejected(let times, let isDropped):
            let often = times == 1 ? "" : " \(glyphs.times)\(times)"
            remarks.append("\(glyphs.failure) rejected\(often), \(isDropped ? "not requeued" : "requeued")")
        case .retried(let time): words.append("over \(glyphs.duration(time))")
        case .misdelivered: remarks.append("\(glyphs.failure) given to another process than the one that had asked")
        case .late: words.append("late")
        case .duplicate: words.append("repeated answer")
        case .requestNotSeen: words.append("request not seen")
        case .senderUnknown: break
        case .truncated: words.append("truncated")
        }
    }
}

extension ReportedFault {
    /// `VirtualInterfaceCreateException: Virtual Interface creation failed`, without the class where none is told.
    var words: String { [className, message.trimmingEnd()].compactMap(\.self).joined(separator: ": ") }
}

extension StateMark {
    /// `error` stands out as a rejected change does.
    var style: TextStyle {
        switch confirmation {
        case .rejected: .failure
        case .confirmed: states.contains("error") ? .failure : .state
        case .unanswered, .unheard: .warning
        }
    }

    func text(_ glyphs: GlyphTable) -> TerminalText {
        var words = states
        if let instance { words.append(String(instance.prefix(8))) }
        switch confirmation {
        case .confirmed: break
        case .rejected: words.append("rejected")
        case .unanswered: words.append("not confirmed")
        case .unheard: words.append("the answer did not arrive")
        }
        return glyphs.text(words.joined(separator: glyphs.separator))
    }
}

extension GiveUp {
    func text(_ glyphs: GlyphTable) -> TerminalText {
        let calls = label + (count > 1 ? " \(glyphs.times)\(count)" : "") + (qualifier.map { " " + $0 } ?? "")
        let wait = glyphs.duration(waited)
        switch reason {
        case .timeout: return glyphs.text("\(calls): timed out after \(wait)")
        case .captureEnd: return glyphs.text("\(calls): no answer after \(wait)")
        }
    }
}
