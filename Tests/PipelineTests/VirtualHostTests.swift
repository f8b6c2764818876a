import TestSupport
import Testing
import Trace

@testable import Capture
@testable import Pipeline

/// A trace of messages that went from connection to connection.
private struct Passages {
    var trace = BusTrace()

    /// - Parameter connections: the broker and the virtual host of each.
    init(_ connections: [(server: String, virtualHost: String?)]) {
        for (id, connection) in connections.enumerated() {
            var listed = Connection(
                id: ConnectionID(id), client: "c\(id):1", server: connection.server, protocolName: "AMQP 0-9-1")
            listed.virtualHost = connection.virtualHost
            trace.capture.connections.append(listed)
        }
    }

    mutating func pass(from publisher: ConnectionID, to takers: ConnectionID..., times: Int = 1) {
        for _ in 0..<times {
            var message = Message(
                id: MessageID(trace.messages.count), kind: .cast, exchange: "nova", routingKey: "conductor", bytes: 1)
            message.connection = publisher
            message.deliveries = takers.map {
                Delivery(at: Timestamp(nanoseconds: 1), redelivered: false, connection: $0)
            }
            trace.messages.append(message)
        }
    }

    var virtualHosts: [String?] {
        var trace = trace
        trace.inferVirtualHosts()
        return trace.capture.connections.map(\.virtualHost)
    }

    var buses: [Int?] {
        var trace = trace
        trace.tellBrokersApart()
        return trace.capture.connections.map(\.bus)
    }
}

@Suite struct `Virtual hosts and brokers of connections` {
    @Test func `one that was open before is in the virtual host of those that it shares messages with`() {
        var passages = Passages([("b", "cell1"), ("b", nil), ("b", nil), ("b", nil)])
        passages.pass(from: 1, to: 0)
        passages.pass(from: 1, to: 2)
        #expect(passages.virtualHosts == ["cell1", "cell1", "cell1", nil])
    }

    @Test func `where messages cross from one to another nothing follows`() {
        var passages = Passages([("b", "cell1"), ("b", "cell2"), ("b", nil)])
        passages.pass(from: 2, to: 0)
        passages.pass(from: 2, to: 1)
        #expect(passages.virtualHosts == ["cell1", "cell2", nil])
    }

    @Test func `brokers between which no message of many passes are two buses`() {
        var passages = Passages([("a", nil), ("a", nil), ("b", nil), ("b", nil)])
        passages.pass(from: 0, to: 1, times: 30)
        passages.pass(from: 2, to: 3, times: 30)
        let buses = passages.buses
        #expect(buses[0] == buses[1] && buses[2] == buses[3] && buses[0] != buses[2])
        #expect(buses.allSatisfy { $0 != nil })
    }

    @Test func `nodes of one cluster are one, and of few messages nothing follows`() {
        var cluster = Passages([("a", nil), ("a", nil), ("b", nil), ("b", nil)])
        cluster.pass(from: 0, to: 1, times: 30)
        cluster.pass(from: 2, to: 3, times: 30)
        cluster.pass(from: 0, to: 3)
        #expect(Set(cluster.buses).count == 1)
        var few = Passages([("a", nil), ("a", nil), ("b", nil), ("b", nil)])
        few.pass(from: 0, to: 1, times: 3)
        few.pass(from: 2, to: 3, times: 3)
        #expect(few.buses.allSatisfy { $0 == nil })
    }
}
