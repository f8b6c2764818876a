package import Correlation
package import Network
package import OpenStack
package import Trace

/// A value: what is read of messages, and how much is kept meanwhile.
package struct PipelineOptions: Sendable {
    /// What is kept of what messages carry, and bytes of that in all; later messages have none.
    package var detail = OsloDecoder.Detail.none
    package var contentLimit = Int.max
    package var showsSecrets = false
    package var limits = CorrelationLimits.replay
    package var network = NetworkLimits()
    /// The ports of brokers, beside those of AMQP: attempts to reach one there are told of.
    package var ports: [UInt16] = []
    package var patience = Patience()

    package init(detail: OsloDecoder.Detail = .none, limits: CorrelationLimits = .replay) {
        self.detail = detail
        self.limits = limits
    }

    /// For a capture that goes on while somebody watches.
    package static var live: PipelineOptions {
        var options = PipelineOptions(limits: .live)
        options.network = .live
        return options
    }
}
