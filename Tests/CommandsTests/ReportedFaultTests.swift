import TestSupport
import Testing

/// A build that nova-compute gives up, with the exception in the instance's fault and in the end of the action's event.
@Suite struct `A build that was given up` {
    private static let capture: [UInt8] = {
        var bus = WireBus()
        bus.bootUntilCompute1()
        bus.save("building", "networking", by: WireBus.compute1)
        bus.save("building", "spawning", by: WireBus.compute1)
        bus.report("Failed to allocate the network(s), not rescheduling.", by: WireBus.compute1)
        bus.save("error", .null, by: WireBus.compute1)
        bus.finish("compute__do_build_and_run_instance", by: WireBus.compute1)
        return CaptureFileBuilder.pcap(bus.packets, nanoseconds: true)
    }()

    /// A reboot that failed, after which the instance runs as before.
    private static let reboot: [UInt8] = {
        var bus = WireBus()
        bus.ask("reboot_instance", of: WireBus.compute1)
        bus.save("active", "reboot_started_hard", by: WireBus.compute1)
        bus.report("Cannot access storage file '/var/lib/nova/instances/disk'", by: WireBus.compute1)
        bus.save("active", .null, by: WireBus.compute1)
        bus.finish(
            "compute_reboot_instance", by: WireBus.compute1,
            exception: "Cannot access storage file '/var/lib/nova/instances/disk'")
        return CaptureFileBuilder.pcap(bus.packets, nanoseconds: true)
    }()

    @Test(arguments: ["80", "120"]) func `is drawn with its reason, once`(width: String) async throws {
        let result = try await ExternalProgram.novatrace.run(["replay", "-", "--width", width], input: Self.capture)
        try GoldenFile("Golden/given-up-\(width).txt").check(result.output)
    }

    @Test func `is explained by the compute's own words`() async throws {
        let result = try await ExternalProgram.novatrace.run(["explain", "-", "--width", "80"], input: Self.capture)
        #expect(result.status == 1)
        try GoldenFile("Golden/given-up-explain-80.txt").check(result.output)
    }

    @Test func `is a problem, as is a reboot that failed`() async throws {
        let boot = try await ExternalProgram.novatrace.run(["list", "-", "--problems"], input: Self.capture)
        #expect(boot.status == 0)
        #expect(boot.output.contains("failed"))
        let reboot = try await ExternalProgram.novatrace.run(
            ["replay", "-", "--problems", "--width", "100"], input: Self.reboot)
        try GoldenFile("Golden/failed-reboot-100.txt").check(reboot.output)
    }
}
