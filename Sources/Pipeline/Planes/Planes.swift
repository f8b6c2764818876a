import Correlation
import OpenStack
import Protocols
import Trace

/// A machine that understands what decoders say, one plane a protocol: events with borrowed bytes become observations.
struct Planes {
    typealias Emit = (Observation) -> Void

    private(set) var bus: BusPlane
    let redaction: Redaction
    private let excerpt: ExcerptContext?

    /// - Parameter excerpt: what the sources tell of themselves where each is an excerpt.
    init(_ bus: BusPlane, redaction: Redaction, excerpt: ExcerptContext?) {
        self.bus = bus
        self.redaction = redaction
        self.excerpt = excerpt
    }

    mutating func receive(_ event: ProtocolEvent, _ bytes: RawSpan, on connection: ConnectionID, _ emit: Emit) {
        switch event {
        case .amqp(let event): bus.receive(event, body: bytes, on: connection, emit)
        case .anomaly(let anomaly):
            emit(.lost(connection, at: anomaly.stamp.time))
            emit(
                .anomaly(
                    Anomaly(
                        at: anomaly.stamp.time, connection: connection, kind: anomaly.kind,
                        detail: redaction.redact(text: anomaly.detail))))
        case .accepted, .skipped: break
        }
    }

    /// What was observed of connections themselves, which planes keep account of.
    mutating func note(_ observation: borrowing Observation, _ emit: Emit) {
        switch observation {
        case .opened(let found):
            if excerpt?.holdsWholeMessages(between: found.client, and: found.server) ?? false {
                bus.takesWholeMessages(on: found.id)
            }
        case .closed(let account, _, _):
            if let told = bus.take(account.connection) { emit(.told(account.connection, told)) }
        default: break
        }
    }
}
