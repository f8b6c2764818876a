import TestSupport
import Testing
import Trace

@Suite struct `Verdicts from packets` {
    private func boot(_ trace: BusTrace) throws -> (operation: Operation, diagnosis: Diagnosis) {
        #expect(trace.operations.map(\.kind) == [.boot])
        let operation = try #require(trace.operations.first)
        return (operation, try #require(operation.diagnosis))
    }

    @Test func `a build that another host took over is completed there, and says from where and why`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "networking", by: WireBus.compute1)
        bus.sendBack(from: WireBus.compute1, attempts: 1, hosts: ["compute1"], reason: "Disk full.")
        bus.build(on: WireBus.compute2, attempts: 2, hosts: ["compute1"])
        bus.save("building", "spawning", by: WireBus.compute2)
        bus.save("active", .null, by: WireBus.compute2)
        let (boot, diagnosis) = try boot(bus.trace())
        #expect(diagnosis.cause == .completed)
        #expect(diagnosis.service == "nova-compute")
        #expect(diagnosis.host == "compute2")
        #expect(diagnosis.reschedules.map(\.from) == ["compute1"])
        #expect(diagnosis.reschedules.map(\.to) == ["compute2"])
        #expect(diagnosis.reschedules.map(\.reason) == ["Disk full."])
        #expect(boot.verdict.hasSuffix("rescheduled from compute1: Disk full"))
    }

    @Test func `a build that was given up says why in the compute's words`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "spawning", by: WireBus.compute1)
        bus.report("Failed to allocate the network(s), not rescheduling.", by: WireBus.compute1)
        bus.save("error", .null, by: WireBus.compute1)
        let (boot, diagnosis) = try boot(bus.trace())
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .buildAborted)
        #expect(
            boot.verdict
                == "build aborted on compute1 during spawning: Failed to allocate the network(s), not rescheduling")
    }

    @Test func `a save that was refused says what the instance should have been`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "block_device_mapping", by: WireBus.compute1)
        bus.save(
            "building", "spawning", by: WireBus.compute1, expecting: ["block_device_mapping"],
            failure: OsloBuilder.failure(
                "UnexpectedDeletingTaskStateError", message: "Actual: {'task_state': 'deleting'}."))
        let (boot, diagnosis) = try boot(bus.trace())
        #expect(boot.outcome == .failed)
        #expect(diagnosis.cause == .rejectedTransition)
        #expect(diagnosis.service == "nova-compute")
        #expect(diagnosis.host == "compute1")
        #expect(boot.states.last?.confirmation == .rejected)
        #expect(diagnosis.evidence.contains { $0.text.hasSuffix("it holds for task state block_device_mapping only") })
    }

    @Test func `a conductor that is not there leaves the cast to nobody`() throws {
        var bus = WireBus([WireBus.api, WireBus.scheduler, WireBus.compute1])
        bus.requestBoot(to: nil)
        let (boot, diagnosis) = try boot(bus.trace(after: .seconds(9)))
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .notTaken)
        #expect(diagnosis.awaited == "conductor")
        #expect(diagnosis.service == "nova-conductor")
        let early = try self.boot(bus.trace(after: .seconds(3))).operation
        #expect(early.outcome == .running)
    }

    @Test func `from one direction only nothing is called missing`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.requestBoot(to: nil)
        let trace = bus.trace(after: .seconds(90)) { _, packet in
            // The port of the source, behind 14 octets of Ethernet and 20 of IPv4.
            UInt16(packet.bytes[34]) << 8 | UInt16(packet.bytes[35]) != 5672
        }
        let (boot, diagnosis) = try boot(trace)
        #expect(boot.outcome == .unknown)
        #expect(diagnosis.cause == .unclear)
        #expect(!diagnosis.evidence.contains { $0.isMissing })
        #expect(boot.verdict.contains("in one direction only"))
    }

    @Test func `a consumer that sends nothing but TCP's acknowledgments is seen in both directions`() throws {
        var bus = WireBus()
        let opened = bus.packets.count
        bus.requestBoot(to: nil)
        bus.requestBoot(to: WireBus.conductor)
        func isOfListener(_ packet: RecordedPacket, by offset: Int) -> Bool {
            UInt16(packet.bytes[offset]) << 8 | UInt16(packet.bytes[offset + 1]) == 40_001
        }
        // Of the consumer's own packets since then none carries a byte, or there is none.
        for keepsAcknowledgments in [true, false] {
            let trace = bus.trace(after: .seconds(30)) { index, packet in
                guard index >= opened else { return false }
                guard isOfListener(packet, by: 34) else { return true }
                return keepsAcknowledgments && packet.bytes.count <= 54
            }
            let listener = try #require(trace.capture.connections.first { $0.client.hasSuffix(":40001") })
            #expect(listener.oneSided == !keepsAcknowledgments)
        }
    }

    @Test func `a delivery that the capture lost is not missing`() throws {
        var bus = WireBus([WireBus.api, WireBus.conductor])
        bus.requestBoot(to: nil)
        let published = bus.packets.count
        bus.requestBoot(to: WireBus.conductor)
        bus.requestBoot(to: WireBus.conductor)
        // Of the second cast the delivery is lost, and a later one shows the hole.
        let lost = bus.packets.indices.filter { $0 >= published }.first { index in
            let packet = bus.packets[index]
            return packet.bytes.count > 200 && UInt16(packet.bytes[34]) << 8 | UInt16(packet.bytes[35]) == 5672
        }
        let trace = bus.trace(after: .seconds(90)) { index, _ in index != lost }
        #expect(trace.capture.connections.contains { $0.gaps > 0 })
        let (boot, diagnosis) = try boot(trace)
        #expect(boot.outcome == .unknown)
        #expect(diagnosis.cause == .unclear)
        #expect(!diagnosis.evidence.contains { $0.isMissing })
    }

    @Test func `a port that was never plugged is what a spawning server waits for`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "networking", by: WireBus.compute1)
        bus.save("building", "spawning", by: WireBus.compute1)
        let (boot, diagnosis) = try boot(bus.trace(after: .seconds(320)))
        #expect(boot.outcome == .stuck)
        #expect(diagnosis.cause == .missingEvent)
        #expect(diagnosis.awaited == "network-vif-plugged")
        #expect(diagnosis.step == "spawning")
        let early = try self.boot(bus.trace(after: .seconds(20))).operation
        #expect(early.outcome == .running)
    }

    @Test func `where the capture holds no cell's broker, the host is known that the scheduler chose`() throws {
        var bus = WireBus()
        bus.bootUntilCompute1()
        let build = try #require(bus.trace().messages.first { $0.method == "build_and_run_instance" }?.publishedAt)
        let (boot, diagnosis) = try boot(bus.trace(after: .seconds(90)) { _, packet in packet.time < build })
        #expect(boot.outcome == .unknown)
        #expect(diagnosis.cause == .unclear)
        #expect(diagnosis.step == "host selected")
        #expect(diagnosis.evidence.contains { $0.text == "the scheduler chose compute1" })
    }

    @Test func `background traffic beside a boot changes nothing`() throws {
        var quiet = WireBus()
        quiet.bootUntilCompute1()
        quiet.save("building", "spawning", by: WireBus.compute1)
        var loud = quiet
        for _ in 0..<5 {
            loud.cast("report_state", ["agent_state": [:]], key: "q-reports-plugin", from: WireBus.api, to: nil)
        }
        let (still, noisy) = (quiet.trace(after: .seconds(30)), loud.trace(after: .seconds(30)))
        #expect(noisy.messages.count > still.messages.count)
        #expect(noisy.operations.first?.diagnosis?.cause == still.operations.first?.diagnosis?.cause)
        #expect(noisy.operations.first?.verdict == still.operations.first?.verdict)
        #expect(noisy.withoutBackground().verdicts == noisy.verdicts)
    }
}
