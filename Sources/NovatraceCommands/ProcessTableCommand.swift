import ArgumentParser
import LocalMachine

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// `novatrace process-table`: what a live capture starts before it gives up its privileges, and asks which processes
/// the connections of this machine belong to.
struct ProcessTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "process-table",
        abstract: "Answer which processes sockets belong to; a live capture starts it by itself.",
        shouldDisplay: false)

    func run() {
        LookupHelper.prepare()
        LookupHelper.serve(input: STDIN_FILENO, output: STDOUT_FILENO)
    }
}
