import Bytes
import TestSupport
import Testing

@testable import LocalMachine

@Suite struct `Requests and answers are lines` {
    private func withoutEnd(_ line: [UInt8]) throws -> ArraySlice<UInt8> {
        try #require(line.last == UInt8(ascii: "\n"))
        return line.dropLast()
    }

    @Test func `a request names sockets by both ends`() throws {
        let question = try #require(Question(client: "192.0.2.1:40312", server: "[2001:db8::9]:5672"))
        let line = LookupLine.request([question, question])
        #expect(
            String(decoding: line, as: UTF8.self)
                == "find 192.0.2.1:40312 [2001:db8::9]:5672 192.0.2.1:40312 [2001:db8::9]:5672\n")
        let socket = SocketPair(
            local: try #require(SocketAddress("192.0.2.1:40312")),
            remote: try #require(SocketAddress("[2001:db8::9]:5672")))
        #expect(LookupLine.sockets(inRequest: try withoutEnd(line)) == [socket, socket])
    }

    @Test(arguments: [
        "", "find", "find ", "find 192.0.2.1:1", "find 192.0.2.1:1 192.0.2.1:2 ", "find  192.0.2.1:1 192.0.2.1:2",
        "FIND 192.0.2.1:1 192.0.2.1:2", "find 192.0.2.1:1 192.0.2.1:2 192.0.2.1:3", "find /etc/passwd 192.0.2.1:1",
        "find 192.0.2.1:1\t192.0.2.1:2", "find" + String(repeating: " 192.0.2.1:1 192.0.2.1:2", count: 257),
    ])
    func `a request is nothing else`(line: String) {
        #expect(LookupLine.sockets(inRequest: Array(line.utf8)[...]) == nil)
    }

    @Test(arguments: [
        LookupLine.Answer.done(unreadable: 0), .done(unreadable: 12_345), .refused,
        .process(index: 0, LocalProcess(pid: 1, name: "", arguments: [])),
        .process(index: 255, LocalProcess(pid: 4_194_304, name: "", arguments: [""])),
        .process(index: 3, LocalProcess(pid: 7, name: "a b%\n\0", arguments: ["", "ü€😀", "\u{1B}[31m", "", "% 20"])),
        .process(
            index: 3,
            LocalProcess(
                pid: 7, name: String(repeating: "\u{FFFD}", count: 64),
                arguments: Array(repeating: String(repeating: "\u{FFFD}", count: 128), count: 32))),
    ])
    func `an answer comes back as it was, however strange`(answer: LookupLine.Answer) throws {
        let line = LookupLine.line(answer)
        #expect(line.count <= LookupLimits.answer)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(LookupLine.answer(try withoutEnd(line)) == answer)
    }

    @Test(arguments: [
        "", " ", "done", "done ", "done -1", "done 1 2", "done 99999999999", "refused 1", "Done 1", "process",
        "process 1",
        "process 1 2", "process 1 0 a", "process -1 2 a", "process 1 2 a%", "process 1 2 %4", "process 1 2 %4g",
        "process 1 2 %ff", "process 1 2 %FF", "process 1 2 é", "process 1 99999999999 a",
        "process 1 2 a" + String(repeating: " a", count: 33),
    ])
    func `an answer is nothing else`(line: String) {
        #expect(LookupLine.answer(Array(line.utf8)[...]) == nil)
    }

    @Test func `lines are found wherever the stream is cut`() {
        let stream = Array("first\n\nthird\n\(String(repeating: "x", count: 6))\nfifth\nrest".utf8)
        for first in stream.indices {
            for second in first..<stream.count {
                var splitter = LineSplitter(longest: 5)
                var lines: [String?] = []
                for piece in [stream[..<first], stream[first..<second], stream[second...]] {
                    splitter.receive(piece) { line in lines.append(line.map { String(decoding: $0, as: UTF8.self) }) }
                }
                #expect(lines == ["first", "", "third", nil, "fifth"])
            }
        }
    }
}
