import Trace

/// Something did not come: nobody took it, nobody answered, no event arrived.
enum WaitingAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .notTaken: [
            .isUp,
            .queueTrouble,
            .queues,
            .brokerTroubleInLog,
            .connections,
        ],
        .notAcknowledged: [
            .whereGone(.log("why its process went")),
            .whereGone(.deadLetters),
            .process,
            .guruMeditation,
            .isUp,
            .brokerTroubleInLog,
            .queues,
        ],
        .rejected: [
            .log("why it rejected it"),
            .queueNow,
            .deadLetters,
            .isUp,
        ],
        .unanswered: [
            .guruMeditation,
            .log("how far it came"),
            .isUp,
            .console,
            .events,
        ],
        .silent: [
            .log("how far it came"),
            .isUp,
            .ports,
            .console,
            .guruMeditation,
            .events,
        ],
        .answerLate: [
            .log("what took it so long"),
            .patience,
            .isUp,
            .queues,
            .events,
        ],
        .missingEvent: [
            .ports,
            .agents,
            .networkLog,
            .computeLog("what it waits for"),
            .events,
        ],
        .underWay: [
            .alarmsWhereBlocked,
            .stateNow,
            .log("how far it came"),
            .console,
            .longerCapture,
        ],
    ]
}

extension AdviceEntry {
    /// oslo.reports: on USR2 a process writes its threads and green threads to its log or standard error
    /// (oslo.reports `guru_meditation_report.py`). Not for what runs under a web server.
    ///
    /// In a container a process has a number of its own, which is the one that it tells the broker.
    static let guruMeditation = AdviceEntry { situation in
        guard let service = situation.service, !service.hasSuffix("-api"), !situation.isGone else { return nil }
        let command = situation.pid.map { "kill -USR2 \($0)" } ?? "pkill -USR2 -f \(shellWord(service))"
        return Advice(
            "a Guru Meditation Report of \(service)\(situation.processNumber), in its log or stderr\(situation.scene)",
            command: command)
    }

    /// What is worth a look where the process is gone.
    fileprivate static func whereGone(_ entry: AdviceEntry) -> AdviceEntry {
        AdviceEntry(each: { $0.isGone ? entry.advise($0) : [] })
    }

    /// A process that was stopped (SIGSTOP, a debugger, a frozen container) is listed with state T.
    fileprivate static let process = AdviceEntry { situation in
        guard let service = situation.service, !situation.isGone else { return nil }
        let command =
            situation.pid.map { "ps -o pid,stat,etime,args -p \($0)" }
            ?? "ps -eo pid,stat,etime,args | grep \(shellWord(service))"
        return Advice(
            "whether \(service)\(situation.processNumber) is stopped (T) or stuck in the kernel (D)\(situation.scene)",
            command: command)
    }

    /// What is in the queue from which a message was given out and rejected.
    fileprivate static let queueNow = AdviceEntry { situation in
        guard let queue = situation.diagnosis.awaited else { return nil }
        return Advice(
            "what waits in \(queue), and who consumes there",
            command: "rabbitmqctl list_queues\(situation.virtualHostOption) name messages messages_unacknowledged "
                + "consumers | grep \(shellWord(queue))")
    }

    /// What is dropped goes to the exchange that a policy, or the queue itself, names (RabbitMQ `dead-letter-exchange`).
    fileprivate static let deadLetters = AdviceEntry { situation in
        Advice(
            "whether what is dropped goes to a dead-letter exchange",
            command: "rabbitmqctl list_policies\(situation.virtualHostOption)")
    }

    /// How long callers wait (oslo.messaging `rpc/client.py`; nova sets `long_rpc_timeout` for what takes long). Signs of
    /// life come twice in the time that they are waited for, however long that is.
    fileprivate static let patience = AdviceEntry { situation in
        guard situation.expiry?.isForLife != true else { return nil }
        return Advice("whether the caller's rpc_response_timeout (60 s unless set) is too short for what it asks")
    }

    /// Whether an event of neutron's is awaited, as far as its name tells.
    private static func awaitsNetwork(_ situation: Situation) -> Bool {
        situation.diagnosis.awaited?.hasPrefix("network-") ?? false
    }

    fileprivate static let ports = AdviceEntry { situation in
        guard awaitsNetwork(situation), let instance = situation.instance else { return nil }
        return Advice(
            "whether its ports are ACTIVE; then openstack port show PORT for the binding",
            command: "openstack port list --server \(shellWord(instance)) -c ID -c Status")
    }

    fileprivate static let agents = AdviceEntry { situation in
        guard awaitsNetwork(situation) else { return nil }
        let host = situation.computeHost
        return Advice(
            "whether the network agent\(host.map { " on \($0)" } ?? "") is alive",
            command: "openstack network agent list" + (host.map { shellOption("--host", $0) } ?? ""))
    }

    fileprivate static let networkLog = AdviceEntry { situation in
        guard awaitsNetwork(situation), let instance = situation.instance else { return nil }
        return Advice(
            "whether neutron sent the event: the log of neutron-server",
            command: "grep \(shellWord(instance)) /var/log/neutron/neutron-server.log")
    }

    fileprivate static let longerCapture = AdviceEntry { situation in
        let end = situation.operation.kind == .boot ? "the server is active or in error" : "the request is done"
        return Advice("a longer capture: until \(end)")
    }
}
