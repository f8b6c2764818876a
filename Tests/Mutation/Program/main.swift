import Glibc

// Mutates recordings and holds what novatrace makes of them against what it makes of the recordings themselves;
// `.ci/mutate` builds and runs it.
do {
    let options = try Options(CommandLine.arguments)
    if options.isWorker {
        try Worker(options).run()
    } else {
        var overseer = Overseer(options)
        exit(try overseer.run() ? 0 : 1)
    }
} catch {
    let sentence = Array("novatrace-mutate: \(error)\n".utf8)
    write(STDERR_FILENO, sentence, sentence.count)
    exit(2)
}
