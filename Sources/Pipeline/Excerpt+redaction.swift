import OpenStack
import Trace

extension CaptureSource {
    /// The source with what its file tells of the capture without secrets: anybody may have written it, and with
    /// `--show-secrets`.
    func redacted(_ redaction: Redaction) -> CaptureSource {
        guard !redaction.showsSecrets, excerpt != nil else { return self }
        var source = self
        source.excerpt?.redact(redaction)
        return source
    }
}

extension Excerpt {
    /// Ids of messages and requests stay as they are: by them things are found.
    fileprivate mutating func redact(_ redaction: Redaction) {
        for index in participants.indices { participants[index].redact(redaction) }
        for index in connections.indices { connections[index].redact(redaction) }
        for index in anomalies.indices {
            anomalies[index].detail = redaction.redact(text: anomalies[index].detail)
        }
        for index in instanceNames.indices {
            instanceNames[index].name = redaction.redact(text: instanceNames[index].name)
        }
        asides = asides.mapValues { told in told.map { $0.redacted(redaction) } }
        lastTaken = Dictionary(lastTaken.map { (redaction.redact(text: $0), $1) }) { first, _ in first }
    }
}

extension AsideDelivery {
    fileprivate func redacted(_ redaction: Redaction) -> AsideDelivery {
        var aside = self
        aside.queue = queue.map(redaction.redact)
        aside.death = death.map {
            Death(queue: redaction.redact(text: $0.queue), reason: redaction.redact(text: $0.reason))
        }
        return aside
    }
}

extension Participant {
    fileprivate mutating func redact(_ redaction: Redaction) {
        label = redaction.redact(text: label)
        service = service.map(redaction.redact)
        host = host.map(redaction.redact)
        virtualHost = virtualHost.map(redaction.redact)
        learnedFrom = learnedFrom.map(redaction.redact)
    }
}

extension Connection {
    fileprivate mutating func redact(_ redaction: Redaction) {
        client = redaction.redact(text: client)
        server = redaction.redact(text: server)
        protocolName = redaction.redact(text: protocolName)
        connectionName = connectionName.map(redaction.redact)
        virtualHost = virtualHost.map(redaction.redact)
        network = network.map(redaction.redact)
        answeredIn = answeredIn.map(redaction.redact)
        proxiedClient = proxiedClient.map(redaction.redact)
        precededBy = precededBy.map(redaction.redact)
        handshake?.redact(redaction)
        if let text = end?.text { end?.text = redaction.redact(text: text) }
        for index in blocked.indices { blocked[index].reason = redaction.redact(text: blocked[index].reason) }
        for index in channelClosings.indices {
            channelClosings[index].text = redaction.redact(text: channelClosings[index].text)
            channelClosings[index].method = channelClosings[index].method.map(redaction.redact)
            channelClosings[index].subject = channelClosings[index].subject.map(redaction.redact)
        }
        for index in consumers.indices {
            consumers[index].queue = redaction.redact(text: consumers[index].queue)
        }
        for index in cancelled.indices {
            cancelled[index].consumerTag = redaction.redact(text: cancelled[index].consumerTag)
            cancelled[index].queue = cancelled[index].queue.map(redaction.redact)
        }
    }
}

extension ConnectionHandshake {
    fileprivate mutating func redact(_ redaction: Redaction) {
        let texts: [WritableKeyPath<ConnectionHandshake, String?>] = [
            \.user, \.mechanism, \.product, \.productVersion, \.platform, \.serverProduct, \.serverVersion, \.cluster,
            \.refusedFor,
        ]
        for text in texts { self[keyPath: text] = self[keyPath: text].map(redaction.redact) }
    }
}
