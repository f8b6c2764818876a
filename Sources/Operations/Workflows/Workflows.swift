/// The list of workflows; a new one is a file and a line here. The first that fits names an operation.
package enum Workflows {
    package static let all: [Workflow] = [
        .bootInCells,
        .bootThroughRunInstance,
        .bootThroughConductor,
        .bootBeforeConductor,

        .delete,
        .softDelete,
        .restore,

        .liveMigration,
        .resize,
        .confirmResize,
        .revertResize,
        .evacuate,
        .rebuild,

        .stop,
        .start,
        .reboot,
        .pause,
        .unpause,
        .suspend,
        .resume,
        .rescue,
        .unrescue,

        .snapshot,
        .backup,
        .shelve,
        .unshelve,

        .attachVolume,
        .detachVolume,
        .attachInterface,
        .detachInterface,
        .console,
    ]
}
