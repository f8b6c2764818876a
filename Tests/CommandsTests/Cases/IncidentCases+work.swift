import TestSupport

/// What was said of work that hung, failed or was done without regard to who had it, or to what came between.
extension IncidentCase {
    static let work = [
        IncidentCase(
            "nested-1-destination-hangs-in-its-check.pcap",
            Saying(
                "explain", "--request", "req-36098a02-31e5-4c4e-a8c7-bbe9fc83c9f7",
                says: [
                    "stuck: check_can_live_migrate_destination was published to compute.compute2, taken but not answered, "
                        + "and timed out after 60.0 s without a sign of life"
                ],
                never: ["nothing further was seen", "a cell may have"], status: 2)),
        IncidentCase(
            "nested-2-source-hangs-late.pcap",
            Saying(
                "explain", "--request", "req-4edd3bb9-c461-487d-9e81-71b40e597774",
                says: [
                    "stuck: reached \"source took the request\" on compute2, and nothing further was seen in 120.0 s",
                    "nova-compute@compute2 was seen last in this operation with Instance.drop_migration_context",
                ],
                never: ["nothing came of it", "nothing that it did"], status: 2)),
        IncidentCase(
            "nested-3-conductor-hangs-within-a-check.pcap",
            Saying(
                "explain", "--request", "req-36098a02-31e5-4c4e-a8c7-bbe9fc83c9f7",
                says: ["stuck: InstanceGroup.get_by_instance_uuid was published to conductor, taken but not answered"],
                never: ["Guru Meditation Report of nova-compute"], status: 2)),
        IncidentCase(
            "event-4-after-a-call-that-hangs.pcap",
            Saying(
                "explain",
                says: [
                    "stuck: Instance.save was published to conductor, taken but not answered, and timed out after 60.0 s"
                ],
                never: ["nothing further was seen"], status: 1)),
        IncidentCase(
            "gap-1-with-the-goal.pcap",
            Saying(
                "explain", says: ["unknown: reached \"spawning\"", "the capture lacks bytes since then"],
                never: ["stuck"], status: 1)),
        IncidentCase(
            "again-1-each-taker-went.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "stuck: build_and_run_instance was delivered 4 times in 30.0 s, to nova-compute@cmp1, and each time the "
                        + "connection ended before an acknowledgement",
                    "nova-compute@cmp1 (process 9002) was given it; the connection was reset by the client 0.5 s later",
                ],
                never: ["nothing came of it", "took it", "kill -USR2"], status: 1)),
        IncidentCase(
            "again-2-begun-twice.pcap",
            Saying(
                "explain",
                says: [
                    "schedule_and_build_instances was given to nova-conductor@ctl1, which began with it, and given out again "
                        + "after 0.5 s: nova-conductor@ctl2 took it"
                ])),
        IncidentCase(
            "fault-4-attach-told-as-finished.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["failed: nova-compute@cmp1 reported a fault: Volume vol1 attach failed", "✗ attached"], status: 2
            )),
        IncidentCase(
            "retry-3-destination-refused.pcap",
            Saying("explain", "--instance", "vm1", says: ["rescheduled from cmp2: Unacceptable CPU info"], status: 2)),
        IncidentCase(
            "retry-4-resize-sent-on.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "stuck: reached \"migrating\" on cmp1", "rescheduled from cmp2: Insufficient compute resources",
                ], never: ["failed:", "console.log on cmp2", "the scheduler chose cmp2"], status: 2)),
        IncidentCase(
            "vain-3-nobody-schedules.pcap",
            Saying(
                "explain",
                says: [
                    "failed: compute_task.build_instances reported an error: MessagingTimeout; select_destinations, "
                        + "published to scheduler and taken by nobody, timed out after 60.0 s",
                    "nobody was seen to take anything from scheduler",
                    "why it did not answer: the log of nova-scheduler",
                ], never: ["traceback"], status: 1),
            Saying("list", says: ["60.400 s"], never: ["50 ms"])),
        IncidentCase(
            "file-ends-within-a-delivery.pcap",
            Saying(
                "explain",
                says: [
                    "not seen taken, but the capture ends within a message", "a capture that goes on longer would tell",
                ],
                never: ["lacks bytes", "without loss"], status: 1)),
        IncidentCase(
            "evacuation-untaken.pcap", Saying("list", says: ["evacuate  vm1"], never: ["rebuild  "])),
        IncidentCase(
            "save-refused-1-a-moment-ago.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "running: reached \"spawning\"",
                    "3.902  InstanceNotFound from Instance.save: Instance could not be found",
                ], status: 1)),
        IncidentCase(
            "vain-4-scheduler-went.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "MessagingTimeout; select_destinations timed out after 60.0 s",
                    "nova-scheduler@ctl1 itself reset all 3 connections", "the log of nova-scheduler on ctl1",
                ], never: ["the log of nova-conductor"], status: 1)),
        IncidentCase(
            "fault-5-source-of-a-resize.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["failed: nova-compute@cmp1 reported a fault: Resize error: disk too small"], never: ["running:"],
                status: 2)),
        IncidentCase(
            "node-5-compute-went-elsewhere.pcap",
            Saying(
                "explain", says: ["unknown: reached \"spawning\"", "capture on all nodes"],
                never: ["stuck", "nobody took it", "taken by nobody"], status: 1)),
        IncidentCase(
            "node-6-saves-alone.pcap",
            Saying("explain", says: ["- compute took the build not seen"], never: ["not reached"], status: 1)),
        IncidentCase(
            "own-3-power-state-alone.pcap",
            Saying(
                "list", says: ["boot vm1", "stuck spawning"], never: ["running spawning", "unknown"], status: 0)),
        IncidentCase(
            "open-1-begun-and-not-finished.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["swap_volume was taken by nova-compute@cmp1, which lost its connections"],
                never: ["completed", "all calls answered"], status: 2)),
        IncidentCase(
            "node-4-taken-elsewhere.pcap",
            Saying(
                "explain",
                says: ["select_destinations", "messages go ways that the capture does not show"],
                never: ["stuck", "taken by nobody"], status: 1)),
        IncidentCase(
            "mid-2-published-before.pcap",
            Saying(
                "explain", says: ["completed: active on compute1, 4.0 s after the first message that was captured"]),
            Saying("list", says: [">4.090 s"])),
        IncidentCase(
            "silent-1-saves-with-claims.pcap", Saying("list", never: ["fell silent", "the reports of"]),
            Saying("connections", never: ["fell silent", "the reports of"])),
    ]
}
