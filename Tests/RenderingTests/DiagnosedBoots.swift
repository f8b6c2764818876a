import Trace

/// Hand-made boots with a diagnosis, as `explain` and the diagram show them.
extension Boots {
    static let steps = [
        "request taken", "host selected", "compute took the build", "networking", "block device mapping", "spawning",
        "active",
    ]

    /// The steps up to `reached` done, the next one as given, the rest pending.
    static func steps(upTo reached: Int, next status: Step.Status = .pending) -> [Step] {
        let ends = [(api, conductor), (conductor, scheduler), (conductor, compute1)]
        return steps.enumerated().map { index, name in
            var step = Step(name: name, status: index < reached ? .done : index == reached ? status : .pending)
            guard index < reached || index == reached && status != .pending else { return step }
            (step.from, step.to) = index < ends.count ? (ends[index].0, ends[index].1) : (compute1, nil)
            step.at = TraceBuilder.at([0, 0.053, 1.559, 1.869, 1.968, 2.065, 8.349][index])
            if index >= reached, index < ends.count { step.to = nil }
            return step
        }
    }

    /// The compute waits for a plugged interface.
    static func waitsForEvent() -> BusTrace {
        var boot = builder()
        schedule(&boot)
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [compute1], at: 1.559)
        boot.state("building", nil, message: save(&boot, at: 1.595, 0.082))
        boot.state("building", "networking", message: save(&boot, at: 1.869, 0.061))
        boot.state("building", "spawning", message: save(&boot, at: 2.065, 0.092))
        boot.edit {
            $0.capture.sources[0].last = TraceBuilder.at(95)
            $0.participants[compute1].pid = 4711
        }
        var trace = boot.finish(
            outcome: .stuck,
            verdict:
                "nova-compute on compute1 has waited 92.9 s for network-vif-plugged, which neutron reports when the "
                + "port is wired")
        var diagnosis = Diagnosis(.missingEvent)
        (diagnosis.step, diagnosis.service, diagnosis.host) = ("spawning", "nova-compute", "compute1")
        (diagnosis.participant, diagnosis.awaited) = (compute1, "network-vif-plugged")
        diagnosis.since = TraceBuilder.at(2.157)
        diagnosis.message = trace.operations[0].states.last?.message
        diagnosis.evidence = [
            .init(
                "Instance.save set task_state spawning, and nova-conductor confirmed it", at: TraceBuilder.at(2.065),
                message: diagnosis.message),
            .init(
                "no external_instance_event with network-vif-plugged reached nova-compute on compute1 in the 92.9 s "
                    + "up to the end of the capture", isMissing: true),
        ]
        trace.operations[0].diagnosis = diagnosis
        trace.operations[0].steps = steps(upTo: 6)
        return trace
    }

    /// Two hosts fail, a third is not found.
    static func retriesExhausted() -> BusTrace {
        var boot = builder()
        schedule(&boot)
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [compute1], at: 1.559)
        boot.send(.cast, "build_instances", from: compute1, to: [conductor], at: 3)
        boot.send(.cast, "build_and_run_instance", from: conductor, to: [compute2], at: 3.1)
        boot.send(.cast, "build_instances", from: compute2, to: [conductor], at: 5)
        boot.send(.notification, "compute_task.build_instances", from: conductor, to: [], at: 5.1) {
            $0.isBackground = true
            $0.priority = "ERROR"
        }
        var trace = boot.finish(
            outcome: .failed, verdict: "both hosts that were tried failed: compute1, compute2")
        var diagnosis = Diagnosis(.retriesExhausted)
        (diagnosis.step, diagnosis.service) = ("compute took the build", "nova-conductor")
        diagnosis.message = trace.operations[0].messages.last
        diagnosis.participant = conductor
        diagnosis.reschedules = [
            .init(at: TraceBuilder.at(3), from: "compute1", to: "compute2", reason: "libvirtError: no space left"),
            .init(at: TraceBuilder.at(5), from: "compute2", to: nil, reason: "libvirtError: no space left"),
        ]
        diagnosis.evidence = [
            .init("compute2 sent the build back", at: TraceBuilder.at(5), message: 6),
            .init("no build_and_run_instance to a further host", isMissing: true),
        ]
        trace.operations[0].diagnosis = diagnosis
        trace.operations[0].steps = steps(upTo: 3)
        return trace
    }

    /// Twenty servers of one request: eighteen active, one failed, one stuck.
    static func twenty() -> BusTrace {
        var trace = completed()
        let model = trace.operations[0]
        trace.operations = (0..<20).map { number in
            var operation = Operation(
                id: OperationID(number), kind: .boot, requestID: TraceBuilder.request,
                instances: ["\(number < 10 ? "0" : "")\(number)72332b-b870-49a9-bbeb-902381dffe38"],
                outcome: .completed,
                startedAt: model.startedAt, endedAt: model.endedAt,
                verdict: "active on compute\(number % 2 + 1) after \(number % 5 + 3).0 s")
            operation.instanceName = "vm-\(number + 1)"
            operation.messages = model.messages
            operation.steps = steps(upTo: 7)
            operation.states = model.states
            var diagnosis = Diagnosis(.completed)
            switch number {
            case 7:
                (operation.outcome, operation.verdict) = (.failed, "the build was aborted on compute2")
                diagnosis = Diagnosis(.buildAborted)
                (diagnosis.service, diagnosis.host, diagnosis.participant) = ("nova-compute", "compute2", compute2)
                operation.steps = steps(upTo: 5, next: .failed)
            case 12:
                (operation.outcome, operation.verdict) = (
                    .stuck, "nobody took build_and_run_instance from compute.compute3"
                )
                diagnosis = Diagnosis(.notTaken)
                (diagnosis.service, diagnosis.host) = ("nova-compute", "compute3")
                diagnosis.awaited = "compute.compute3"
                operation.steps = steps(upTo: 2, next: .missing)
                operation.states = []
            default: break
            }
            operation.diagnosis = diagnosis
            return operation
        }
        return trace
    }
}
