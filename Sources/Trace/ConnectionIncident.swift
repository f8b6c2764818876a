/// A value: one thing that went wrong with a connection to a broker, or with an attempt at one.
package struct ConnectionIncident: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The SYN was answered by a reset.
        case refused
        /// The SYN was not answered.
        case unanswered
        /// Another protocol than AMQP was spoken to the broker, e.g. TLS to its plain port.
        case foreignProtocol = "foreign_protocol"
        /// AMQP was answered in another protocol, e.g. by a port for TLS.
        case foreignAnswer = "foreign_answer"
        /// TCP was accepted and ended by the other side without a byte: a proxy without a backend.
        case notServed = "not_served"
        /// The broker does not speak the client's version of AMQP.
        case versionRefused = "version_refused"
        case loginRefused = "login_refused"
        /// The broker ended TCP after the login, without a word.
        case loginCutOff = "login_cut_off"
        /// The broker did not let the user into the virtual host: unknown, not allowed, or full.
        case virtualHostRefused = "virtual_host_refused"
        /// `connection.close` over a fault.
        case closed
        /// `channel.close` over a fault.
        case channelClosed = "channel_closed"
        /// The broker ended a consumer.
        case consumerCancelled = "consumer_cancelled"
        /// The broker lets the connection publish nothing.
        case blocked
        /// An end ended TCP after it had heard nothing of the other for two heartbeats or more.
        case heartbeatsMissed = "heartbeats_missed"
        /// A reset without `connection.close`.
        case reset
        /// TCP was ended without `connection.close`: by the broker, or by a client that did not stop in order.
        case cutOff = "cut_off"
    }

    package var kind: Kind
    package var at: Timestamp
    /// For what lasts when it ended; `nil` where that was not seen.
    package var until: Timestamp?
    /// How often, for attempts that are counted.
    package var count = 1
    /// `nil` for an attempt.
    package var connection: ConnectionID?
    /// For an attempt indexes into `CaptureSummary.sources` of those that showed it.
    package var sources: Set<Int> = []
    /// `address:port`, of attempts the address.
    package var client: String
    package var server: String
    /// Who did it, where that is not in the kind.
    package var by: ConnectionRole?
    package var user: String?
    package var virtualHost: String?
    package var code: Int?
    /// Its sender's words, redacted.
    package var text: String?
    /// The method that gave the reason, e.g. `exchange.declare`.
    package var method: String?
    /// The queue or exchange concerned.
    package var subject: String?
    /// The protocol that was spoken, and the one that was answered.
    package var spoken: String?
    package var answer: String?
    /// How long nothing was heard of the other end, and the agreed time between heartbeats in seconds.
    package var silence: Nanoseconds?
    package var heartbeat: Int?
    /// The packet that shows it; `nil` for attempts, which are counted, and where another capture showed it.
    package var packet: PacketReference?

    package init(_ kind: Kind, at: Timestamp, connection: ConnectionID? = nil, client: String, server: String) {
        self.kind = kind
        self.at = at
        self.connection = connection
        self.client = client
        self.server = server
    }
}
