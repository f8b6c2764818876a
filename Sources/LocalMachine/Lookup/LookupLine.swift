import Bytes

/// How novatrace and its helper talk: a line a request, a line a process found, a line at the end of each request.
///
///     find 192.0.2.1:40312 192.0.2.9:5672 [2001:db8::1]:40600 [2001:db8::9]:5672
///     process 1 4711 nova-conductor /usr/bin/python3 /usr/bin/nova-conductor
///     done 0
///
/// A request is `find` and both ends of each connection, the wanted one first. `process` gives the index of a
/// connection in the request, the pid, the name and the arguments; bytes other than letters, digits and `-./:=@_` are
/// written as `%` and two hexadecimal digits. `done` gives the number of processes that could not be looked at.
/// `refused` answers anything that is no request. Both ends take these forms only, and bounded lengths.
enum LookupLine {
    enum Answer: Equatable {
        case process(index: Int, LocalProcess)
        case done(unreadable: Int)
        case refused
    }

    static func request(_ questions: [Question]) -> [UInt8] {
        var line = Array("find".utf8)
        for question in questions {
            line += " \(question.client) \(question.server)".utf8
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// The sockets that a request asks for, `nil` when it is none.
    static func sockets(inRequest line: ArraySlice<UInt8>) -> [SocketPair]? {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count >= 3, fields.count <= 1 + 2 * LookupLimits.batch, fields.count % 2 == 1,
            fields[0].elementsEqual("find".utf8)
        else { return nil }
        var sockets: [SocketPair] = []
        for index in stride(from: 1, to: fields.count, by: 2) {
            guard let local = SocketAddress(String(decoding: fields[index], as: UTF8.self)),
                let remote = SocketAddress(String(decoding: fields[index + 1], as: UTF8.self))
            else { return nil }
            sockets.append(SocketPair(local: local, remote: remote))
        }
        return sockets
    }

    static func line(_ answer: Answer) -> [UInt8] {
        var line: [UInt8]
        switch answer {
        case .process(let index, let process):
            line = Array("process \(index) \(process.pid)".utf8)
            for text in [process.name] + process.arguments {
                line.append(UInt8(ascii: " "))
                appendEscaped(text, to: &line)
            }
        case .done(let unreadable): line = Array("done \(unreadable)".utf8)
        case .refused: line = Array("refused".utf8)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Reads an answer, `nil` when it is none.
    static func answer(_ line: ArraySlice<UInt8>) -> Answer? {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard let kind = fields.first else { return nil }
        if kind.elementsEqual("process".utf8) { return process(fields) }
        if kind.elementsEqual("done".utf8), fields.count == 2 {
            return number(fields[1]).map { .done(unreadable: $0) }
        }
        return kind.elementsEqual("refused".utf8) && fields.count == 1 ? .refused : nil
    }

    private static func process(_ fields: [ArraySlice<UInt8>]) -> Answer? {
        guard (4...4 + ProcessLimits.arguments).contains(fields.count), let index = number(fields[1]),
            let pid = number(fields[2]), pid > 0
        else { return nil }
        var texts: [String] = []
        for field in fields[3...] {
            guard let text = unescaped(field) else { return nil }
            texts.append(text)
        }
        return .process(index: index, LocalProcess(pid: pid, name: texts[0], arguments: Array(texts[1...])))
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        UInt64(decimal: field).flatMap { Int32(exactly: $0) }.map(Int.init)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func appendEscaped(_ text: String, to line: inout [UInt8]) {
        for byte in text.utf8 {
            if isPlain(byte) {
                line.append(byte)
            } else {
                line += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func unescaped(_ field: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            if isPlain(byte) {
                bytes.append(byte)
                continue
            }
            guard byte == UInt8(ascii: "%"), let high = rest.popFirst().flatMap(digits.firstIndex),
                let low = rest.popFirst().flatMap(digits.firstIndex)
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
