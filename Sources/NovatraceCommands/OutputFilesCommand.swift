import ArgumentParser
import Capture
import Glibc

/// `novatrace output-files`: what a live capture as root starts before it gives up its rights, and asks for the next file
/// of a ring.
struct OutputFilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output-files",
        abstract: "Open the files of a ring in one folder; a live capture starts it by itself.",
        shouldDisplay: false)

    @Option var name: String
    @Option var limit: Int?
    @Flag var force = false
    @OptionGroup var confinement: HelperConfinement

    func run() throws {
        var helper = OutputFilesHelper(
            name: name, limit: limit, overwrites: force, owner: confinement.user)
        try helper.prepare(isSandboxed: confinement.sandbox)
        helper.serve(STDIN_FILENO)
    }
}
