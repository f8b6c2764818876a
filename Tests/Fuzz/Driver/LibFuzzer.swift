import Foundation
import FuzzTargets

// novatrace-fuzz list
// novatrace-fuzz seeds FOLDER CAPTURE…    what to begin with, a folder a target
// novatrace-fuzz TARGET [libFuzzer's options and folders]

/// What libFuzzer, which has the program's entry, calls of it (compiler-rt, lib/fuzzer/FuzzerInterface.h).
private enum LibFuzzer {
    /// Set once, before the first input.
    nonisolated(unsafe) static var target: FuzzTarget?
    /// libFuzzer starts itself once more, with its own arguments only.
    static let variable = "NOVATRACE_FUZZ_TARGET"

    static func begin(_ command: String, _ arguments: [String]) throws {
        switch command {
        case "list":
            for target in FuzzTargets.all { print("\(target.name)\t\(target.longest)\t\(target.summary)") }
            exit(0)
        case "seeds" where arguments.count > 1:
            try Seeds.write(to: arguments[0], captures: Array(arguments[1...]))
            exit(0)
        default:
            target = FuzzTargets.named(command)
        }
        guard target != nil else {
            print("usage: novatrace-fuzz list | seeds FOLDER CAPTURE... | TARGET [OPTION...] [FOLDER...]")
            exit(64)
        }
        setenv(variable, command, 1)
        // Swift's own report of a crash would stand before libFuzzer's, which keeps the input. A trap of Swift is an illegal
        // instruction on one kind of processor and a breakpoint on others, of which libFuzzer does not know.
        for number in [SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] { signal(number, SIG_DFL) }
        signal(SIGTRAP) { _ in abort() }
    }
}

/// Called before all else, with the arguments of the program.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> Int32 {
    let words = (0..<Int(count.pointee)).map { String(cString: arguments.pointee[$0]) }
    do {
        if let command = ProcessInfo.processInfo.environment[LibFuzzer.variable] {
            try LibFuzzer.begin(command, Array(words.dropFirst()))
        } else {
            try LibFuzzer.begin(words.count > 1 ? words[1] : "", Array(words.dropFirst(2)))
            // The name of the target is no folder of inputs.
            for place in 1..<words.count - 1 { arguments.pointee[place] = arguments.pointee[place + 1] }
            count.pointee -= 1
        }
    } catch {
        print("novatrace-fuzz: \(error)")
        exit(74)
    }
    return 0
}

/// Called with each input; what must not be ends the program, which makes libFuzzer keep the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOnce(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    do {
        try LibFuzzer.target?.run([UInt8](UnsafeBufferPointer(start: data, count: size)))
    } catch {
        FileHandle.standardError.write(Data("violated: \(error)\n".utf8))
        abort()
    }
    return 0
}
