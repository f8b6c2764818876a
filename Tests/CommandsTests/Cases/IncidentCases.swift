import TestSupport

/// What must be said of each case, and what must not: one row a file.
extension IncidentCase {
    static let all: [IncidentCase] = [
        answers, stuck, courses, rejections, connections, wrappings, captures, nodes, consumers, presences, work, ways,
    ].flatMap(\.self)

    private static let nova = ["nova-api", "nova-compute@cmp1", "nova-conductor", "nova-scheduler"]
    /// Sentences that were once said of captures which show well what is wrong.
    private static let evasions = [
        "is this the broker's interface", "not one message on them", "begin the capture before",
        "another application", "capture on the broker's host from before",
    ]

    // MARK: Answers that did not arrive

    private static let answers = [
        IncidentCase(
            "ret-1-once.pcap", calls: ["ok": 3, "returned": 1], lanes: nova,
            Saying("stats", says: ["failed returned unanswered", "attach_interface call 1 - - - - 0 1 0"]),
            Saying(
                "explain", says: ["312", "NO_ROUTE", "nova-api", "reply_bdd640fb06671ad11c80317fa3b1799d"],
                never: ["completed", "attached on", "attach_interface was answered"], status: 2),
            Saying("replay", says: ["312 NO_ROUTE"], never: ["completed", "1 call, answered", "all answered"]),
            Saying("list", says: ["attach-interface"], never: ["completed"]),
            Saying("list", "--problems", says: ["attach-interface"])),
        IncidentCase(
            "op-01-reply-queue-gone-312.pcap", calls: ["ok": 3, "returned": 1, "unanswered": 1], lanes: nova,
            Saying("replay", never: ["anomal", "could not be read", "numbering"]),
            Saying(
                "explain", says: ["312", "nova-compute@cmp1", "reply_4b0dbb418d5288f1142c3fe860e7a113", "241 times"],
                never: ["unknown:", "all answered", "completed"] + evasions, status: 1),
            Saying("replay", says: ["×241", "312 NO_ROUTE"], never: ["all answered", "repeated answer"]),
            Saying("list", "--problems", says: ["vm1"], never: ["unknown"])),
        IncidentCase(
            "late-1-reply-15s-after-timeout.pcap", calls: ["ok": 4, "timed_out": 1], lanes: nova,
            Saying(
                "stats", says: ["failed timed out late unanswered", "attach_interface call 1 - - - - 0 1 1 0"],
                never: ["75.001"]),
            Saying(
                "explain", says: ["timed out", "attach_interface", "nova-api", "late"],
                never: ["completed", "attached on"], status: 2),
            Saying("replay", never: ["completed", "1 call, answered", "all answered"]),
            Saying("list", "--problems", says: ["attach-interface"], never: ["completed"])),
        IncidentCase(
            "late-2-no-sign-of-life-for-60s.pcap", calls: ["ok": 30, "timed_out": 1],
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "failed: select_destinations timed out: no sign of life in 60.0 s, and the answer to "
                        + "nova-conductor@ctl1 came after 200.0 s",
                    "30.050 nova-scheduler@ctl1 gave the last sign of life",
                    "conductor.ctl1 reported an error in compute_task.build_instances",
                    "nova-scheduler@ctl1 answered 110.0 s too late",
                ],
                never: ["1800", "before that", "stuck", "rpc_response_timeout"], status: 1)),
        IncidentCase(
            "late-3-signs-of-life-end.pcap", calls: ["ok": 17, "timed_out": 1],
            Saying(
                "explain", "--instance", "vm1",
                says: ["taken but not answered, and timed out after 60.0 s without a sign of life"], never: ["1800"],
                status: 1),
            Saying("replay", "--instance", "vm1", says: ["120.051", "timed out after 2 min 00 s"])),
    ]

    // MARK: What comes of it otherwise

    private static let courses = [
        IncidentCase(
            "own-1-error-set-by-the-compute-that-came-back.pcap",
            operations: ["boot vm0 failed", "delete vm0 completed"],
            Saying("list", says: ["boot vm0", "delete vm0"], never: ["other", "req-16b79bd6"]),
            Saying(
                "explain",
                says: [
                    "failed: build aborted on cmp1 during spawning; nova-compute@cmp1 lost its connections at +2.6 s and "
                        + "was back at +7.6 s", "nova-compute@cmp1 itself reset all 3 connections to the broker",
                    "the instance was set to error",
                ],
                never: ["stuck", "no other process went on", "until the last packet"], status: 1)),
        IncidentCase(
            "own-2-deleted-while-it-was-built.pcap", operations: ["boot vm0 unknown", "delete vm0 completed"],
            Saying(
                "explain",
                says: [
                    #"unknown: reached "spawning" when a delete of the server began (req-fa4bb784"#,
                    "building, spawning for 3.012 s", "a delete of the server began",
                ],
                never: ["stuck", "until the last packet", "nothing further"], status: 1)),
        IncidentCase(
            "event-1-vif-plugged-failed.pcap",
            Saying(
                "explain", says: ["✗ network plugged", "network-vif-plugged came as failed"],
                never: ["✓ network plugged"], status: 1),
            Saying("replay", says: ["network-vif-plugged (failed)"])),
        IncidentCase(
            "event-2-for-two-servers-at-once.pcap", operations: ["boot vmA completed", "boot vmB stuck"],
            Saying(
                "explain", "--instance", "vmB",
                says: ["network-vif-plugged did not come in 401.0 s", "network-changed came"],
                never: ["✓ network plugged", "network-vif-plugged, network-changed"], status: 1),
            Saying("explain", "--instance", "vmA", says: ["✓ network plugged"], status: 0)),
        IncidentCase(
            "fault-1-no-space-left-after-400s.pcap",
            Saying(
                "explain",
                says: ["failed: build aborted on cmp1 during spawning: [Errno 28] No space left on device"],
                never: ["did not come"], status: 1)),
        IncidentCase(
            "retry-1-conductor-went-with-the-third.pcap",
            Saying(
                "explain", says: ["stuck: nova-conductor@ctl2 lost its connections", "did not come back"],
                never: ["no host was left", "failed:"], status: 1)),
        IncidentCase(
            "host-1-attached-by-the-compute.pcap",
            Saying("explain", "--instance", "vm1", says: ["completed: attached on cmp1"], never: ["on ctl1"])),
        IncidentCase(
            "host-2-deleted-by-the-compute.pcap",
            Saying("explain", "--instance", "vm1", says: ["completed: deleted on cmp1"], never: ["on ctl1"])),
        IncidentCase(
            "giveup-1-live-migration-failed.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "failed: given up by nova-compute@cmp1 after \"destination prepared\": it left the instance active, "
                        + "without \"destination took over\""
                ],
                never: ["stuck", "is next", "missing"]),
            Saying("list", "--problems", says: ["live-migrate vm1", "failed"])),
        IncidentCase(
            "giveup-2-live-migration-cancelled.pcap",
            Saying(
                "explain", "--instance", "vm1", says: ["failed: given up by nova-compute@cmp1"],
                never: ["stuck", "is next"])),
        IncidentCase(
            "giveup-3-snapshot-without-an-upload.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "failed: given up by nova-compute@cmp1 after \"snapshot taken\": it left the instance active, without "
                        + "\"image stored\""
                ],
                never: ["completed:", "✓ image stored"])),
        IncidentCase(
            "event-3-volume-extended.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["completed: external_instance_event was taken by nova-compute@cmp1 after 0.0 s"],
                never: ["still open", "unknown", "nothing further", "look at next"]),
            Saying("list", "--instance", "vm1", says: ["completed"], never: ["unknown"])),
        IncidentCase(
            "fault-2-told-after-the-error.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "failed: state became error: libvirtError: internal error: qemu unexpectedly closed the monitor",
                    "1.230 nova-compute@cmp1 reported in InstanceActionEvent.event_finish_with_failure",
                ])),
        IncidentCase(
            "fault-3-build-fault-told-after-the-error.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: ["failed: build aborted on cmp1 during spawning: Disk of type qcow2 full: No space left"],
                status: 1)),
        IncidentCase(
            "active-1-then-error.pcap",
            Saying(
                "explain", "--instance", "vm1", says: ["failed: state became error 0.1 s after \"active\": boom"],
                never: ["build aborted", "during spawning", "gave the build up"], status: 1)),
        IncidentCase(
            "late-4-save-not-answered-and-gone-on.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "completed: active on cmp1",
                    "- block device mapping 0.650 nova-compute@cmp1 · not answered in time",
                ],
                never: ["delivery not shown"], status: 0)),
        IncidentCase(
            "vain-1-conductor-went-with-the-save.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "failed: build aborted on cmp1 during spawning: Instance.save timed out after 60.0 s",
                    "0.750 nova-compute@cmp1 published Instance.save to conductor",
                    "nova-conductor@ctl1 itself reset all 3 connections to the broker without a close",
                ], status: 1)),
        IncidentCase(
            "vain-2-save-answered-after-70s.pcap",
            Saying(
                "explain", "--instance", "vm1",
                says: [
                    "build aborted on cmp1 during block_device_mapping: MessagingTimeout",
                    "70.652 nova-conductor@ctl1 answered 10.0 s too late",
                ], status: 1)),
        IncidentCase(
            "retry-2-selection-made-anew.pcap",
            Saying("explain", says: ["✓ host selected 62.164"], never: ["✗ host selected"], status: 0)),
    ]

    // MARK: What a consumer does not want

    private static let rejections = [
        IncidentCase(
            "reject-1-round-and-round.pcap", operations: ["boot vm0 stuck"],
            Saying(
                "explain",
                says: [
                    "stuck: build_and_run_instance was delivered to nova-compute@cmp1, which rejected and requeued it "
                        + "80 times in 19.7 s", "? compute took the build", "(the last of 80 times) (packet 639)",
                ],
                never: ["took it", "✓ compute took the build"], status: 1),
            Saying("replay", says: ["✗ rejected ×80, requeued"], never: ["redelivered"]),
            Saying("export", "--format", "json", says: ["\"cause\": \"rejected\"", "\"requeued\": true"])),
        IncidentCase(
            "reject-2-dropped.pcap", calls: ["timed_out": 1], operations: ["boot vm0 stuck"],
            Saying(
                "explain",
                says: [
                    "stuck: select_destinations was delivered to nova-scheduler, which rejected it without requeue; it "
                        + "timed out after 60.0 s", "unless a policy dead-letters it (packet 465)",
                ],
                never: ["did not acknowledge", "no acknowledgement", "kill -USR2"], status: 1),
            Saying("replay", says: ["✗ rejected, not requeued"])),
        IncidentCase(
            "reject-3-given-back-then-taken.pcap", operations: ["boot vm0 completed"],
            Saying(
                "explain", says: ["nova-conductor, which rejected and requeued it 3 times in 3.0 s"],
                never: ["given out again after"], status: 0),
            Saying("replay", says: ["requeued ×3"], never: ["✗ rejected", "redelivered"])),
    ]

    // MARK: Work that stands still

    private static let stuck = [
        IncidentCase(
            "nova-05-multi-3-one-hangs-spawning.pcap",
            Saying("replay", says: ["5 messages and 3 of the whole request"]),
            Saying("list", says: ["vm0", "vm1", "vm2"]),
            Saying(
                "list", "--instance", "vm1", says: ["vm1", "398d1ca6"], never: ["32a447b2", "44007d5a"], status: 0),
            Saying("list", "--instance", "vm0", says: ["32a447b2"], never: ["398d1ca6", "44007d5a"]),
            Saying(
                "explain",
                says: [
                    "vm0", "vm1", "vm2", "completed: active on cmp1", "2 completed, 1 stuck",
                    #"stuck: reached "spawning" on cmp2, and nothing further was seen in 168.9 s"#,
                    "grep req-96fc734d-a003-4d28-aa8f-3653c9af18f8 /var/log/nova/nova-compute.log",
                ],
                never: evasions, status: 1),
            Saying("explain", "--instance", "vm1", says: ["vm1", "spawning", "cmp2"], never: ["vm0", "completed"]),
            Saying("list", "--problems", says: ["vm1", "stuck"], never: ["vm0", "vm2"], status: 0),
            Saying("replay", "--problems", says: ["vm1", "the capture ends here"], never: ["vm2"], status: 0),
            Saying("explain", "--instance", "vm2", says: ["completed: active on cmp1"], never: ["vm0"], status: 0)),
        IncidentCase(
            "op-08-missed-heartbeats-fin.pcap", lanes: nova,
            Saying("export", "--format", "markdown", says: ["(`nova-compute@cmp1` 10.0.1.10)"]),
            Saying(
                "explain", says: ["stuck", "nova-compute@cmp1", "connection", "spawning"],
                never: [
                    "network-vif-plugged did not come", "completed", "running:", "the last ended", "22:1", "22:2",
                ] + evasions, status: 1),
            Saying(
                "explain", says: ["the broker ended all 3 connections of nova-compute@cmp1 without a close (packets"]),
            Saying("list", "--problems", says: ["vm1", "stuck", "10 min 00 s"]),
            Saying("connections", says: ["nova-compute@cmp1", "60 s"])),
        IncidentCase(
            "compute-killed-and-restarted.pcap", operations: ["boot vm-1 stuck"],
            Saying(
                "explain",
                says: [
                    "stuck", "nova-compute@host1 (process 23765) lost its connections at +1.1 s",
                    "process 24528 of nova-compute@host1 is another one",
                ],
                never: ["did not come back", "running:", "network-vif-plugged"] + evasions, status: 1),
            Saying("list", "--problems", says: ["vm-1", "stuck"])),
        IncidentCase(
            "op-09-blocked-memory-alarm.pcap", calls: ["ok": 13], operations: ["boot vm1 stuck"], lanes: nova,
            Saying(
                "explain",
                says: [
                    "stuck", "nova-conductor", "low on memory",
                    "the broker confirmed 12 messages that came on it after that all the same",
                ],
                never: ["lets nova-api publish nothing", "publish nothing", "for a while"], status: 1),
            Saying("list", says: ["nova-api", "nova-conductor", "low on memory"], never: ["for a while"]),
            Saying(
                "connections",
                says: [
                    "sent connection.blocked to 2 connections: low on memory (nova-conductor 10.0.0.22, nova-api "
                        + "10.0.0.21), from 22:13:22 on, and no connection.unblocked was seen"
                ], never: ["publish nothing", "until the capture ended"])),
        IncidentCase(
            "op-14-consumer-cancelled-by-broker.pcap", calls: ["ok": 16], operations: ["boot vm1 stuck"], lanes: nova,
            Saying("connections", says: ["trouble", "open 0 0 cancelled"]),
            Saying(
                "explain", says: ["stuck", "build_and_run_instance", "compute.cmp1", "cancel"], never: ["completed"],
                status: 1),
            Saying("list", says: ["cancel", "compute.cmp1"]), Saying("list", "--problems", says: ["vm1"])),
        IncidentCase(
            "cancel-1-consumed-again.pcap", operations: ["boot vm0 stuck"],
            Saying(
                "explain", says: ["stuck: build_and_run_instance was published to compute.cmp1 and taken by nobody"],
                never: ["cancelled"], status: 1),
            Saying(
                "list",
                says: ["cancelled 1 consumer of queue compute.cmp1, which was consumed from again", "at 10:53:20"]
            ),
            Saying("export", "--format", "json", says: ["\"consumed_again_at\""])),
        IncidentCase(
            "op-03-queue-404-timeout.pcap", calls: ["ok": 18], operations: ["boot vm1 stuck"], lanes: nova,
            Saying("connections", says: ["nova-compute@cmp1 (1084) 8 from 22:13:22", "channel: 404"]),
            Saying(
                "explain", says: ["stuck", "build_and_run_instance", "compute.cmp1", "404", "NOT_FOUND"], status: 1),
            Saying("list", says: ["8 channels", "queue.declare of compute.cmp1", "404", "nova-compute@cmp1"]),
            Saying("connections", says: ["404"])),
        IncidentCase(
            "svc-03-cinder-volume-down.pcap", calls: [:],
            Saying(
                "explain",
                says: [
                    "stuck", "create_volume", "cinder-volume.ctl1@ceph.ctl1", "cinder-scheduler",
                    "cinder-volume on ctl1 (backend ceph)",
                ],
                never: ["unknown", "none of nova's services"] + evasions, status: 2),
            Saying("list", says: ["stuck"], never: ["unknown"]), Saying("list", "--problems", says: ["stuck"])),
        IncidentCase(
            "cells-5-cell-conductor-down-one-broker.pcap",
            Saying(
                "replay",
                says: ["(nova_cell1, nobody)", "no delivery seen from conductor (nova_cell1)", "nova_cell1 +1"]),
            Saying("export", "--format", "csv-messages", says: [",nova_cell1", ",nova_api"]),
            Saying("export", "--format", "csv", says: [",nova_cell1"]),
            Saying("export", "--format", "html", says: [">virtual host</th>", "<td>nova_cell1</td>"]),
            Saying("export", "--format", "markdown", says: ["| virtual host | `nova_api`, `nova_cell1` |"]),
            Saying("export", "--format", "json", says: ["\"virtual_host\": \"nova_cell1\"", "\"virtual_hosts\""]),
            Saying(
                "explain", says: ["stuck", "Instance.save", "nova_cell1", "-p nova_cell1"],
                never: [
                    "-p nova_api", "the last to take anything from conductor was nova-conductor (nova_api)",
                    "rabbitmqctl list_queues name",
                ],
                status: 1),
            Saying("connections", says: ["nova_api", "nova_cell1"])),
    ]

    // MARK: Clients that cannot get on the bus, or fall silent

    private static let connections = [
        IncidentCase(
            "op-04-login-refused-403.pcap",
            Saying("replay", never: ["anomal", "could not be read"]),
            Saying(
                "list", says: ["12 logins of openstack refused", "nova-compute", "403 ACCESS_REFUSED"], never: evasions),
            Saying("replay", says: ["12 logins of openstack refused", "nova-compute", "403"], never: evasions),
            Saying("explain", says: ["refused", "nova-compute"], never: evasions, status: 2),
            Saying("connections", says: ["refused", "10.0.1.10", "403"])),
        IncidentCase(
            "op-06-durable-mismatch-406.pcap", calls: ["ok": 6], lanes: nova,
            Saying(
                "list", says: ["7 channels", "exchange.declare of nova", "406", "durable", "nova-api"], never: evasions),
            Saying("explain", says: ["406", "durable"], never: evasions, status: 2),
            Saying("connections", says: ["406"])),
        IncidentCase(
            "net-01-broker-refuses-tcp-rst.pcap",
            Saying(
                "export", "--format", "markdown",
                says: ["Trouble with connections, and no operation", "40 attempts to connect"]),
            Saying("export", "--format", "mermaid", says: ["40 attempts to connect"]),
            Saying("export", "--format", "plantuml", says: ["40 attempts to connect"]),
            Saying("export", "--format", "svg", says: ["40 attempts to connect"]),
            Saying("list", says: ["refused", "10.0.0.11:5672", "40", "10.0.1.10"], never: evasions),
            Saying("replay", says: ["refused", "10.0.0.11:5672", "40"], never: evasions),
            Saying("explain", says: ["refused", "10.0.0.11:5672"], never: evasions, status: 2),
            Saying("connections", says: ["10.0.1.10 ×10, 10.0.1.11 ×10, 10.0.1.12 ×10, 10.0.1.13 ×10"])),
        IncidentCase(
            "net-03-tls-to-plain-port.pcap",
            Saying("list", says: ["TLS", "a port without TLS", "10.0.1.10", "10.0.0.11:5672", "10"], never: evasions),
            Saying("explain", says: ["TLS", "a port without TLS"], never: evasions, status: 2),
            Saying("connections", says: ["TLS", "10.0.1.10", "10.0.0.11:5672"])),
        IncidentCase(
            "op-18-compute-silent-after-60s.pcap", calls: ["ok": 67],
            lanes: [
                "nova-api", "nova-compute@cmp1", "nova-compute@cmp2", "nova-compute@cmp3", "nova-conductor",
                "nova-scheduler",
            ],
            Saying("connections", says: ["7 7 silent"]),
            Saying("explain", says: ["nova-compute@cmp2", "10 s"], never: ["cmp1", "cmp3"] + evasions, status: 2),
            Saying("connections", says: ["nova-compute@cmp2", "10 s"])),
    ]

    // MARK: The same boot in tunnels and mirrors

    /// One boot, captured in many ways; what stands in all of them.
    static let boot = ["boot vm1 completed"]

    private static let wrappings = [
        "enc-vxlan4789", "enc-geneve6081", "enc-gre-ip", "enc-erspan2", "enc-mpls1", "enc-pppoe", "enc-llc-snap",
    ].map { name in
        IncidentCase(
            name + ".pcap", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying("explain", says: ["completed: active on cmp1 after 2.4 s"], never: evasions, status: 0),
            Saying("list", says: ["2.421 s"], never: ["anomal"]))
    }

    // MARK: Some of the connections

    /// On one node of a cluster those of others are not there.
    private static let nodes = [
        "node-1-answers-elsewhere", "node-2-compute-publishes-elsewhere", "node-3-some-of-all",
    ].map { name in
        IncidentCase(
            name + ".pcap", operations: ["boot vm1 unknown"],
            Saying(
                "explain",
                says: [
                    "messages go ways that the capture does not show", "capture on all nodes of the broker at once",
                ], never: ["stuck", "did not come back", "kill -USR2"], status: 1),
            Saying("list", says: ["unknown"], never: ["stuck"]))
    }

    // MARK: Captures as they are

    private static let captures = [
        IncidentCase(
            "snap128.pcap",
            Saying(
                "replay", says: ["15 messages not read: cut by the capture, -s 0"], never: ["not of oslo.messaging"]),
            Saying("connections", says: ["packets are cut at 128 bytes", "5 5 cut"]),
            Saying("explain", says: ["128", "-s 0"], never: ["another application", "completed"], status: 2),
            Saying("list", says: ["128"], never: ["another application"])),
        IncidentCase(
            "clock-back-1h.pcap", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying(
                "explain", says: ["completed: active on cmp1 after 2.4 s", "the clock went back 60 min"],
                never: ["3599"], status: 0),
            Saying("list", says: ["2.421 s", "the clock went back 60 min"]),
            Saying("replay", says: ["the clock went back 60 min"], never: ["3599"])),
        IncidentCase(
            "mid-gen-0-boot-ok.pcap", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying("explain", says: ["completed: active on cmp1 after 2.4 s"], status: 0)),
        IncidentCase(
            "order-shuffled8.pcap", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying("list", says: ["packets stand behind others of later times"]),
            Saying("explain", says: ["completed: active on cmp1 after 2.4 s"], status: 0),
            Saying("list", never: ["anomal", "numbering"])),
        IncidentCase(
            "comp-zstd.pcap", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying(
                "explain", says: ["completed: active on cmp1 after 2.4 s"], never: ["another application"], status: 0)),
        IncidentCase(
            "ng-all-blocks-ifdrop17.pcapng", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying("explain", says: ["completed: active on cmp1", "17", "dropped"], status: 0),
            Saying("list", says: ["dropped 17 packets"])),
        IncidentCase(
            "ng-two-sections-endian-res.pcapng", calls: ["ok": 6], operations: boot, lanes: nova,
            Saying("explain", says: ["completed: active on cmp1 after 2.4 s"], never: ["damaged"], status: 0)),
    ]
}
