package import Trace

extension ConnectionIncident {
    /// What happened, for one incident or so many that are alike, without who and when.
    ///
    /// Each says what was seen; what follows from it comes after a colon, and only where it is the rule.
    package func sentence(times count: Int) -> String {
        switch kind {
        case .refused, .unanswered, .foreignProtocol, .foreignAnswer, .notServed, .versionRefused:
            attemptSentence(count)
        case .loginRefused:
            "\(many(count, "login"))\(ofUser) refused by \(server)\(words)"
        case .loginCutOff:
            "\(many(count, "login"))\(ofUser) ended by \(server) without a word: so brokers refuse the login of clients "
                + "that do not ask for a reason"
        case .virtualHostRefused:
            "\(server) did not let \(user ?? "a user") into virtual host \(virtualHost ?? "?")\(times(count))\(words)"
        case .closed:
            by == .client
                ? "\(many(count, "connection")) to \(server) closed by the client\(words)"
                : "\(server) closed \(many(count, "connection"))\(words)"
        case .channelClosed: channelSentence(count)
        case .consumerCancelled:
            "\(server) cancelled \(many(count, "consumer"))"
                + (subject.map { " of queue \($0)\(inVirtualHost)" } ?? ", of which queue is not known")
                + (until == nil ? "" : ", which was consumed from again")
        case .blocked:
            "\(server) sent connection.blocked to \(many(count, "connection"))"
                + (text.map { $0.isEmpty ? "" : ": \($0)" } ?? "")
        case .heartbeatsMissed, .reset, .cutOff:
            lossSentence(count)
        }
    }

    private func attemptSentence(_ count: Int) -> String {
        switch kind {
        case .refused:
            "\(many(count, "attempt")) to connect to \(server) refused (TCP reset): nothing listens there, or a firewall "
                + "rejects it"
        case .unanswered:
            "\(many(count, "attempt")) to connect to \(server) not answered (SYN sent again): the host is down, or a "
                + "firewall drops it"
        case .foreignAnswer:
            "\(server) answered \(spoken ?? "AMQP")\(times(count)) in \(answer ?? "another protocol")"
                + (answer == "TLS" ? ": a port for TLS" : "")
        case .notServed:
            "\(many(count, "connection")) to \(server) accepted and ended from there before the broker sent a byte: a "
                + "proxy without a backend, or a broker that takes no more"
        case .versionRefused:
            "\(server) refused \(spoken ?? "a version of AMQP")\(times(count)), and named "
                + (answer ?? "another version")
        default:
            if let answer {
                "\(server) answered \(spokenWords)\(times(count)) with the header of \(answer): \(whyAnswered)"
            } else {
                "\(server) ended \(many(count, "connection")) that began with \(spokenWords), without an answer"
            }
        }
    }

    private var spokenWords: String {
        switch spoken {
        case nil: "another protocol"
        case "unknown": "bytes that are no AMQP"
        case "PROXY header": "a PROXY header"
        case let spoken?: spoken
        }
    }

    private var whyAnswered: String {
        if spoken == "TLS" { return "a port without TLS" }
        guard speaksOfProxy else { return "that is what it speaks" }
        return spoken == "PROXY header"
            ? "the client, or a proxy before it, sends one and the broker takes none; proxy_protocol has to agree on both"
            : "it takes one of the two not; proxy_protocol has to agree on both"
    }

    /// Whether a PROXY header came first.
    package var speaksOfProxy: Bool { spoken?.hasSuffix("PROXY header") ?? false }

    private func channelSentence(_ count: Int) -> String {
        let cause = method.map { " after \($0)" + (subject.map { $0.isEmpty ? "" : " of \($0)" } ?? "") } ?? ""
        return by == .client
            ? "\(many(count, "channel")) to \(server) closed by the client\(cause)\(words)"
            : "\(server) closed \(many(count, "channel"))\(cause)\(words)"
    }

    private func lossSentence(_ count: Int) -> String {
        let ended = by == .client ? "by the client" : by == .server ? "by \(server)" : ""
        let target = by == .client ? " to \(server)" : ""
        switch kind {
        case .heartbeatsMissed:
            let interval = heartbeat.map { ", heartbeats due every \($0) s" } ?? ""
            return "\(many(count, "connection"))\(target) ended \(ended)\(silent(count))\(interval)"
        case .reset:
            return "\(many(count, "connection"))\(target) reset\(ended.isEmpty ? "" : " \(ended)") without a close"
                + silent(count)
        default:
            return "\(many(count, "connection"))\(target) ended \(ended) without a close\(silent(count))"
        }
    }

    /// ` after 119 s without a sign of life of the client`
    private func silent(_ count: Int) -> String {
        guard let silence else { return "" }
        let heard = by == .server ? "the client" : "the broker"
        let least = count > 1 ? "at least " : ""
        return " after \(least)\(Int(saturating: silence.seconds)) s without a sign of life of \(heard)"
    }

    private var ofUser: String { user.map { " of \($0)" } ?? "" }

    private var inVirtualHost: String { virtualHost.map { $0 == "/" ? "" : " in virtual host \($0)" } ?? "" }

    /// `: 403 ACCESS_REFUSED - …`
    private var words: String {
        let all = [code.map(String.init), text].compactMap(\.self).filter { !$0.isEmpty }
        return all.isEmpty ? "" : ": \(all.joined(separator: " "))"
    }

    private func many(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    private func times(_ count: Int) -> String { count == 1 ? "" : " \(count) times" }
}
