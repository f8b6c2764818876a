import ArgumentParser
import Rendering

/// The options that say how results look, the same for every command that prints.
struct LookOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Columns to fit; the terminal's by default, in a pipe 120, and no limit for the tables of list, stats and "
                + "connections.", valueName: "columns"))
    var width: Int?

    @Flag(help: "Only ASCII characters.")
    var ascii = false

    @Option(help: "Colour: auto, always or never; NO_COLOR is heeded.")
    var color: Color = .auto

    mutating func validate() throws {
        if let width, !(40...1000).contains(width) {
            throw ValidationError("--width is between 40 and 1000 columns, not \(width)")
        }
    }

    var usesColor: Bool {
        switch color {
        case .auto: Terminal.wantsColor
        case .always: true
        case .never: false
        }
    }

    /// Columns of text that is folded.
    var textWidth: Int { width ?? Terminal.width.map { max(40, min($0, 1000)) } ?? 120 }

    /// - Parameter unbounded: where no width is known, as in a pipe, rows of a table are not shortened: a script reads
    ///   them.
    func options(all: Bool = false, unbounded: Bool = false) -> DiagramOptions {
        var options = DiagramOptions()
        options.width = unbounded && width == nil && Terminal.width == nil ? 1000 : textWidth
        options.ascii = ascii
        options.color = usesColor
        options.showsBackground = all
        return options
    }
}

/// The options that say how diagrams and their times look.
struct DisplayOptions: ParsableArguments {
    @OptionGroup(title: "Show") var look: LookOptions

    @Flag(help: "Repeats one by one, not folded.")
    var expand = false

    @Option(help: "Times relative to the first message, since the row before, or of the clock (UTC).")
    var time: DiagramOptions.TimeStyle = .relative

    var width: Int? { look.width }
    var color: LookOptions.Color { look.color }

    func diagramOptions(detail: DiagramOptions.Detail, all: Bool) -> DiagramOptions {
        var options = look.options(all: all)
        options.expand = expand
        options.time = time
        options.detail = detail
        return options
    }
}
