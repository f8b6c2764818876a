package import Correlation
import DequeModule
import Diagnosis
import Operations
package import Trace

/// A machine that gathers finished messages and calls into a trace, kept whole or up to limits.
///
/// A call is let go with its request. A copy can be made a trace of while the machine goes on.
package struct TraceBuilder: Sendable {
    /// Oldest first, so by id ascending; without limits background messages are among the others.
    private var messages = BlockQueue<Message>()
    private var background = BlockQueue<Message>()
    /// By id, those without a known request apart, oldest first.
    private var calls = SparseTable<Call, Call>()
    private var orphans: Deque<Call> = []
    /// Bytes that both take, about.
    private var messageBytes = 0
    private var backgroundBytes = 0
    private let limits: RetentionLimits?
    private let patience: Patience
    private var references = RetainedReferences()
    private var names: InstanceNames
    /// When the last of the messages was seen that the limits made go.
    private var leftOutUntil: Timestamp?
    /// What the limits made go.
    package private(set) var evictions = Evictions()

    package init(limits: RetentionLimits? = nil, patience: Patience = Patience()) {
        self.limits = limits
        self.patience = patience
        names = InstanceNames(limit: limits?.names ?? .max)
    }

    package mutating func add(_ finished: Correlator.Finished) {
        switch finished {
        case .message(let message): add(message)
        case .call(let call): add(call)
        }
    }

    /// Whether anything that is kept refers to a connection; not known, and `true`, where everything is kept.
    package func refers(to connection: ConnectionID) -> Bool {
        limits == nil || references.contain(connection)
    }

    /// How much is kept at the moment.
    package var count: (messages: Int, backgroundMessages: Int, calls: Int) {
        (messages.count, background.count, calls.count + orphans.count)
    }

    // MARK: Limits

    private mutating func add(_ message: Message) {
        names.add(message)
        guard let limits else { return messages.append(message) }
        references.add(message)
        if message.isBackground {
            background.append(message)
            backgroundBytes += message.footprint
            while background.count > limits.backgroundMessages || backgroundBytes > limits.backgroundBytes,
                let oldest = background.popFirst()
            {
                backgroundBytes -= oldest.footprint
                evictions.backgroundMessages += 1
                letGo(oldest)
            }
        } else {
            messages.append(message)
            messageBytes += message.footprint
            while messages.count > limits.messages || messageBytes > limits.messageBytes,
                let oldest = messages.popFirst()
            {
                messageBytes -= oldest.footprint
                evictions.messages += 1
                letGo(oldest)
            }
        }
    }

    private mutating func add(_ call: Call) {
        guard let limits else { return _ = calls.insert(call, for: call.id) }
        guard let request = call.request else {
            orphans.append(call)
            references.add(call)
            guard orphans.count > limits.messages, let oldest = orphans.popFirst() else { return }
            return letGo(oldest)
        }
        guard !references.isLetGo(request: request, of: call.id) else { return evictions.calls += 1 }
        calls.insert(call, for: call.id)
        references.add(call)
    }

    private mutating func letGo(_ message: Message) {
        if let at = message.at { leftOutUntil = max(leftOutUntil ?? at, at) }
        if let id = references.remove(message), let call = calls.remove(id) { letGo(call) }
    }

    private mutating func letGo(_ call: Call) {
        references.remove(call)
        evictions.calls += 1
    }

    // MARK: Trace

    /// The trace: in order of time, ids as indexes, participants in place of connections, operations found.
    package consuming func trace(capture: consuming CaptureSummary, naming: consuming ServiceNaming) -> BusTrace {
        var origin = TraceOrigin()
        return trace(capture: capture, naming: naming, origin: &origin) { _ in nil }
    }

    /// The same, and by which ids things were known before.
    ///
    /// - Parameter known: the id of a connection's participant; where there was none, the connection's number stands for it.
    consuming func trace(
        capture: consuming CaptureSummary, naming: consuming ServiceNaming, origin: inout TraceOrigin,
        known: (ConnectionID) -> ParticipantID?
    ) -> BusTrace {
        var trace = BusTrace()
        let excerpt = capture.excerpts.map(ExcerptContext.init)
        if let excerpt {
            removeStrangers(to: excerpt)
            names.add(excerpt.instanceNames)
        }
        trace.instanceNames = names
        trace.patience = patience
        let (evictions, leftOutUntil) = (evictions, leftOutUntil)
        (trace.messages, trace.calls) = takeRenumbered(&origin)
        origin.connections = capture.connections.map(\.id)
        let listing = ConnectionListing(of: capture, naming: consume naming, excerpt: excerpt)
        let ofConnection = listing.participantOfConnection
        origin.participants = listing.participants.map { _ in -1 }
        for (connection, participant) in ofConnection {
            origin.participants[participant.index] = known(connection) ?? ParticipantID(connection.index)
        }
        trace.participants = listing.participants
        trace.capture = listing.capture
        for index in trace.messages.indices {
            trace.messages[index].from = trace.messages[index].connection.flatMap { ofConnection[$0] }
            for delivery in trace.messages[index].deliveries.indices {
                let connection = trace.messages[index].deliveries[delivery].connection
                trace.messages[index].deliveries[delivery].to = ofConnection[connection]
            }
            for aside in trace.messages[index].asides.indices {
                let connection = trace.messages[index].asides[aside].delivery.connection
                trace.messages[index].asides[aside].delivery.to = ofConnection[connection]
            }
        }
        for index in trace.calls.indices {
            trace.calls[index].from = trace.calls[index].callerConnection.flatMap { ofConnection[$0] }
            trace.calls[index].to = trace.calls[index].serverConnection.flatMap { ofConnection[$0] }
        }
        if !listing.refusals.isEmpty {
            for index in trace.messages.indices {
                let refusal = trace.messages[index].uniqueID.flatMap { listing.refusals[$0] }
                if trace.messages[index].amqp?.refusedAt == nil { trace.messages[index].amqp?.refusedAt = refusal }
            }
        }
        trace.renumberConnections(listing.ids)
        if !listing.asides.isEmpty {
            for index in trace.messages.indices where trace.messages[index].asides.isEmpty {
                trace.messages[index].asides = trace.messages[index].uniqueID.flatMap { listing.asides[$0] } ?? []
            }
        }
        trace.tellWhatWasLeftOut(evictions, until: leftOutUntil)
        trace.tellBrokersApart()
        trace.inferVirtualHosts()
        trace.nameInstances()
        var finder = OperationFinder(trace)
        trace.operations = finder.judged(in: trace)
        trace.tellWhatWasLeftOut(finder)
        for operation in trace.operations.reversed() {
            for message in operation.messages {
                trace.messages[message].operation = operation.id
                guard PortWork.contains(message, in: trace) else { continue }
                trace.messages[message].isBackground = false
                let reply = trace.calls[ifKnown: trace.messages[message].call]?.reply
                if let reply { trace.messages[reply].isBackground = false }
            }
        }
        return trace
    }

    /// Takes out what only shares packets with the messages of an excerpt: of its operations the most was left out.
    private mutating func removeStrangers(to excerpt: ExcerptContext) {
        var strangers = Set<MessageID>()
        for kept in [\TraceBuilder.messages, \TraceBuilder.background] {
            var own = BlockQueue<Message>()
            while let message = self[keyPath: kept].popFirst() {
                if excerpt.holds(message) { own.append(message) } else { strangers.insert(message.id) }
            }
            self[keyPath: kept] = own
        }
        guard !strangers.isEmpty else { return }
        var own = SparseTable<Call, Call>()
        for place in 0..<calls.count {
            let call = calls[at: place]
            if let request = call.request, strangers.contains(request) { continue }
            own.insert(call, for: call.id)
        }
        calls = own
    }

    /// Messages are handed on in the order in which their last byte came; ids follow the time of the first.
    private mutating func takeRenumbered(_ origin: inout TraceOrigin) -> (messages: [Message], calls: [Call]) {
        var messages: [Message] = []
        messages.reserveCapacity(self.messages.count + background.count)
        while let message = self.messages.popFirst() { messages.append(message) }
        while let message = background.popFirst() { messages.append(message) }
        var calls = self.calls.takeValues()
        calls += orphans
        orphans = []
        let messageOrder = Self.order(of: messages.map(\.age))
        let callOrder = Self.order(of: calls.map(\.age))
        origin.messages = messageOrder.map { messages[$0].id }
        origin.calls = callOrder.map { calls[$0].id }
        let (messageIDs, callIDs) = (Self.newIDs(origin.messages), Self.newIDs(origin.calls))
        messages.arrange(in: messageOrder)
        calls.arrange(in: callOrder)
        for id in messages.ids {
            messages[id].id = id
            messages[id].call = messages[id].call.flatMap { callIDs[$0] }
        }
        for id in calls.ids {
            calls[id].id = id
            calls[id].request = calls[id].request.flatMap { messageIDs[$0] }
            calls[id].reply = calls[id].reply.flatMap { messageIDs[$0] }
        }
        return (messages, calls)
    }

    private static func order<Kind>(of ages: [(Timestamp, TraceID<Kind>)]) -> [Int] {
        ages.indices.sorted { ages[$0] < ages[$1] }
    }

    private static func newIDs<Kind>(_ oldIDs: [TraceID<Kind>]) -> [TraceID<Kind>: TraceID<Kind>] {
        Dictionary(oldIDs.enumerated().map { ($1, TraceID($0)) }, uniquingKeysWith: { first, _ in first })
    }
}

