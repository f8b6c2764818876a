import Advice
import Diagnosis
package import Trace

/// A value: what went wrong with the connections of a capture, who fell silent, and what to look at next.
///
///     trouble with connections
///       12 logins of nova refused by 10.0.0.5:5672: 403 ACCESS_REFUSED - … (nova-compute 10.0.0.7), 10:00:01 to 10:02:11
///
///     fell silent
///       nova-compute@cmp3 fell silent at 10:01:04: its reports (Service.save) came every 10 s until then, …
package struct TroubleReport: Sendable, LineWritable {
    let troubles: [ConnectionTrouble]
    let silent: [SilentService]
    let advice: [Advice]
    package let options: DiagramOptions

    package init(_ trace: BusTrace, options: DiagramOptions = DiagramOptions()) {
        self.init(
            troubles: trace.connectionTroubles, silent: trace.silentServices, advice: trace.troubleAdvice,
            options: options)
    }

    init(troubles: [ConnectionTrouble], silent: [SilentService], advice: [Advice], options: DiagramOptions) {
        self.troubles = troubles
        self.silent = silent
        self.advice = advice
        self.options = options
    }

    package var isEmpty: Bool { troubles.isEmpty && silent.isEmpty }

    package func write(to output: inout StyledOutput) {
        let sections = [
            ("trouble with connections", troubles.map(\.sentence)),
            ("fell silent", silent.map(\.sentence)),
        ]
        var isFirst = true
        for (title, sentences) in sections where !sentences.isEmpty {
            if !isFirst { output.endLine() }
            isFirst = false
            output.line(options.glyphs.text(title), .strong)
            for sentence in sentences { write(sentence, to: &output) }
        }
        if !isEmpty { AdviceList(advice: advice, options: options).write(to: &output) }
    }

    /// What does not fit on a line goes on further in, so that each begins where the eye finds it.
    private func write(_ sentence: String, to output: inout StyledOutput) {
        let (indent, further) = (2, 4)
        let text = options.glyphs.text(sentence)
        for (index, line) in text.wrapped(to: options.cells - further).enumerated() {
            output.write(String(repeating: " ", count: index == 0 ? indent : further))
            output.line(line, .warning)
        }
    }
}
