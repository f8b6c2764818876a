/// A value: one comment in the section header of an excerpt: a word that says what it tells, and fields.
///
///     novatrace connection id=3 client=10.0.0.5:40112 server=10.0.0.2:5672 participant=1
///
/// In a value everything but visible ASCII stands as `%` and two hexadecimal digits, and so does `%` itself: a person
/// can read it in Wireshark, and nothing in a name can end the field.
struct ExcerptRecord {
    let kind: String
    private(set) var fields: [(key: String, value: String)] = []

    static let prefix = "novatrace "

    init(_ kind: String) {
        self.kind = kind
    }

    // MARK: Writing

    var text: String {
        fields.reduce(into: Self.prefix + kind) { $0 += " \($1.key)=\(Self.escaped($1.value))" }
    }

    mutating func add(_ key: String, _ value: String?) {
        if let value { fields.append((key, value)) }
    }

    /// Nothing is written for 0, which is what a reader takes for what is absent.
    mutating func add(_ key: String, count: Int) {
        if count != 0 { fields.append((key, String(min(count, Self.greatestCount)))) }
    }

    mutating func add(_ key: String, flag: Bool) {
        if flag { fields.append((key, "1")) }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    // MARK: Reading

    /// `nil` for a comment that is no record.
    init?(text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let words = text.dropFirst(Self.prefix.count).split(separator: " ")
        guard let first = words.first else { return nil }
        kind = String(first)
        for word in words.dropFirst() {
            guard let mark = word.firstIndex(of: "=") else { return nil }
            fields.append((String(word[..<mark]), Self.unescaped(word[word.index(after: mark)...])))
        }
    }

    subscript(key: String) -> String? { fields.first { $0.key == key }?.value }

    func all(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    /// A number of the wire, of that width there; `nil` for another.
    func number<Wire: FixedWidthInteger & UnsignedInteger>(_ key: String, as wire: Wire.Type) -> Int? {
        self[key].flatMap { Wire($0) }.flatMap { Int(exactly: $0) }
    }

    func integer(_ key: String) -> Int? { self[key].flatMap { Int($0) } }

    /// 0 where it is absent; never less, and no more than any capture can hold.
    func count(_ key: String) -> Int { min(max(0, integer(key) ?? 0), Self.greatestCount) }

    /// The greatest count that is believed, which JSON can still hold exactly.
    private static let greatestCount = 1 << 53

    func flag(_ key: String) -> Bool { self[key] == "1" }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let code = UInt8(Substring(rest.prefix(2)), radix: 16) else {
                bytes.append(byte)
                continue
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ExcerptRecord {
    /// A time is written in nanoseconds since 1970.
    mutating func add(_ key: String, _ time: Timestamp?) {
        add(key, time.map { String($0.nanoseconds) })
    }

    /// A record of something on a connection.
    init(_ kind: String, of connection: ConnectionID) {
        self.init(kind)
        add("connection", connection.description)
    }

    func time(_ key: String) -> Timestamp? {
        self[key].flatMap { Int64($0) }.map { Timestamp(nanoseconds: $0) }
    }
}
