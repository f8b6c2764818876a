import ArgumentParser
import Trace

/// The options that say when something counts as stuck, the same for every command that judges.
struct JudgingOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A call or cast that nobody took for so long is stuck, e.g. 5s or 500ms; a broker hands one to a ready consumer "
                + "in milliseconds.", valueName: "time"))
    var stuckAfter = WaitingTime(length: Patience().untaken)

    var patience: Patience { Patience(untaken: stuckAfter.length) }
}

/// A value: a length of time as a person gives it, in seconds where no unit is named, at most a day.
struct WaitingTime: ExpressibleByArgument {
    let length: Nanoseconds

    init(length: Nanoseconds) { self.length = length }

    init?(argument: String) {
        let text = Double(argument) == nil ? argument : argument + "s"
        guard let length = TimeBound.length(text), (1...Nanoseconds.seconds(86400)).contains(length) else { return nil }
        self.length = length
    }

    var defaultValueDescription: String { "\(length.milliseconds / 1000)s" }
}
