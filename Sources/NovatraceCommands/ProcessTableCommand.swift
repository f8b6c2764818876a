import ArgumentParser
import Capture
import Glibc
import LocalMachine

/// `novatrace process-table`: what a live capture starts before it gives up its privileges, and asks which processes
/// the connections of this machine belong to.
struct ProcessTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "process-table",
        abstract: "Answer which processes sockets belong to; a live capture starts it by itself.",
        shouldDisplay: false)

    @OptionGroup var confinement: HelperConfinement

    func run() throws {
        try LookupHelper.prepare(as: confinement.user, isSandboxed: confinement.sandbox)
        LookupHelper.serve(input: STDIN_FILENO, output: STDOUT_FILENO)
    }
}

/// What a helper process is told about the rights that it goes on with.
struct HelperConfinement: ParsableArguments {
    @Option var userID: UInt32?
    @Option var groupID: UInt32?
    @Flag(inversion: .prefixedNo) var sandbox = true

    /// Who is meant; `nil` where nobody was named.
    var user: UnprivilegedUser? {
        guard let userID, let groupID else { return nil }
        return UnprivilegedUser(user: userID, group: groupID)
    }
}
