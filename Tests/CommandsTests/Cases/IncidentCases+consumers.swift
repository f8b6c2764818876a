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

/// Of whom the capture shows that they went, or that they do not listen any more.
extension IncidentCase {
    private static let nobody = "and taken by nobody in 91.0 s; nobody consumes from compute.cmp1 any more:"
    private static let isThere = ["is connected to the broker, by", "of its connections are open"]

    static let presences = [
        IncidentCase(
            "gone-1-consumer-connection-reset.pcap",
            Saying(
                "explain", says: [nobody, "the connection of the consumer of nova-compute@cmp1 ended 1.0 s before"],
                never: isThere, status: 1)),
        IncidentCase(
            "gone-2-consumer-channel-closed.pcap",
            Saying(
                "explain",
                says: [nobody, "the broker closed the channel of the consumer of nova-compute@cmp1 1.0 s before"],
                never: isThere, status: 1)),
        IncidentCase(
            "gone-3-consumer-cancelled-by-itself.pcap",
            Saying(
                "explain", says: [nobody, "nova-compute@cmp1 cancelled its consumer itself 1.0 s before"],
                never: isThere, status: 1)),
        IncidentCase(
            "gone-4-without-heartbeats.pcap",
            Saying(
                "explain",
                says: ["no end of 3 of its connections was seen, but nothing", "a heartbeat is due every 60.0 s"],
                never: isThere, status: 1)),
        IncidentCase(
            "gone-5-source-of-a-live-migration.pcap",
            Saying(
                "explain", "--request", "req-0316909e-3bbb-49ea-a894-8c893b618676",
                says: ["nova-compute@cmp1 lost its connections at +7.6 s and did not come back in 90.0 s"],
                never: isThere + ["of nova-compute@cmp2"], status: 2)),
        IncidentCase(
            "gone-6-restarted-with-the-same-number.pcap",
            Saying(
                "explain",
                says: [
                    "nova-compute@cmp1 (process 1400) lost its connections at +3.9 s, and no other process went on with it",
                    "reads other queues for answers: it is another process",
                ],
                never: isThere, status: 1)),
        IncidentCase(
            "gone-7-conductor-with-the-answer.pcap",
            Saying("explain", says: ["nova-conductor@ctl1 lost its connections at +0.4 s"], never: isThere, status: 1)),
        IncidentCase(
            "gone-8-in-one-of-two-networks.pcap",
            Saying(
                "explain", says: ["nova-compute@cmp1 lost its connections at +3.9 s and did not come back in 80.0 s"],
                never: isThere + ["was heard last with something else"], status: 1)),
    ]
}
