/// The classes of bytes that redaction goes by.
extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    var isQuote: Bool { self == .quote || self == UInt8(ascii: "'") }

    /// `u'…'`, `b'…'`, `r'…'` of Python.
    var isStringPrefix: Bool {
        self == UInt8(ascii: "u") || self == UInt8(ascii: "b") || self == UInt8(ascii: "r")
    }

    var isBase64Sign: Bool {
        self == UInt8(ascii: "+") || self == UInt8(ascii: "/") || self == UInt8(ascii: "=")
    }

    var endsValue: Bool {
        switch self {
        case .comma, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: ")"), .closeBracket, .closeBrace, .quote,
            UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    var endsAuthority: Bool {
        switch self {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"): true
        default: false
        }
    }
}
