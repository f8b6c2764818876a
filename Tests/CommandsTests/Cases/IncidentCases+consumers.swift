import TestSupport

/// Who takes a message, and who only gets it as well.
extension IncidentCase {
    private static let untaken = "build_and_run_instance was published to compute.cmp1 and taken by nobody in"

    static let consumers = [
        IncidentCase(
            "aside-1-audit-of-a-dead-compute.pcap",
            Saying(
                "explain", says: [untaken, "audit:98 was given a copy of it, out of the queue audit"],
                never: ["was taken by", "nova-compute@cmp1 was given", "kill -USR2"], status: 1),
            Saying("connections", says: ["audit:98"], never: ["nova-compute@cmp1 (98)"])),
        IncidentCase(
            "aside-2-audit-of-everything.pcap",
            Saying(
                "explain", says: ["nova-api → nova-conductor@ctl1", "nova-conductor@ctl1 → nova-scheduler@ctl1"],
                never: ["audit"], status: 0),
            Saying("connections", says: ["audit:98"], never: ["nova-compute@cmp1 (98)"])),
        IncidentCase(
            "aside-3-dead-lettered.pcap",
            Saying(
                "explain",
                says: [
                    untaken, "it expired in compute.cmp1 and was dead-lettered at +30.4 s",
                    "dlx-reader:99 was given it out of dead-letters",
                ],
                never: ["was taken by", "then nova-compute@cmp1 did", "kill -USR2"], status: 1)),
        IncidentCase(
            "aside-4-firehose.pcap",
            Saying(
                "explain", says: [untaken, "tracer:97 was given a copy of it, out of the queue trace-q"],
                never: ["was taken by", "→ tracer", "kill -USR2"], status: 1)),
        IncidentCase(
            "aside-5-fetched.pcap",
            Saying(
                "explain",
                says: [
                    untaken, "fetched it from there at +12.4 s",
                    "fetched it from compute.cmp1 (basic.get) and acknowledged it: the queue has it no more",
                ],
                never: ["was taken by", "given to nova-compute", "nova-compute@cmp1 did"], status: 1)),
        IncidentCase(
            "aside-6-fetched-and-given-back.pcap",
            Saying(
                "explain", says: [untaken, "fetched it from compute.cmp1 (basic.get) and gave it back"],
                never: ["was taken by", "rejected", "fetched it from there"], status: 1)),
    ]
}
