package import Trace

/// A machine without state that says of an operation what to look at next, by what its diagnosis found.
///
/// At most `Limits.advice` pieces, the most telling first; none where all went well. Hosts, processes and ids are those
/// that were seen on the wire.
package struct Advisor: Sendable {
    /// What is advised, by cause: one table a family of causes.
    private static let tables: [[Diagnosis.Cause: [AdviceEntry]]] = [
        SchedulingAdvice.table, BuildAdvice.table, WaitingAdvice.table, BrokerAdvice.table, CaptureAdvice.table,
    ]

    private let trace: BusTrace

    package init(_ trace: BusTrace) {
        self.trace = trace
    }

    package func advice(on operation: Operation) -> [Advice] {
        let diagnosis = operation.diagnosis ?? Diagnosis(inferredFrom: operation, in: trace)
        let situation = Situation(operation, diagnosis, in: trace)
        var advice: [Advice] = []
        for entry in Self.tables.compactMap({ $0[diagnosis.cause] }).joined() {
            for piece in entry.advise(situation) where !advice.contains(piece) { advice.append(piece) }
        }
        return Array(advice.prefix(Limits.advice))
    }
}

/// A value: one thing that may be advised; it has nothing to say where what it needs was not seen.
struct AdviceEntry: Sendable {
    let advise: @Sendable (Situation) -> [Advice]

    init(_ advise: @escaping @Sendable (Situation) -> Advice?) {
        self.advise = { situation in advise(situation).map { [$0] } ?? [] }
    }

    init(each advise: @escaping @Sendable (Situation) -> [Advice]) {
        self.advise = advise
    }
}
