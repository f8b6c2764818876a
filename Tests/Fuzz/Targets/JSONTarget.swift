import Foundation
import OpenStack

/// The JSON scanners, plain and in a string of JSON, held against Foundation's.
///
/// What Foundation reads must be read with the same values; of what it refuses nothing is claimed but that JSON comes out.
extension FuzzTarget {
    static let json = FuzzTarget(
        "json", "JSON scanners against Foundation's", longest: 4096,
        seeds: { traffic in
            CapturedTraffic.spread(traffic.bodies, most: 20).flatMap { body -> [[UInt8]] in
                let object = try? JSONSerialization.jsonObject(with: Data(body.bytes)) as? [String: Any]
                let inner = (object?["oslo.message"] as? String).map { Array($0.utf8) }
                return [Array(body.bytes.prefix(4096)), inner ?? []]
            } + notations.map { Array($0.utf8) }
        },
        run: { input in
            // A number that ends with its text might have been cut.
            let shown = Redaction(showsSecrets: true).redactedJSON((input + [0x0A]).span.bytes)
            try expect(StrictJSON.isText(shown), "no JSON comes out: \(shown)")
            let redacted = Redaction().redactedJSON(input.span.bytes)
            try expect(StrictJSON.isText(redacted), "redacted it is no JSON: \(redacted)")
            // Foundation takes zeros for a sign of UTF-16.
            if !input.contains(0), let expected = parsed(input) {
                let found = parsed(Array(shown.utf8)) ?? "nothing"
                try expect(areEqual(expected, found), "\(expected) is read as \(found)")
            }
            // Read where it stands in a string, and with its escapes undone first, it is the same message.
            let inPlace = message(input) {
                $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : nil
            }
            let unescaped = message(input) {
                $0 == UInt8(ascii: "\"")
                    ? Array("\\u0022".utf8) : $0 == UInt8(ascii: "\\") ? Array("\\u005c".utf8) : nil
            }
            try expect(inPlace == unescaped, "in place \(inPlace), unescaped \(unescaped)")
        })

    private static let notations = [
        #"{"a":[1,-0.5e+7,true,false,null,"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"],"b":{}}"#, "[1e999,NaN,-Infinity]",
        "[01,1-2,1.]",
        #"{"method":"m","args":{"a":{"b":[]}},"_msg_id":"1","_unique_id":"0123456789abcdef0123456789abcdef"}"#,
    ]

    private static func parsed(_ text: [UInt8]) -> Any? {
        try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
    }

    /// Values, told apart by their kinds: `true` is not 1.
    private static func areEqual(_ left: Any, _ right: Any) -> Bool {
        switch (left, right) {
        case (let left as [String: Any], let right as [String: Any]):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { areEqual(value, $0) } ?? false }
        case (let left as [Any], let right as [Any]): left.count == right.count && zip(left, right).allSatisfy(areEqual)
        case (let left as String, let right as String): left.utf8.elementsEqual(right.utf8)
        case (let left as NSNumber, let right as NSNumber):
            left == right && String(cString: left.objCType) == String(cString: right.objCType)
        default: left is NSNull && right is NSNull
        }
    }

    /// What is understood of a message in an envelope, each byte written as `escaped` says.
    private static func message(_ text: [UInt8], _ escaped: (UInt8) -> [UInt8]?) -> String {
        var body = Array(#"{"oslo.version":"2.0","oslo.message":""#.utf8)
        for byte in text {
            body +=
                byte < 0x20
                ? Array(byte < 16 ? "\\u000\(String(byte, radix: 16))".utf8 : "\\u00\(String(byte, radix: 16))".utf8)
                : escaped(byte) ?? [byte]
        }
        body += Array("\"}".utf8)
        var decoder = OsloDecoder(detail: .full)
        return "\(decoder.decode(body.span.bytes, contentType: nil, compression: nil, isTruncated: false))"
    }
}
