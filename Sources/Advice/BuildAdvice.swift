import Trace

/// Somebody tried, and failed.
enum BuildAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .buildAborted: [
            .computeLog("why it gave the build up"),
            .log("why it gave the build up"),
            .console,
            .fault,
            .events,
        ],
        .remoteError: [
            .whoDidNotAnswer,
            .traceback,
            .fault,
            .console,
            .events,
        ],
        .rejectedTransition: [
            .events,
            .log("what it did meanwhile"),
            .stateNow,
        ],
        .errorState: [
            .fault,
            .log("the traceback"),
            .computeLog("the traceback"),
            .console,
            .events,
        ],
    ]
}

extension AdviceEntry {
    /// Of a call that was waited for in vain, whose caller has the traceback.
    fileprivate static let whoDidNotAnswer = AdviceEntry(each: { situation in
        guard situation.tellsOfVainCall else { return [] }
        return isUp.advise(situation) + log("why it did not answer").advise(situation)
    })

    fileprivate static let traceback = AdviceEntry(each: { situation in
        situation.tellsOfVainCall ? [] : log("the traceback").advise(situation)
    })
}
