import Testing
import Trace

@testable import Rendering

@Suite struct `What operations are called beside each other` {
    private func names(_ instances: [(name: String?, uuid: String)]) -> [String] {
        let start = Timestamp(seconds: 1000, nanoseconds: 0)
        let operations = instances.enumerated().map { id, instance in
            var operation = Operation(
                id: OperationID(id), kind: .boot, requestID: "req-1", instances: [instance.uuid], outcome: .completed,
                startedAt: start, endedAt: start, verdict: "")
            operation.instanceName = instance.name
            return operation
        }
        let names = OperationNames(operations)
        return operations.map(names.name)
    }

    @Test func `is the instance's name, and where two share it so much of the uuid as tells them apart`() {
        #expect(
            names([
                ("web", "aaaaaaaa-0000-4000-8000-000000000001"), ("web", "bbbbbbbb-0000-4000-8000-000000000001"),
                ("db", "cccccccc-0000-4000-8000-000000000001"), ("vm", "dddddddd-0000-4000-8000-000000000001"),
                ("vm", "dddddddd-1111-4000-8000-000000000001"), ("vm", "dddddddd-1111-4000-8000-000000000001"),
                ("x", "eeeeeeee-0000-4000-8000-000000000001"), ("x", "eeeeeeee-0000-4000-8000-000000000002"),
            ]) == [
                "web aaaaaaaa", "web bbbbbbbb", "db", "vm dddddddd-0000", "vm dddddddd-1111", "vm dddddddd-1111",
                "x eeeeeeee-0000-4000-8000-000000000001", "x eeeeeeee-0000-4000-8000-000000000002",
            ])
    }
}
