import Testing
import Trace

@testable import Operations

@Suite struct `What puts an end to the same before it` {
    @Test(arguments: ["reboot", "stop", "pause", "rescue"]) func `changes the state of the server`(kind: String) {
        #expect(Workflows.all.contains { $0.kind.rawValue == kind && $0.endsInState })
    }

    @Test(arguments: ["attach-volume", "detach-volume", "attach-interface", "detach-interface", "console"])
    func `is nothing of which two may go on at once`(kind: String) {
        let workflows = Workflows.all.filter { $0.kind.rawValue == kind }
        #expect(!workflows.isEmpty)
        #expect(!workflows.contains { $0.endsInState })
    }
}
