import TestSupport

/// What was said where something came another way than it was looked for: by another node, process or host, beside another
/// operation, late, or refused.
extension IncidentCase {
    static let ways = [
        IncidentCase(
            "event-5-while-the-console-is-asked-for.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["stuck: reached \"spawning\" on cmp1", "✓ network plugged          11.850", "0.3 s"],
                never: ["did not come", "openstack port"], status: 1)),
        IncidentCase(
            "event-6-to-the-host-before.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "stuck: spawning on cmp2 and network-vif-plugged did not come in 341.1 s",
                    "network-vif-plugged came to cmp1",
                ], never: ["✓ network plugged"], status: 1)),
        IncidentCase(
            "node-7-all-went-elsewhere.pcap",
            Saying(
                "explain", "--instance", "vm1", says: ["stuck: spawning on cmp1 and network-vif-plugged did not come"],
                never: ["nobody came back"], status: 1)),
        IncidentCase(
            "node-8-all-but-the-compute.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["stuck: nova-compute@cmp1 lost its connections at +4.9 s and did not come back in 97.1 s"],
                never: ["nobody came back"], status: 1)),
        IncidentCase(
            "gone-9-power-cut.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "61.851  process 2222 of nova-compute@cmp1 connected, and nothing of process 1400, which has the work, "
                        + "was seen since"
                ], never: ["heard last with something else", "Guru Meditation"], status: 1)),
        IncidentCase(
            "gone-10-back-by-another-address.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["nova-compute@cmp1 was heard last with something else; 3 of its connections are open"],
                never: ["its connections ended"], status: 1)),
        IncidentCase(
            "confirm-1-none.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "stuck: build_and_run_instance was published to compute.cmp1 and taken by nobody",
                    "✗ 91.422  the broker did not confirm it",
                ], status: 1)),
        IncidentCase(
            "confirm-2-late.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["the broker confirmed build_and_run_instance 40.0 s late, then nova-compute@cmp1 took it"],
                never: ["nobody took"])),
        IncidentCase(
            "again-3-the-same-process.pcap",
            Saying(
                "explain", "--instance", "vm1", says: ["and given out again after 20.2 s"],
                never: ["which began with it"])),
        IncidentCase(
            "vain-5-volume-service.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "Failure prepping block device; attachment_update timed out after 60.0 s",
                    "cinder-volume@ctl1@ceph was given it",
                ], status: 1)),
        IncidentCase(
            "fault-6-snapshot.pcap",
            Saying("list", says: ["snapshot", "failed"], never: ["image stored"])),
        IncidentCase(
            "port-1-report-failed.pcap",
            Saying(
                "explain", "--instance", "vm1", says: ["as plugged, and was answered with DBConnectionError"],
                never: ["had reported the port", "did not report a port"], status: 1)),
        IncidentCase(
            "answer-1-refused.pcap",
            Saying("explain", "--instance", "vm1", says: ["the broker refused it (basic.nack)"], status: 1)),
        IncidentCase(
            "answer-2-not-delivered.pcap",
            Saying("explain", "--instance", "vm1", says: ["nobody took it from its reply queue"], status: 1)),
    ]
}
