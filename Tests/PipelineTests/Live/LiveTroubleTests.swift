import Diagnosis
import Network
import TestSupport
import Testing
import Trace

@testable import Capture
@testable import Pipeline

@Suite struct `Trouble while a capture goes on` {
    /// What is told of trouble, with the packet time at which it is told.
    private func told(_ openings: [BrokerOpening], until seconds: Int64 = 0) -> [(at: Timestamp, event: BusEvent)] {
        told(openings.flatMap(\.session.packets), until: seconds)
    }

    private func told(
        _ packets: [RecordedPacket], until seconds: Int64 = 0, ports: [UInt16] = []
    ) -> [(at: Timestamp, event: BusEvent)] {
        var options = PipelineOptions.live
        options.ports = ports
        var pipeline = LivePipeline(options, retention: nil)
        var told: [(Timestamp, BusEvent)] = []
        var now = Timestamp(nanoseconds: 0)
        for (index, packet) in packets.sorted(by: { $0.time < $1.time }).enumerated() {
            now = packet.time
            let header = PacketHeader(
                stamp: PacketStamp(time: now, number: Int64(index + 1)), linkType: LinkType(rawValue: 1),
                wireLength: packet.bytes.count)
            pipeline.receive(packet.bytes.span.bytes, header: header) { told.append((now, $0)) }
        }
        if seconds > 0 {
            now = now + .seconds(seconds)
            pipeline.advance(to: now) { told.append((now, $0)) }
        }
        _ = pipeline.finish([]) { told.append((now, $0)) }
        return told.filter { $0.1.kind == .trouble }
    }

    @Test func `a refused login is told at once, with who it was, as a problem`() throws {
        let all = told(BrokerOpening.refusedLogins(1))
        let (at, event) = try #require(all.first)
        #expect(all.count == 1 && event.isProblem && event.message == nil)
        let incident = try #require(event.incident)
        #expect(incident.kind == .loginRefused && incident.user == "nova" && incident.code == 403)
        #expect(event.from?.label == "nova-compute")
        #expect(at - incident.at < .seconds(1))
        #expect(incident.sentence(times: incident.count).hasPrefix("1 login of nova refused by 10.0.0.2:5672: 403"))
    }

    @Test func `what is repeated is told once a minute, and adds up`() {
        let counts = told(BrokerOpening.refusedLogins(12)).compactMap { $0.event.incident?.count }
        #expect(counts.first == 1)
        #expect(counts.reduce(0, +) == 12)
        #expect(counts.count <= 4)
    }

    @Test func `what was only counted is told when nothing comes any more`() {
        let counts = told(BrokerOpening.refusedLogins(3), until: 120).compactMap { $0.event.incident?.count }
        #expect(counts == [1, 2])
    }

    @Test func `a connection that is closed as it should be is no trouble`() {
        var opening = BrokerOpening()
        opening.login()
        opening.open("/")
        opening.opened()
        opening.client(AMQPBuilder.close(0, code: 200, text: "OK"))
        opening.server(AMQPBuilder.closeOk(0))
        opening.close(.client)
        #expect(told([opening]).isEmpty)
    }

    @Test func `a client that is killed is told of once, and its other connections are counted`() {
        let openings = (0..<3).map { index in
            var opening = BrokerOpening(port: UInt16(40_000 + index))
            opening.login()
            opening.open("/")
            opening.opened()
            opening.close(.client)
            return opening
        }
        let incidents = told(openings, until: 120).compactMap { $0.event.incident }
        #expect(incidents.map(\.kind) == [.cutOff, .cutOff] && incidents.map(\.count) == [1, 2])
    }

    @Test func `what ends together is told together, soon after the first`() throws {
        var openings = (0..<3).map { index in
            var opening = BrokerOpening(port: UInt16(40_000 + index))
            opening.login()
            opening.open("/")
            opening.opened()
            opening.close(.client)
            return opening
        }
        // Somebody else goes on meanwhile.
        var other = BrokerOpening(port: 40_009)
        other.login()
        other.open("/")
        other.opened()
        for _ in 0..<20 {
            other.wait(1)
            other.client(AMQPBuilder.heartbeat)
        }
        openings.append(other)
        let all = told(openings)
        #expect(all.compactMap { $0.event.incident?.count } == [1, 2])
        let (first, rest) = (try #require(all.first).at, try #require(all.last).at)
        #expect(rest - first <= .seconds(3))
    }

    @Test func `what a client that stops in order leaves open is no trouble`() {
        let openings = (0..<2).map { index in
            var opening = BrokerOpening(port: UInt16(40_000 + index))
            opening.login()
            opening.open("/")
            opening.opened()
            if index == 0 {
                opening.client(AMQPBuilder.close(0, code: 0, text: ""))
                opening.server(AMQPBuilder.closeOk(0))
            } else {
                opening.wait(4)
            }
            opening.close(.client)
            return opening
        }
        #expect(told(openings).isEmpty)
    }

    @Test(arguments: [[UInt16](), [19_000]])
    func `attempts are told of on the ports that are captured`(ports: [UInt16]) {
        var session = TCPSessionBuilder(server: .v4(2, port: 19_000))
        session.refuse()
        #expect(told(session.packets, ports: ports).map { $0.event.incident?.kind } == ports.map { _ in .refused })
    }

    @Test func `is selected with problems and by its service, and not where messages are selected`() throws {
        let event = try #require(told(BrokerOpening.refusedLogins(1)).first).event
        func wants(_ change: (inout Selection) -> Void) -> Bool {
            var selection = Selection()
            change(&selection)
            var live = LiveSelection(selection, showsBackground: false)
            return live.wants(event)
        }
        #expect(wants { _ in } && wants { $0.problemsOnly = true })
        #expect(wants { $0.services = ["nova-compute"] } && !wants { $0.services = ["nova-api"] })
        #expect(!wants { $0.methods = ["Instance.*"] } && !wants { $0.instances = ["vm1"] })
    }
}
