import Operations
import Trace

extension Question {
    /// The service that did the work reported the exception that ended it.
    ///
    /// An operation that leaves the instance as it was, as a reboot or a stop that failed, shows that in nothing else.
    static let reportedFault = Question { facts in
        guard let report = facts.faults.first,
            facts.workflow?.retry == nil || facts.isBeyondRetry(report)
                || facts.isOver(since: report.at ?? facts.lastSeen)
        else { return nil }
        let sender = facts.participant(report.from)
        let name = sender?.label ?? "the service"
        var finding = Finding(.remoteError, "\(name) reported a fault\(facts.words(on: report))", facts)
        finding.diagnosis.message = report.id
        finding.diagnosis.since = report.at
        finding.blame(sender, service: Workflow.Role.compute.service)
        finding.prove(facts.evidence(of: report))
        return finding
    }
}

extension Facts {
    /// The requests that report an exception, in order of time, the last attempt's where it was begun anew.
    var faults: [Message] {
        requests.map(message).filter {
            $0.facts?.fault != nil && isOfLastAttempt($0.at) && !isOfFormerHost($0)
        }
    }

    /// Whether it comes from a host that the work was sent on from: what that reports is why.
    private func isOfFormerHost(_ message: Message) -> Bool {
        guard let host = participant(message.from)?.host, let last = attempts.reschedules.last?.to else { return false }
        return host != last && attempts.reschedules.contains { $0.from == host }
    }

    /// Whether it comes from a compute that was asked by the one that was chosen: nobody looks for another after that.
    fileprivate func isBeyondRetry(_ report: Message) -> Bool {
        guard let workflow, let host = participant(report.from)?.host else { return false }
        return operation.steps.indices.contains { index in
            let (step, kind) = (operation.steps[index], workflow.steps[index])
            return kind.actor.isCompute && kind.target.isCompute && step.status == .done
                && participant(step.to)?.host == host
        }
    }

    /// What is reported of an error state: the last before it was set, else what who set it reports at once after it, as
    /// nova does where it saves the state first (`compute/manager.py`, `terminate_instance`).
    func fault(of error: StateNote) -> Message? {
        faults.last { ($0.at ?? error.at) <= error.at }
            ?? faults.first { $0.from == error.participant && ($0.at ?? error.at) - error.at <= Self.atOnce }
    }

    /// What a service does next, and does not wait for anything.
    static let atOnce: Nanoseconds = .seconds(10)

    func evidence(of report: Message) -> Diagnosis.Evidence {
        Diagnosis.Evidence(
            "\(name(report.from)) reported in \(report.title)\(words(on: report))", at: report.at, message: report.id)
    }

    /// `: Failed to allocate the network(s), not rescheduling`.
    func words(on report: Message) -> String {
        guard let fault = report.facts?.fault else { return "" }
        var words = words(fault.message)
        // nova's BuildAbortException, where its reason is not kept alone.
        if words.hasPrefix("Build of instance "), let start = words.firstRange(of: " aborted: ")?.upperBound {
            words = String(words[start...])
        }
        return [fault.className, words].compactMap(\.self).reduce("") { "\($0): \($1)" }
    }
}
