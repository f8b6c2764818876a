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
            .log("the traceback"),
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
