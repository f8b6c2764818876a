/// A value: a line of text and where it stands, in px.
struct PlacedText: Sendable, Equatable {
    enum Anchor: String, Sendable { case start, middle, end }

    /// The anchor's place on the baseline.
    var x: Double
    var y: Double
    var text: String
    var style: SVGTextStyle
    var anchor = Anchor.start
    /// The whole text, where what is shown was shortened.
    var whole: String?

    /// From its left to its right edge.
    var span: ClosedRange<Double> {
        let width = style.font.width(of: text)
        let left =
            switch anchor {
            case .start: x
            case .middle: x - width / 2
            case .end: x - width
            }
        return left...(left + width)
    }
}

/// A value: a part of an arrow or a mark, in px; what it looks like is the painter's business.
enum SVGShape: Sendable, Equatable {
    case line(from: Double, to: Double, y: Double)
    /// Out to the right and back.
    case loop(x: Double, y: Double, back: Double)
    case head(x: Double, y: Double, toRight: Bool, isFilled: Bool)
    /// A message that was lost, a wait that ended, a standstill.
    case cross(x: Double, y: Double)
    /// A message to everybody starts here.
    case origin(x: Double, y: Double)
    /// A sender that is not known.
    case unknown(x: Double, y: Double)
    /// A new state, and the line to its band.
    case state(x: Double, y: Double, leader: Double?, hue: StateBand.Hue)
    /// Across the lanes.
    case end(y: Double)
}

/// A value: a row of a drawing.
struct SVGRow: Sendable {
    /// Index into `SequenceDiagram.events`; `nil` for headings that are repeated.
    var event: Int?
    var top: Double
    var height: Double = 0
    /// Of the line or symbol.
    var y: Double = 0
    var time: PlacedText?
    var texts: [PlacedText] = []
    var shapes: [SVGShape] = []
    /// What it is for its colour; of an arrow as its text has it.
    var style = TextStyle.plain

    var bottom: Double { top + height }
}

/// A value: the time in which a service works on a call.
struct ActivationBar: Sendable, Equatable {
    var lane: Int
    /// How many others it stands on.
    var depth: Int
    var top: Double
    var bottom: Double
    /// Whether no answer was seen: nobody knows how long it worked.
    var isOpen = false
}

/// A value: the time in which an instance has a state.
struct StateBand: Sendable, Equatable {
    enum Hue: Sendable, Equatable {
        case good, failure, gone
        /// One of the others, counted by their first appearance.
        case other(Int)
    }

    var top: Double
    var bottom: Double
    var hue: Hue
    var texts: [PlacedText]
}
