import Trace

/// The broker gave something back, refused it, or lost who should have acted.
enum BrokerAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .returned: [
            .isUp,
            .bindings,
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
            .isUp,
            .brokerTroubleInLog,
            .connections,
            .brokerLog("why the connection went"),
        ],
    ]
}

extension AdviceEntry {
    fileprivate static let bindings = AdviceEntry { situation in
        let queue = situation.diagnosis.awaited.map { " \($0)" } ?? ""
        return Advice(
            "whether the queue or exchange\(queue) is there, and bound",
            command: "rabbitmqctl list_bindings source_name routing_key destination_name")
    }

    fileprivate static let permissions = AdviceEntry { _ in
        Advice("whether the user may write there", command: "rabbitmqctl list_permissions")
    }

    /// RabbitMQ blocks publishers when a memory or disk alarm is raised.
    fileprivate static let alarms = AdviceEntry { _ in
        Advice("which alarm is raised: memory or disk", command: "rabbitmq-diagnostics alarms")
    }

    fileprivate static let blockedConnections = AdviceEntry { _ in
        Advice("which connections it blocks", command: "rabbitmqctl list_connections name state")
    }
}