extension BusTrace {
    /// States what the limits of what is kept left out.
    fileprivate mutating func tellWhatWasLeftOut(_ evictions: Evictions, until last: Timestamp?) {
        let count = evictions.messages + evictions.backgroundMessages
        guard count > 0, let last, !capture.sources.contains(where: \.isLive) else { return }
        capture.anomalies.append(
            Anomaly(
                at: last, connection: nil, kind: .traceAboveLimit,
                detail:
                    "\(count) older messages, until \(last), are left out: there is no room for all; --keep keeps more")
        )
        capture.anomalyCount = capture.anomalyCount.saturatingPlus(1)
    }

    /// States what the limits of finding operations left out.
    fileprivate mutating func tellWhatWasLeftOut(_ finder: OperationFinder) {
        let losses = [
            (
                finder.leftOut, AnomalyKind.messagesLeftOut,
                "messages that concern all instances of a request were left out of the operations of single ones "
                    + "\(finder.leftOut) times"
            ),
            (
                finder.unlisted, .operationsNotListed,
                "\(finder.unlisted) more operations were found, but are not listed"
            ),
        ]
        for (count, kind, detail) in losses where count > 0 {
            let end = capture.end ?? Timestamp(nanoseconds: 0)
            capture.anomalies.append(Anomaly(at: end, connection: nil, kind: kind, detail: detail))
            capture.anomalyCount = capture.anomalyCount.saturatingPlus(1)
        }
    }

