package import Bytes
package import Trace

/// A value: an attempt to open a connection that came to nothing (RFC 9293, 3.10.7.3).
package struct TCPAttempt: Sendable, Equatable {
    /// What it came to.
    package enum Outcome: Sendable, Equatable {
        /// A reset answered the SYN.
        case refused
        /// Nothing answered the SYN, although it was sent again.
        case unanswered
        /// The SYN was answered, and who had answered ended the connection before either end had sent a byte.
        case endedAtOnce
    }

    /// Who sent the SYN, and to whom.
    package let client: SocketAddress
    package let server: SocketAddress
    package let outcome: Outcome
    /// When the first SYN was sent, and when it was clear.
    package let began: Timestamp
    package let at: Timestamp
    /// The source of the packet that made it clear.
    package let source: Int32

    package init(
        client: SocketAddress, server: SocketAddress, outcome: Outcome, began: Timestamp, at: Timestamp,
        source: Int32 = 0
    ) {
        self.source = source
        self.client = client
        self.server = server
        self.outcome = outcome
        self.began = began
        self.at = at
    }

    /// Whether it is another attempt of the same two ends, captured at another place.
    func isCopy(of other: TCPAttempt) -> Bool {
        client == other.client && server == other.server && outcome == other.outcome
            && (began - other.began).magnitude < OpeningAttempt.soonestRetransmission
    }
}

/// A machine that follows the SYNs of a connection that carries no data yet.
struct OpeningAttempt {
    private(set) var began = Timestamp(nanoseconds: 0)
    private var last = Timestamp(nanoseconds: 0)
    /// SYNs of the client, copies of one packet counted once.
    private var count: UInt8 = 0
    private var isOver = false
    /// Whether the other end took it, and nothing came of that yet.
    private(set) var isAccepted = false

    /// A timeout of retransmission is at least a second at first (RFC 6298, 2.1); copies of a packet come sooner.
    static let soonestRetransmission: Nanoseconds = .milliseconds(500)
    /// At once a SYN counts as unanswered when it was sent so often, which takes three seconds.
    private static let patience: UInt8 = 3

    /// Whether a SYN was seen, and no answer to it.
    var isOpen: Bool { count > 0 && !isOver }
    /// Whether a SYN was sent again, and not answered until now.
    var isUnanswered: Bool { isOpen && count > 1 }

    /// The client sent a SYN.
    ///
    /// - Returns: whether it is clear by now that nobody answers.
    mutating func sent(at time: Timestamp) -> Bool {
        guard !isOver else { return false }
        if count == 0 { began = time }
        guard count == 0 || time - last >= Self.soonestRetransmission else { return false }
        last = time
        count += 1
        guard count == Self.patience else { return false }
        isOver = true
        return true
    }

    /// The other end answered with its own SYN.
    mutating func accept() {
        isAccepted = isOpen
        isOver = true
    }

    /// The other end answered in another way, or the attempt was told of.
    mutating func end() {
        isOver = true
        isAccepted = false
    }
}
