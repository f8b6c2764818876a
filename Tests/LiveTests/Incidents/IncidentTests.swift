import Foundation
import Subprocess
import TestSupport
import Testing

/// A real broker, the real library, and what goes wrong between them: what novatrace must say of it, and what it must
/// not. `Tests/README.md` lists what is said when.
@Suite(
    SharedBroker(),
    .enabled(if: LiveBus.isAvailable || ExternalProgram.mustBeInstalled, "needs '.ci/setup test' and root"),
    .timeLimit(.minutes(5)))
struct `An incident on a live bus` {
    @Test(arguments: OsloRelease.all)
    func `that is none is a boot that became active`(release: OsloRelease) async throws {
        try await SharedBroker.incident { incident in
            try await incident.record()
            let cloud = try await incident.startCloud(of: release)
            try await cloud.boot()
            try await cloud.compute.waitUntilSent("update_instance_info")
            let recording = try await incident.finishRecording()
            try await recording.expect(
                Saying("explain", says: ["completed: active on host1"], never: ["stuck", "returned"], status: 0),
                Saying("list", "--problems", never: ["vm-1"]))
            recording.expectLive(says: ["vm-1", "completed: active on host1"], never: ["not seen taken", "refused"])
            let calls = try await recording.trace().calls
            // A report may be under way at the end.
            #expect(calls.allSatisfy { $0.outcome == "ok" || $0.method == "object_action" })
        }
    }
}
