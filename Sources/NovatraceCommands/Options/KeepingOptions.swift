import ArgumentParser
import Correlation
import Network
import Pipeline
import Trace

/// The options that bound what a capture without end keeps in memory.
struct KeepingOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Messages kept for the diagrams at the end; as many again of background traffic at most.",
            valueName: "messages"))
    var keep = 20_000

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Calls without an answer that are remembered.", valueName: "calls"))
    var keepCalls = CorrelationLimits.live.parkedCalls

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Connections that are remembered after their end.", valueName: "connections"))
    var keepConnections = CorrelationLimits.live.connections

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a call without an answer is waited for, e.g. 30m; a silent connection half as long again.",
            valueName: "time"))
    var keepFor: CaptureOptions.Duration = .init(length: CorrelationLimits.live.expiry)

    mutating func validate() throws {
        for (name, value) in [("keep", keep), ("keep-calls", keepCalls), ("keep-connections", keepConnections)]
        where !(1...10_000_000).contains(value) {
            throw ValidationError("--\(name) is between 1 and 10000000, not \(value)")
        }
    }

    var limits: CorrelationLimits {
        var limits = CorrelationLimits.live
        limits.messages = min(limits.messages, max(keep, 1024))
        limits.parkedCalls = keepCalls
        limits.connections = keepConnections
        limits.expiry = keepFor.length
        return limits
    }

    var network: NetworkLimits {
        var limits = NetworkLimits.live
        limits.idleTime = keepFor.length + keepFor.length / 2
        return limits
    }

    var retention: RetentionLimits { RetentionLimits(messages: keep, backgroundMessages: keep) }
}