    /// Gives every message the name of its first instance, whichever message told it.
    fileprivate mutating func nameInstances() {
        for index in messages.indices where messages[index].instanceName == nil {
            guard let uuid = messages[index].instances.first else { continue }
            messages[index].instanceName = instanceNames.name(of: uuid, at: messages[index].at)
        }
    }

    /// Makes the numbers of connections ids of those that are listed.
    ///
    /// A delivery on a connection that is not listed gets a number beyond them.
    fileprivate mutating func renumberConnections(_ ids: [ConnectionID: ConnectionID]) {
        let unlisted = ConnectionID(capture.connections.count)
        for index in messages.indices {
            messages[index].connection = messages[index].connection.flatMap { ids[$0] }
            for delivery in messages[index].deliveries.indices {
                let connection = messages[index].deliveries[delivery].connection
                messages[index].deliveries[delivery].connection = ids[connection] ?? max(connection, unlisted)
            }
            for aside in messages[index].asides.indices {
                let connection = messages[index].asides[aside].delivery.connection
                messages[index].asides[aside].delivery.connection = ids[connection] ?? max(connection, unlisted)
            }
        }
        for index in calls.indices {
            calls[index].callerConnection = calls[index].callerConnection.flatMap { ids[$0] }
            calls[index].serverConnection = calls[index].serverConnection.flatMap { ids[$0] }
        }
    }
}

extension Message {
    /// Orders messages by time, those of one time as they came.
    fileprivate var age: (Timestamp, MessageID) { (at ?? Timestamp(nanoseconds: .min), id) }
}

extension Call {
    fileprivate var age: (Timestamp, CallID) { (requestedAt ?? repliedAt ?? Timestamp(nanoseconds: .min), id) }
}

extension Array {
    /// Puts at each place what stood at the place that `order` names there, without a second array, and without a copy of
    /// any element.
    fileprivate mutating func arrange(in order: [Int]) {
        var order = order
        withUnsafeMutableBufferPointer { elements in
            for start in order.indices where order[start] != start {
                var place = start
                while order[place] != start {
                    let next = order[place]
                    elements.swapAt(place, next)
                    order[place] = place
                    place = next
                }
                order[place] = place
            }
        }
    }
}
