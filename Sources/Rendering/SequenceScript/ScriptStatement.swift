/// A value: what a diagram language says in one statement, texts not yet escaped for it.
enum ScriptStatement: Equatable {
    case arrow(ScriptArrow)
    case note(ScriptNote)
    /// Nothing happens for so long.
    case pause(TerminalText)

    var style: TextStyle {
        switch self {
        case .arrow(let arrow): arrow.style
        case .note(let note): note.style
        case .pause: .plain
        }
    }
}

/// A value: an arrow from one lifeline to one other, or to itself.
struct ScriptArrow: Equatable {
    enum Head: Equatable {
        case call, cast
        /// Replies and heartbeats, which are dashed.
        case answer
    }

    enum Activation: Equatable {
        case none
        /// The receiver starts to work on it.
        case begins
        /// The sender has no more calls to answer.
        case ends
    }

    var head: Head
    /// Index into `SequenceDiagram.lanes`; `nil` where the sender is not known.
    var from: Int?
    /// Index into `SequenceDiagram.lanes`; `nil` where nobody took it, nor is it known who should have.
    var to: Int?
    /// Whether it did not get to `to`.
    var isLost = false
    /// Whether its label is but the time that it took.
    var isBareAnswer = false
    var style = TextStyle.plain
    var time: TerminalText
    /// The label, then what is remarked on it.
    var lines: [TerminalText]
    /// Redacted arguments.
    var detail: [TerminalText] = []
    var activation = Activation.none
}

/// A value: text on a lifeline, or across all of them.
struct ScriptNote: Equatable {
    enum Place: Equatable {
        /// Index into `SequenceDiagram.lanes`.
        case lane(Int)
        case acrossAll
    }

    var place: Place
    var style = TextStyle.plain
    /// `nil` where it stands at no moment.
    var time: TerminalText?
    var lines: [TerminalText]
}
