import Trace

/// What is advised for more than one cause.
extension AdviceEntry {
    /// The log of who has to act, searched for the request.
    static func log(_ reason: String) -> AdviceEntry {
        AdviceEntry { situation in
            situation.service.flatMap { log(of: $0, host: situation.host, reason, situation) }
        }
    }

    /// The log of a certain service, searched for the request.
    static func log(of service: String, _ reason: String) -> AdviceEntry {
        AdviceEntry { situation in
            log(of: service, host: situation.service == service ? situation.host : nil, reason, situation)
        }
    }

    /// The compute's log, where a compute was seen.
    static func computeLog(_ reason: String) -> AdviceEntry {
        AdviceEntry { situation in
            situation.computeHost.flatMap { log(of: "nova-compute", host: $0, reason, situation) }
        }
    }

    static func log(of service: String, host: String?, _ reason: String, _ situation: Situation) -> Advice? {
        guard let file = ServiceManual(service).log else { return nil }
        let place = host.map(Situation.place) ?? ""
        let command = situation.searchWord.map { "grep \(searchPattern($0)) \(file)" } ?? "tail -n 100 \(file)"
        return Advice("\(reason): the log of \(service)\(place)", command: command)
    }

    /// The log of who was not there, searched for trouble with the broker: of the request it knows nothing.
    static let brokerTroubleInLog = AdviceEntry { situation in
        guard let service = situation.service, let file = ServiceManual(service).log else { return nil }
        return Advice(
            "whether it lost the broker: its log\(situation.onHost)", command: "grep -i amqp \(file)")
    }

    /// Whether who has to act is up.
    static let isUp = AdviceEntry { situation in
        guard let service = situation.service else { return nil }
        return Advice(
            "whether \(service)\(situation.onHost) is up", command: ServiceManual(service).status(host: situation.host))
    }

    static let events = AdviceEntry { situation in
        guard let instance = situation.instance else { return nil }
        return Advice(
            "what nova noted of the server's actions", command: "openstack server event list \(shellWord(instance))")
    }

    static let fault = AdviceEntry { situation in
        guard let instance = situation.instance else { return nil }
        return Advice("the fault that nova keeps", command: "openstack server show -c fault \(shellWord(instance))")
    }

    static let stateNow = AdviceEntry { situation in
        guard let instance = situation.instance else { return nil }
        return Advice(
            "where the server is now",
            command: "openstack server show -c status -c OS-EXT-STS:task_state \(shellWord(instance))")
    }

    /// The instance's console, from the step on in which the compute makes it (nova `virt/libvirt/utils.py`).
    static let console = AdviceEntry { situation in
        guard let instance = situation.instance, situation.hasInstanceDirectory else { return nil }
        let place = situation.computeHost ?? "its compute host"
        return Advice(
            "the server's console: /var/lib/nova/instances/\(instance)/console.log on \(place)",
            command: "openstack console log show \(shellWord(instance))")
    }

    /// What the broker did to the queue that nobody took from, and where to see what is left of it.
    static let queueTrouble = AdviceEntry { situation in
        guard let incident = situation.queueTrouble, let queue = incident.subject else { return nil }
        let what =
            incident.kind == .consumerCancelled
            ? "the broker cancelled its consumer, as when a queue is deleted or its node goes"
            : [incident.code.map(String.init), incident.text].compactMap(\.self).joined(separator: " ")
        return Advice(
            "whether \(queue) is there, and who consumes from it: \(what)",
            command: "rabbitmqctl list_queues\(situation.virtualHostOption) name state messages consumers | grep "
                + shellWord(queue))
    }

    /// Of one queue, where it is known which.
    static let queues = AdviceEntry { situation in
        guard situation.queueTrouble == nil else { return nil }
        let queue = situation.diagnosis.awaited.map { ": \($0)" } ?? ""
        return Advice(
            "which queues hold messages that nobody reads\(queue)",
            command: "rabbitmqctl list_queues\(situation.virtualHostOption) name messages consumers")
    }

    static let connections = AdviceEntry { situation in
        Advice(
            "who is connected to the broker",
            command:
                "rabbitmqctl list_connections\(situation.virtualHostColumn) name peer_host state client_properties")
    }

    static func brokerLog(_ reason: String) -> AdviceEntry {
        AdviceEntry { situation in
            let place = situation.broker.map { " on \($0)" } ?? ""
            return Advice("\(reason): the broker's log, /var/log/rabbitmq/\(place)")
        }
    }
}
