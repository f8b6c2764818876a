import Testing
import Trace

@testable import Pipeline

@Suite struct `A selection applied while a capture goes on` {
    private func event(
        _ kind: BusEvent.Kind = .passed, request: String? = nil, instance: String? = nil, name: String? = nil,
        method: String = "save", isBackground: Bool = false, failed: Bool = false
    ) -> BusEvent {
        var message = Message(id: 1, kind: failed ? .reply : .call, exchange: "nova", routingKey: "conductor", bytes: 1)
        message.requestID = request
        message.instances = instance.map { [$0] } ?? []
        message.instanceName = name
        message.method = method
        message.isBackground = isBackground
        message.failure = failed ? RemoteFailure(className: "X", module: nil, message: "") : nil
        return BusEvent(kind, at: Timestamp(seconds: 10, nanoseconds: 0), message: message, call: nil)
    }

    private func wants(_ selection: inout LiveSelection, _ event: BusEvent) -> Bool { selection.wants(event) }

    @Test func `background traffic is hidden and counted, unless it fails or all is wanted`() {
        var selection = LiveSelection(Selection(), showsBackground: false)
        #expect(!wants(&selection, event(isBackground: true)))
        #expect(selection.hiddenCount == 1)
        #expect(wants(&selection, event(isBackground: true, failed: true)))
        #expect(selection.hiddenCount == 1)
        var all = LiveSelection(Selection(), showsBackground: true)
        #expect(wants(&all, event(isBackground: true)))
    }

    @Test func `an instance that is wanted by name is known again by its uuid, and its request by its id`() {
        var wanted = Selection()
        wanted.instances = ["vm-ok"]
        var selection = LiveSelection(wanted, showsBackground: false)
        #expect(!wants(&selection, event(request: "req-1")))
        #expect(wants(&selection, event(request: "req-1", instance: "2672332b-b870", name: "vm-ok")))
        #expect(wants(&selection, event(request: "req-1")))
        #expect(wants(&selection, event(request: "req-9", instance: "2672332b-b870")))
        #expect(!wants(&selection, event(request: "req-1", instance: "ff88be3b", name: "other")))
    }

    @Test func `a name that a second instance has takes both, and is said once with their uuids`() {
        var wanted = Selection()
        wanted.instances = ["web"]
        var selection = LiveSelection(wanted, showsBackground: false)
        #expect(wants(&selection, event(instance: "2672332b-b870", name: "web")))
        #expect(selection.takeRemarks().isEmpty)
        for _ in 0..<2 { #expect(wants(&selection, event(instance: "ff88be3b-b870", name: "web"))) }
        #expect(
            selection.takeRemarks() == [
                "2 instances are called web, and both are taken: 2672332b-b870, ff88be3b-b870; a uuid chooses one"
            ])
        #expect(selection.takeRemarks().isEmpty)
    }

    @Test func `of a request for several servers the one that is wanted is known by its own name`() {
        var wanted = Selection()
        wanted.instances = ["vm1"]
        var selection = LiveSelection(wanted, showsBackground: false)
        var request = event(request: "req-1", instance: "2672332b-0", name: "vm0")
        request.message?.instances = ["2672332b-0", "2672332b-1"]
        request.instanceNames = ["vm0", "vm1"]
        #expect(wants(&selection, request))
        #expect(wants(&selection, event(instance: "2672332b-1")))
        #expect(!wants(&selection, event(instance: "2672332b-0")))
    }

    @Test func `an instance is wanted by the beginning of its uuid, whatever the case`() {
        var wanted = Selection()
        wanted.instances = ["2672332B"]
        var selection = LiveSelection(wanted, showsBackground: false)
        #expect(wants(&selection, event(instance: "2672332b-b870-49a9-bbeb-902381dffe38")))
        #expect(!wants(&selection, event(instance: "1672332b-b870-49a9-bbeb-902381dffe38")))
    }

    @Test func `a request is wanted by the beginning of its id, with or without req-`() {
        var wanted = Selection()
        wanted.requests = ["c63d"]
        var selection = LiveSelection(wanted, showsBackground: false)
        #expect(wants(&selection, event(request: "req-c63d2dd6")))
        #expect(!wants(&selection, event(request: "req-d63d2dd6")))
        #expect(!wants(&selection, event()))
    }

    @Test func `of problems only problems are wanted, also those of background traffic`() {
        var wanted = Selection()
        wanted.problemsOnly = true
        var selection = LiveSelection(wanted, showsBackground: false)
        #expect(!wants(&selection, event()))
        #expect(wants(&selection, event(failed: true)))
        #expect(wants(&selection, event(.unanswered)))
    }

    @Test func `method, service and time narrow together`() {
        var wanted = Selection()
        wanted.methods = ["sa*"]
        wanted.services = ["nova-compute@node*"]
        wanted.since = Timestamp(seconds: 5, nanoseconds: 0)
        var selection = LiveSelection(wanted, showsBackground: false)
        var match = event()
        match.from = Participant(id: 0, service: "nova-compute", host: "node1", label: "nova-compute@node1")
        #expect(wants(&selection, match))
        match.at = Timestamp(seconds: 4, nanoseconds: 0)
        #expect(!wants(&selection, match))
        #expect(!wants(&selection, event()))
    }
}
