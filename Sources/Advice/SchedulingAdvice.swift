import Trace

/// No host was found, or none of those that were tried would do.
enum SchedulingAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .noValidHost: [
            .log(of: "nova-scheduler", "which filter left no host"),
            .candidates,
            .computes,
            .events,
        ],
        .retriesExhausted: [
            .triedHosts,
            .events,
            .fault,
            .computes,
        ],
    ]
}

extension AdviceEntry {
    /// The scheduler asks placement first (nova `scheduler/manager.py`); the flavor's amounts are not on the bus's surface.
    fileprivate static let candidates = AdviceEntry { _ in
        Advice(
            "whether placement has room; N as the flavor says",
            command: "openstack allocation candidate list --resource VCPU=N --resource MEMORY_MB=N")
    }

    fileprivate static let computes = AdviceEntry { _ in
        Advice("which computes are up and enabled", command: "openstack compute service list --service nova-compute")
    }

    /// Each host that gave the build back, at most three.
    fileprivate static let triedHosts = AdviceEntry(each: { situation in
        var hosts: [String] = []
        for host in situation.diagnosis.reschedules.compactMap(\.from) where !hosts.contains(host) {
            hosts.append(host)
        }
        if let last = situation.computeHost, !hosts.contains(last) { hosts.append(last) }
        return hosts.prefix(3).compactMap { log(of: "nova-compute", host: $0, "why \($0) failed", situation) }
    })
}
