import Advice
import Diagnosis
import TestSupport
import Testing
import Trace

/// What is advised on a boot that was diagnosed by hand.
private struct AdviceScript {
    var trace = BusTrace()
    var operation: Operation
    static let uuid = "2672332b-b870-49a9-bbeb-902381dffe38"
    static let request = "req-c63d2dd6-a2e7-46fa-8ab1-8df203b24869"

    init(_ cause: Diagnosis.Cause, edit: (inout Diagnosis) -> Void = { _ in }) {
        let start = Timestamp(seconds: 1000, nanoseconds: 0)
        operation = Operation(
            id: 0, kind: .boot, requestID: Self.request, instances: [Self.uuid], outcome: .stuck, startedAt: start,
            endedAt: start, verdict: "")
        var diagnosis = Diagnosis(cause)
        edit(&diagnosis)
        operation.diagnosis = diagnosis
        trace.participants = [
            Participant(id: 0, service: "nova-compute", host: "compute1", pid: 4711, label: "nova-compute@compute1")
        ]
    }

    /// The instance reached this task state.
    mutating func reach(_ taskState: String) {
        operation.states.append(
            StateNote(
                at: operation.startedAt,
                change: StateChange(
                    instance: Self.uuid, vmState: .some("building"), taskState: .some(taskState)),
                confirmation: .confirmed, message: 0, participant: 0))
    }

    var advice: [Advice] { Advisor(trace).advice(on: operation) }
    var commands: [String] { advice.compactMap(\.command) }
    var words: String { advice.map { "\($0.text) \($0.command ?? "")" }.joined(separator: "\n") }
}

@Suite struct `What to look at next` {
    @Test(arguments: Diagnosis.Cause.allCases)
    func `is short, for every cause, and nothing where all went well`(cause: Diagnosis.Cause) {
        let bare = AdviceScript(cause)
        let known = AdviceScript(cause) {
            ($0.participant, $0.service, $0.host, $0.awaited) = (0, "nova-compute", "compute1", "network-vif-plugged")
        }
        for advice in [bare.advice, known.advice] {
            #expect(advice.isEmpty == (cause == .completed))
            #expect(advice.count <= 5)
            #expect(advice.allSatisfy { !$0.text.hasSuffix(".") && $0.text.count < 130 })
        }
        #expect(!bare.words.contains("compute1"), "a host that was not seen")
    }

