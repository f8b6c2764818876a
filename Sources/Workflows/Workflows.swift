/// The list of workflows; a new one is a file and a line here. The first that fits names an operation.
package enum Workflows {
    package static let all: [Workflow] =
        [.boot, .delete, .resize, .liveMigration] + Workflow.powerOperations + Workflow.imageOperations
        + Workflow.attachments
}
