import ArgumentParser
import Rendering

/// The options that say how results look, the same for every command that draws.
struct DisplayOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: ArgumentHelp("Columns to fit; the terminal's by default, 120 in a pipe.", valueName: "columns"))
    var width: Int?

    @Flag(help: "Only ASCII characters.")
    var ascii = false

    @Option(help: "Colour: auto, always or never; NO_COLOR is heeded.")
    var color: Color = .auto

    @Flag(help: "Repeats one by one, not folded.")
    var expand = false

    @Option(help: "Times relative to the first message, since the row before, or of the clock (UTC).")
    var time: DiagramOptions.TimeStyle = .relative

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

    /// - Parameter unbounded: where no width is known, as in a pipe, nothing is shortened; diagrams take 120 columns.
    func diagramOptions(detail: DiagramOptions.Detail, all: Bool, unbounded: Bool = false) -> DiagramOptions {
        var options = DiagramOptions()
        options.width = width ?? Terminal.width.map { max(40, min($0, 1000)) } ?? (unbounded ? 1000 : 120)
        options.ascii = ascii
        options.color = usesColor
        options.expand = expand
        options.time = time
        options.detail = detail
        options.showsBackground = all
        return options
    }
}
