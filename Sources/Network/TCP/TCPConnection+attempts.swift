import Trace

/// Attempts to open a connection that come to nothing; see `TCPAttempt`.
extension TCPConnection {
    /// Reports an attempt that nobody has answered until now, when the capture ends.
    mutating func giveUpAttempt(_ ledger: inout ReassemblyLedger) {
        if phase == .silent, attempt.isUnanswered { failAttempt(.unanswered, &ledger) }
    }

    mutating func noteAttempt(
        _ segment: TCPSegment, from side: FlowSide, _ ledger: inout ReassemblyLedger
    ) {
        guard phase == .silent else { return }
        if segment.flags.contains(.ack) {
            attempt.accept()
        } else if side == firstSide, attempt.sent(at: lastStamp.time) {
            note(.unanswered, &ledger)
        }
    }

    mutating func failAttempt(_ outcome: TCPAttempt.Outcome, _ ledger: inout ReassemblyLedger) {
        // Segments with data may wait: the attempt was answered then.
        guard phase == .silent, !hasHeld, attempt.isOpen else { return }
        attempt.end()
        note(outcome, &ledger)
    }

    /// Who took the attempt ends it, and its sequence numbers tell that neither end had sent a byte.
    @inline(__always)
    mutating func noteEndAtOnce(
        _ segment: TCPSegment, from side: FlowSide, _ ledger: inout ReassemblyLedger
    ) {
        guard phase == .silent, attempt.isAccepted else { return }
        attempt.end()
        guard side != firstSide, endedBy == nil, segment.wireLength == 0,
            segment.sequence == stream(of: side).next,
            !segment.flags.contains(.ack) || segment.acknowledgment == stream(of: firstSide).next
        else { return }
        note(.endedAtOnce, &ledger)
    }

    private func note(_ outcome: TCPAttempt.Outcome, _ ledger: inout ReassemblyLedger) {
        ledger.note(
            TCPAttempt(
                client: firstSide == .low ? key.low : key.high, server: firstSide == .low ? key.high : key.low,
                outcome: outcome, began: attempt.began, at: lastStamp.time, source: lastStamp.source))
    }
}
