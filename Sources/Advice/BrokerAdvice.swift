import Trace

/// The broker gave something back, refused it, or lost who should have acted.
enum BrokerAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .returned: [
            .isUp,
            .bindings,
            .brokerTroubleInLog,
        ],
        .answerLost: [
            .isUp,
            .replyQueue,
            .ownConnections,
            .replyQueueCauses,
            .brokerTroubleInLog,
        ],
        .brokerRefused: [
            .brokerLog("why it refused"),
            .bindings,
            .permissions,
            .log("what it made of the refusal"),
        ],
        .brokerBlocked: [
            .alarms,
            .blockedConnections,
            .brokerLog("when memory or disk ran short"),
        ],
        .connectionLost: [
            .brokerIsUp,
            .isUp,
            .brokerTroubleInLog,
            .connections,
            .brokerLog("why the connection went"),
        ],
    ]
}

extension AdviceEntry {
    /// Where nobody else is to blame.
    fileprivate static let brokerIsUp = AdviceEntry { situation in
        guard situation.service == nil else { return nil }
        let place = situation.broker.map { " on \($0)" } ?? ""
        return Advice("whether RabbitMQ\(place) is up", command: "rabbitmq-diagnostics check_running")
    }

    fileprivate static let bindings = AdviceEntry { situation in
        let queue = situation.diagnosis.awaited.map { " \($0)" } ?? ""
        return Advice(
            "whether the queue or exchange\(queue) is there, and bound",
            command: "rabbitmqctl list_bindings\(situation.virtualHostOption) source_name routing_key destination_name")
    }

    /// Whether anybody reads the queue that the caller's answers go to.
    fileprivate static let replyQueue = AdviceEntry { situation in
        guard let queue = situation.diagnosis.awaited else { return nil }
        return Advice(
            "whether \(queue) is there, and who reads it",
            command:
                "rabbitmqctl list_queues\(situation.virtualHostOption) name messages consumers | grep \(shellWord(queue))"
        )
    }

    /// The broker's list of connections, those of the process where its number is known: oslo.messaging names a
    /// connection `program:pid:uuid` (`impl_rabbit.py`).
    fileprivate static let ownConnections = AdviceEntry { situation in
        let list = "rabbitmqctl list_connections\(situation.virtualHostColumn) client_properties peer_host state"
        guard let pid = situation.pid else {
            return Advice("whether it is connected to the broker", command: list)
        }
        return Advice(
            "whether process \(pid)\(situation.onHost) is connected to the broker",
            command: "\(list) | grep \(shellWord(":\(pid):"))")
    }

    /// What makes a reply queue go while its process lives on (oslo.messaging `impl_rabbit.py`: reply queues are not
    /// durable, and have `x-expires` of `rabbit_transient_queues_ttl`; `QManager` makes names that survive a restart).
    fileprivate static let replyQueueCauses = AdviceEntry { situation in
        let isManaged = situation.diagnosis.awaited.map { $0.contains(":") } ?? false
        let who = situation.service.map { "\($0)\(situation.onHost)" } ?? "the caller"
        let cause =
            isManaged
            ? "\(who) was restarted and reads its predecessor's queue (use_queue_manager, oslo.messaging 17.3)"
            : "\(who) or the broker restarted; or 1800 s without a reader (oslo.messaging 12.14 to 17.3)"
        return Advice("known causes: \(cause)")
    }

    fileprivate static let permissions = AdviceEntry { situation in
        Advice(
            "whether the user may write there",
            command: "rabbitmqctl list_permissions\(situation.virtualHostOption)")
    }

    /// RabbitMQ blocks publishers when a memory or disk alarm is raised.
    static let alarmsWhereBlocked = AdviceEntry { situation in
        situation.isBlocked
            ? Advice("which alarm is raised: memory or disk", command: "rabbitmq-diagnostics alarms") : nil
    }

    fileprivate static let alarms = AdviceEntry { _ in
        Advice("which alarm is raised: memory or disk", command: "rabbitmq-diagnostics alarms")
    }

    fileprivate static let blockedConnections = AdviceEntry { situation in
        Advice(
            "which connections it blocks",
            command: "rabbitmqctl list_connections\(situation.virtualHostColumn) name state")
    }
}
