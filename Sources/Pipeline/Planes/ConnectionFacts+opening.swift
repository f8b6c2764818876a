import Correlation
import Protocols
import Trace

/// What the ends of a connection say of themselves and agree to when it is opened.
extension ConnectionFacts {
    mutating func protocolHeader(
        _ connection: ConnectionID, _ version: AMQPVersion, from side: ConnectionRole, _ emit: Emit
    ) {
        switch side {
        // The broker's greeting, which answers it, may have been captured first.
        case .client where handshake(of: connection)?.stage == .greeted: break
        case .client: change(connection) { $0.handshake = InPlace(ConnectionHandshake()) }
        case .server:
            if let place = told.place(of: connection) {
                told[at: place].handshake?.value.refusedFor = version.description
            }
            emit(.troubled(connection))
        }
    }

    mutating func started(_ connection: ConnectionID, _ start: ConnectionStart) {
        let properties = start.serverProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text)
        let cluster = shared(properties["cluster_name"]?.text)
        change(connection) {
            $0.advance(to: .greeted) {
                ($0.serverProduct, $0.serverVersion, $0.cluster) = (product, version, cluster)
            }
        }
    }

    mutating func loggedIn(_ connection: ConnectionID, _ startOk: ConnectionStartOk) {
        let properties = startOk.clientProperties
        let product = shared(properties["product"]?.text)
        let version = shared(properties["version"]?.text ?? properties["product_version"]?.text)
        let platform = shared(properties["platform"]?.text)
        let (user, mechanism) = (shared(startOk.user), shared(startOk.mechanism))
        change(connection) {
            $0.advance(to: .login) {
                ($0.product, $0.productVersion, $0.platform) = (product, version, platform)
                ($0.user, $0.mechanism) = (user, mechanism)
            }
        }
    }

    /// What the broker proposes, and then what the client agrees to, which holds.
    mutating func tuned(_ connection: ConnectionID, _ tune: ConnectionLimits) {
        change(connection) {
            $0.advance(to: .admitted) {
                $0.heartbeat = Int(tune.heartbeat)
                $0.channelMax = Int(tune.channelMax)
                $0.frameMax = Int(tune.frameMax)
            }
        }
    }

    mutating func opens(_ connection: ConnectionID, virtualHost: String) {
        let virtualHost = shared(virtualHost)
        change(connection) {
            $0.advance(to: .opening)
            $0.virtualHost = virtualHost
        }
    }

    mutating func opened(_ connection: ConnectionID) {
        change(connection) { $0.advance(to: .open) }
        guard let place = told.place(of: connection), let own = told[at: place].handshake else { return }
        if let common = handshakes[own.value] {
            told[at: place].handshake = common
        } else if handshakes.count < PipelineLimits.sharedHandshakes {
            handshakes[own.value] = own
        }
    }

    private func handshake(of connection: ConnectionID) -> ConnectionHandshake? {
        told.place(of: connection).flatMap { told[at: $0].handshake?.value }
    }
}
