/// A value: what the two ends of a connection told each other when it was opened (AMQP 0-9-1, 1.4.2).
///
/// Of the login only the user's name is known. Texts are cut to 255 characters.
package struct ConnectionHandshake: Sendable, Hashable {
    /// How far the opening came.
    package enum Stage: String, Sendable, CaseIterable, Comparable {
        /// The client sent the protocol header.
        case header
        /// `connection.start`
        case greeted
        /// `connection.start-ok`: the client sent its login.
        case login
        /// `connection.tune`: the broker took the login.
        case admitted
        /// `connection.open`: the client asked for a virtual host.
        case opening
        /// `connection.open-ok`
        case open

        package static func < (left: Stage, right: Stage) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package var stage = Stage.header
    /// `LOGIN` of AMQPLAIN, the authentication identity of PLAIN; `nil` for other mechanisms.
    package var user: String?
    /// The SASL mechanism, e.g. `AMQPLAIN`.
    package var mechanism: String?
    /// Client properties `product`, `version`, `platform`.
    package var product: String?
    package var productVersion: String?
    package var platform: String?
    /// Server properties `product`, `version`, `cluster_name`.
    package var serverProduct: String?
    package var serverVersion: String?
    package var cluster: String?
    /// Seconds between heartbeats as agreed; 0 for none.
    package var heartbeat: Int?
    /// As agreed; 0 for no limit.
    package var channelMax: Int?
    package var frameMax: Int?
    /// The version that the broker named when it refused the client's, e.g. `AMQP 0-9-1`.
    package var refusedFor: String?

    package init() {}
}

/// A value: attempts to reach a broker that never became a connection of AMQP, those of one client, broker and kind.
package struct ConnectionAttempts: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The SYN was answered by a reset: nothing listens, or a firewall rejects.
        case refused
        /// The SYN was sent again and again, and nothing answered.
        case unanswered
        /// The SYN was answered, and from there the connection was ended before either end had sent a byte.
        case endedAtOnce = "ended_at_once"
        /// Another protocol was spoken to the broker.
        case foreign
    }

    package var kind: Kind
    /// Without its port.
    package var client: String
    /// `address:port`, IPv6 in brackets.
    package var server: String
    /// For `foreign` what the client spoke, e.g. `TLS`, `PROXY header`, `TLS behind a PROXY header`, `unknown`, and what
    /// the broker answered, `nil` for nothing.
    package var spoken: String?
    package var answer: String?
    package var count: Int
    package var first: Timestamp
    package var last: Timestamp
    /// Indexes into `CaptureSummary.sources` of those that showed them.
    package var sources: Set<Int> = []

    package init(
        _ kind: Kind, client: String, server: String, spoken: String? = nil, answer: String? = nil, count: Int = 1,
        first: Timestamp, last: Timestamp
    ) {
        self.kind = kind
        self.client = client
        self.server = server
        self.spoken = spoken
        self.answer = answer
        self.count = count
        self.first = first
        self.last = last
    }
}