    @Test func `nobody takes from the conductor's queue: is it up, what waits, who is connected`() {
        let script = AdviceScript(.notTaken) { ($0.service, $0.awaited) = ("nova-conductor", "conductor") }
        #expect(
            script.commands == [
                "openstack compute service list --service nova-conductor",
                "rabbitmqctl list_queues name messages consumers", "grep -i amqp /var/log/nova/nova-conductor.log",
                "rabbitmqctl list_connections name peer_host state client_properties",
            ])
    }

    @Test func `a compute that is not there is asked for by its host`() {
        let script = AdviceScript(.notTaken) {
            ($0.service, $0.host, $0.awaited) = ("nova-compute", "compute3", "compute.compute3")
        }
        #expect(
            script.commands.first == "openstack compute service list --service nova-compute --host compute3")
        #expect(script.words.contains("nobody reads: compute.compute3"))
    }

    @Test func `a process that took a request and does not answer gives a Guru Meditation Report`() {
        let known = AdviceScript(.unanswered) { $0.participant = 0 }
        #expect(known.commands.first == "kill -USR2 4711")
        #expect(known.words.contains("Guru Meditation"))
        #expect(known.commands.contains("grep \(AdviceScript.request) /var/log/nova/nova-compute.log"))
        let unknown = AdviceScript(.unanswered) { $0.service = "nova-scheduler" }
        #expect(unknown.commands.first == "pkill -USR2 -f nova-scheduler")
    }

    @Test func `the console is named from spawning on`() {
        var script = AdviceScript(.buildAborted) { $0.participant = 0 }
        script.reach("networking")
        #expect(!script.words.contains("console.log"))
        script.reach("spawning")
        #expect(
            script.words.contains("/var/lib/nova/instances/\(AdviceScript.uuid)/console.log on compute1"))
        #expect(script.commands.contains("openstack console log show \(AdviceScript.uuid)"))
    }

    @Test func `an event of neutron's that did not come leads to ports and agents`() {
        let script = AdviceScript(.missingEvent) { ($0.participant, $0.awaited) = (0, "network-vif-plugged") }
        #expect(script.commands.contains("openstack port list --server \(AdviceScript.uuid) -c ID -c Status"))
        #expect(script.commands.contains("openstack network agent list --host compute1"))
        #expect(script.commands.contains("grep \(AdviceScript.uuid) /var/log/neutron/neutron-server.log"))
    }

    @Test func `each host that was tried is named once`() {
        let at = Timestamp(seconds: 1000, nanoseconds: 0)
        let script = AdviceScript(.retriesExhausted) { diagnosis in
            diagnosis.reschedules = [("a", "b"), ("b", "a"), ("a", "c")].map {
                Diagnosis.Reschedule(at: at, from: $0.0, to: $0.1, reason: nil)
            }
        }
        #expect(script.advice.prefix(2).map(\.text).map { String($0.prefix(12)) } == ["why a failed", "why b failed"])
    }

    @Test func `work of which nothing is seen leads to the log of who has it`() {
        let script = AdviceScript(.silent) { ($0.participant, $0.awaited) = (0, "network-vif-plugged") }
        #expect(
            script.advice.first
                == Advice(
                    "how far it came: the log of nova-compute on compute1",
                    command: "grep \(AdviceScript.request) /var/log/nova/nova-compute.log"))
        #expect(script.commands.contains("openstack port list --server \(AdviceScript.uuid) -c ID -c Status"))
    }

    @Test func `of an unclear operation whose beginning was captured no other capture would tell more`() {
        var script = AdviceScript(.unclear) { $0.participant = 0 }
        script.operation.steps = [Step(name: "request taken", status: .done, messages: [0])]
        #expect(!script.words.contains("from before the server is created"))
        #expect(script.commands.contains("grep \(AdviceScript.request) /var/log/nova/nova-compute.log"))
    }

    @Test func `what the broker did to the queue that nobody takes from is said with what to look at`() {
        var script = AdviceScript(.notTaken) { ($0.participant, $0.awaited) = (0, "compute.compute1") }
        #expect(script.words.contains("which queues hold messages that nobody reads: compute.compute1"))
        var connection = Connection(
            id: 0, client: "10.0.0.5:4000", server: "10.0.0.1:5672", protocolName: "AMQP 0-9-1")
        let at = Timestamp(seconds: 1000, nanoseconds: 0)
        connection.cancelled = [ConsumerCancellation(at: at, consumerTag: "1", queue: "compute.compute1")]
        script.trace.capture.connections = [connection]
        #expect(script.words.contains("the broker cancelled its consumer"))
        #expect(!script.words.contains("which queues hold"))
        connection.channelClosings = [
            ChannelClosing(
                at: at + .seconds(1), channel: 1, by: .server, code: 404, text: "NOT_FOUND - no queue",
                method: "queue.declare",
                subject: "compute.compute1")
        ]
        script.trace.capture.connections = [connection]
        #expect(script.words.contains("who consumes from it: 404 NOT_FOUND - no queue"))
    }

    @Test(arguments: [
        ("manila-share", "openstack share service list --binary manila-share", "manila"),
        ("neutron-mlnx-agent", "openstack network agent list --host h", "neutron"),
        ("zaqar-server", "systemctl status zaqar-server", "zaqar"),
        ("designate-mdns", "openstack dns service list", "designate"),
    ])
    func `every project's services have a log and a command`(service: String, command: String, project: String) {
        let script = AdviceScript(.notTaken) { ($0.service, $0.host) = (service, "h") }
        #expect(script.commands.first == command)
        #expect(script.commands.contains("grep -i amqp /var/log/\(project)/\(service).log"))
    }

    @Test func `who serves the topic of an unanswered call is asked about, whatever project it is of`() {
        var script = AdviceScript(.unclear)
        script.operation.diagnosis = nil
        var call = Message(
            id: 0, kind: .call, exchange: "openstack", routingKey: "cinder-volume.ctl1@ceph.ctl1", bytes: 100)
        call.call = 0
        script.trace.messages = [call]
        script.trace.calls = [Call(id: 0, messageID: "m", outcome: .unanswered)]
        script.operation.messages = [0]
        #expect(script.words.contains("whether cinder-volume on ctl1 (backend ceph) is up"))
    }

    @Test func `cinder's backend is no user at a host`() {
        let script = AdviceScript(.notTaken) { ($0.service, $0.host) = ("cinder-volume", "ctl1@ceph") }
        #expect(script.words.contains("whether cinder-volume on ctl1 (backend ceph) is up"))
        #expect(!script.words.contains("ctl1@ceph"))
    }

    @Test func `a longer capture goes on until what was asked for is done`() {
        var script = AdviceScript(.underWay)
        #expect(script.words.contains("until the server is active or in error"))
        script.operation.kind = .other
        #expect(script.words.contains("until the request is done"))
    }

    @Test func `another protocol than TLS is no matter of ports for TLS`() {
        func advice(spoken: String, answer: String? = nil, kind: ConnectionIncident.Kind) -> String {
            var incident = ConnectionIncident(
                kind, at: Timestamp(seconds: 1, nanoseconds: 0), client: "10.0.0.7", server: "10.0.0.2:5672")
            (incident.spoken, incident.answer) = (spoken, answer)
            var counter = TroubleCounter(BusTrace())
            counter.add(incident)
            return counter.counted.first?.advice.text ?? ""
        }
        #expect(advice(spoken: "TLS", kind: .foreignProtocol).contains("are for TLS"))
        #expect(advice(spoken: "AMQP 0-9-1", answer: "TLS", kind: .foreignAnswer).contains("are for TLS"))
        for spoken in ["AMQP 1.0", "HTTP"] {
            let text = advice(spoken: spoken, kind: spoken == "HTTP" ? .foreignProtocol : .versionRefused)
            #expect(!text.contains("TLS"), "\(text)")
            #expect(text.contains("what 10.0.0.7 is, which speaks \(spoken) to port 5672"), "\(text)")
        }
    }

    @Test func `an unclear capture is answered with what to capture instead`() {
        var script = AdviceScript(.unclear)
        var connection = Connection(
            id: 0, client: "10.0.0.5:4000", server: "10.0.0.1:5672", protocolName: "AMQP 0-9-1")
        (connection.oneSided, connection.gaps) = (true, 3)
        script.trace.capture.connections = [connection]
        #expect(script.words.contains("both directions"))
        #expect(script.words.contains("without loss"))
        #expect(script.words.contains("from before the server is created"))
    }

    @Test func `a boot of which a whole capture shows no more is looked for where it should go on, not captured again`()
    {
        var script = AdviceScript(.unclear) { ($0.participant, $0.isSilent) = (0, true) }
        script.reach("spawning")
        #expect(!script.words.contains("novatrace capture"))
        #expect(script.commands.first == "grep \(AdviceScript.request) /var/log/nova/nova-compute.log")
        #expect(script.commands.contains("kill -USR2 4711"))
        #expect(script.commands.contains("openstack console log show \(AdviceScript.uuid)"))
    }

    @Test func `the number of a process is said to be its container's own`() {
        for cause in [Diagnosis.Cause.unanswered, .notAcknowledged] {
            let script = AdviceScript(cause) { $0.participant = 0 }
            #expect(script.words.contains("4711") && script.words.contains(", in the container where one is used"))
        }
    }

    @Test(arguments: [
        (404, "NOT_FOUND - no exchange 'notif' in vhost '/'", "basic.publish", "list_exchanges"),
        (404, "NOT_FOUND - no queue 'q' in vhost '/'", "queue.declare", "list_queues"),
        (
            406,
            "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms.",
            nil, "list_consumers"
        ),
    ])
    func `a channel that the broker closed leads to what it closed it over`(
        code: Int, text: String, method: String?, command: String
    ) {
        var incident = ConnectionIncident(
            .channelClosed, at: Timestamp(seconds: 1, nanoseconds: 0), client: "10.0.0.5:1", server: "10.0.0.1:5672")
        (incident.by, incident.code, incident.text, incident.method) = (.server, code, text, method)
        #expect(Self.command(for: incident)?.contains(command) == true)
    }

    @Test
    func `a virtual host that has as many connections as it may leads to its limit, one that is refused to who may`() {
        var incident = ConnectionIncident(
            .virtualHostRefused, at: Timestamp(seconds: 1, nanoseconds: 0), client: "10.0.0.5:1",
            server: "10.0.0.1:5672")
        (incident.virtualHost, incident.user) = ("-full", "nova")
        incident.text = "NOT_ALLOWED - access to vhost '-full' refused for user 'nova': connection limit (2) is reached"
        #expect(Self.command(for: incident) == "rabbitmqctl list_vhost_limits --vhost='-full'")
        incident.text = "NOT_ALLOWED - Connection refused for user 'nova': user connection limit (2) is reached"
        #expect(Self.command(for: incident) == "rabbitmqctl list_user_limits --user nova")
        (incident.virtualHost, incident.text) = ("cell9", "NOT_ALLOWED - access to vhost 'cell9' refused")
        #expect(Self.command(for: incident) == "rabbitmqctl list_permissions -p cell9")
    }

    private static func command(for incident: ConnectionIncident) -> String? {
        var counter = TroubleCounter(BusTrace())
        counter.add(incident)
        return counter.counted.first?.advice.command
    }

    @Test func `names off the wire cannot run anything when a command is pasted`() {
        let script = AdviceScript(.notTaken) {
            ($0.service, $0.host) = ("nova-compute", "x; rm -rf ~'$(id)\n")
        }
        #expect(
            script.commands.first
                == #"openstack compute service list --service nova-compute --host 'x; rm -rf ~'\''$(id)?'"#)
        let option = AdviceScript(.notTaken) { ($0.service, $0.host) = ("nova-compute", "-x") }
        #expect(
            option.commands.first == "openstack compute service list --service nova-compute --host='-x'",
            "it is no option of its own")
        var odd = AdviceScript(.errorState)
        odd.operation.instances = ["--os-password"]
        #expect(odd.commands.contains("openstack server event list '--os-password'"))
    }

    @Test func `without a diagnosis the outcome and the messages tell`() {
        var script = TraceScript()
        script.cast("schedule_and_build_instances", TraceScript.api, nil, key: "conductor", instances: ["i"])
        script.wait(.seconds(90))
        var trace = script.trace
        var operation = Operation(
            id: 0, kind: .boot, requestID: "req-1", instances: ["i"], outcome: .stuck, startedAt: script.now,
            endedAt: script.now, verdict: "")
        operation.messages = [0]
        trace.operations = [operation]
        #expect(
            Advisor(trace).advice(on: operation).first?.command
                == "openstack compute service list --service nova-conductor")
        operation.outcome = .completed
        #expect(Advisor(trace).advice(on: operation).isEmpty)
    }
}
