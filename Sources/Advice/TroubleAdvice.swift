package import Diagnosis
package import Trace

extension ConnectionTrouble {
    /// What to look at next.
    package var advice: Advice {
        let (host, port) = Self.parts(of: incident.server)
        let option = incident.virtualHost.map(rabbitVirtualHostOption) ?? ""
        return switch incident.kind {
        case .refused, .unanswered, .notServed:
            Advice(
                "whether the broker runs on \(host) and listens on port \(port)",
                command: "rabbitmq-diagnostics listeners")
        case .foreignProtocol, .foreignAnswer, .versionRefused: protocolAdvice(host, port)
        case .loginRefused, .loginCutOff:
            Advice(
                "whether the user\(incident.user.map { " \($0)" } ?? "") is there; then its password in the service's "
                    + "transport_url", command: "rabbitmqctl list_users")
        case .virtualHostRefused where isAtLimit:
            limitAdvice
        case .virtualHostRefused:
            Advice(
                "whether the virtual host is there, and who may enter it",
                command: incident.virtualHost.map { "rabbitmqctl list_permissions\(rabbitVirtualHostArgument($0))" }
                    ?? "rabbitmqctl list_vhosts")
        case .channelClosed: channelAdvice(option)
        case .consumerCancelled:
            Advice(
                "whether the queue is there, and who consumes from it",
                command: "rabbitmqctl list_queues\(option) name messages consumers state")
        case .blocked:
            Advice("which alarm is raised: memory or disk", command: "rabbitmq-diagnostics alarms")
        case .cutOff where incident.by == .client:
            Advice(
                "whether it was killed or crashed: its log, and the kernel's on its host",
                command: "journalctl -k --grep 'Killed process'")
        case .closed, .heartbeatsMissed, .reset, .cutOff:
            Advice("why: the broker's log, /var/log/rabbitmq/ on \(host)")
        }
    }

    private var limitAdvice: Advice {
        if let host = incident.virtualHost, incident.text?.contains("user connection limit") != true {
            return Advice(
                "how many connections the virtual host may have",
                command: "rabbitmqctl list_vhost_limits\(rabbitVirtualHostArgument(host))")
        }
        return Advice(
            "how many connections the user may have",
            command: "rabbitmqctl list_user_limits" + (incident.user.map { shellOption("--user", $0) } ?? ""))
    }

    /// By what was spoken: TLS is a matter of the port, another AMQP of the client and the broker's plugins.
    private func protocolAdvice(_ host: String, _ port: String) -> Advice {
        let spoken = incident.spoken.map { $0 == "unknown" ? "no AMQP" : $0 } ?? "another protocol"
        if [incident.spoken, incident.answer].contains("TLS") {
            return Advice(
                "which ports of \(host) are for TLS; then the service's transport_url and its option ssl",
                command: "rabbitmq-diagnostics listeners")
        }
        if incident.speaksOfProxy {
            return Advice(
                "whether proxy_protocol of rabbitmq.conf on \(host) agrees with what sends PROXY headers there, as "
                    + "send-proxy of HAProxy does",
                command: "rabbitmqctl environment | grep proxy_protocol")
        }
        guard incident.kind != .foreignAnswer else {
            return Advice(
                "what listens on port \(port) of \(host), as it does not answer in AMQP",
                command: "ss -ltnp 'sport = :\(port)'")
        }
        return Advice(
            "what \(whoSpoke) is, which speaks \(spoken) to port \(port), and which protocols \(host) speaks where",
            command: "rabbitmq-diagnostics listeners")
    }

    private var whoSpoke: String { who.count == 1 ? who[0] : "each of \(who.count) clients" }

    private func channelAdvice(_ option: String) -> Advice {
        if isLateAcknowledgement {
            return Advice(
                "who keeps messages so long, and how long it may (consumer_timeout in rabbitmq.conf)",
                command: "rabbitmqctl list_consumers\(option) queue_name channel_pid prefetch_count")
        }
        let isOfExchange = incident.method.map { $0.hasPrefix("exchange") || $0 == "basic.publish" } ?? false
        return switch (incident.code, isOfExchange) {
        case (404, true):
            Advice(
                "whether the exchange is there, and which others are",
                command: "rabbitmqctl list_exchanges\(option) name type durable auto_delete")
        case (406, true):
            Advice(
                "how the exchange was declared: the services must agree (amqp_durable_queues, rabbit_quorum_queue)",
                command: "rabbitmqctl list_exchanges\(option) name type durable auto_delete arguments")
        case (403, _):
            Advice("what the user may do", command: "rabbitmqctl list_permissions\(option)")
        default:
            Advice(
                "whether the queue is there, and how it was declared",
                command: "rabbitmqctl list_queues\(option) name durable auto_delete arguments state")
        }
    }

    /// `connection limit (2) is reached` (RabbitMQ, `rabbit_reader.erl`).
    private var isAtLimit: Bool { incident.text?.contains("connection limit") ?? false }

    /// RabbitMQ closes the channel of a consumer that acknowledges nothing for half an hour (`consumer_timeout`).
    private var isLateAcknowledgement: Bool {
        incident.text?.contains("delivery acknowledgement on channel") ?? false
    }

    private static func parts(of endpoint: String) -> (host: String, port: String) {
        guard let colon = endpoint.lastIndex(of: ":") else { return (endpoint, "5672") }
        return (String(endpoint[..<colon]), String(endpoint[endpoint.index(after: colon)...]))
    }
}

extension BusTrace {
    /// What to look at about troubles with connections and services that fell silent, each once.
    package var troubleAdvice: [Advice] {
        var advice: [Advice] = []
        for trouble in connectionTroubles where advice.count < Limits.advice {
            let piece = trouble.advice
            if !advice.contains(piece) { advice.append(piece) }
        }
        for silent in silentServices {
            guard let who = participants[ifKnown: silent.participant], let service = who.service else { continue }
            let host = who.host
            let piece = Advice(
                "whether \(service)\(host.map { " on \($0)" } ?? "") is up",
                command: ServiceManual(service).status(host: host))
            if !advice.contains(piece) { advice.append(piece) }
        }
        return Array(advice.prefix(Limits.advice))
    }
}
