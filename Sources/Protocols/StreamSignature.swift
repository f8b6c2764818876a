import Bytes

/// A value: how the first bytes of a direction give away a protocol that is not decoded.
///
/// None of them can begin an AMQP 0-9-1 stream or frame.
struct StreamSignature: Sendable {
    let name: String
    /// Whether it is sure enough for a direction that begins in mid-stream on a port of AMQP.
    let isStrict: Bool
    let probe: @Sendable (RawSpan) -> Probe

    private init(_ name: String, isStrict: Bool = false, probe: @escaping @Sendable (RawSpan) -> Probe) {
        self.name = name
        self.isStrict = isStrict
        self.probe = probe
    }

    private init(_ name: String, beginsWith texts: [StaticString]) {
        self.init(name) { bytes in
            var result = Probe.no
            for text in texts {
                switch bytes.begins(with: text) {
                case .yes: return .yes
                case .needsMore: result = .needsMore
                case .no: break
                }
            }
            return result
        }
    }

    static let all: [StreamSignature] =
        AMQPVersion.others.map { code, name in
            StreamSignature(name, isStrict: true) { AMQPVersion(code: code).probe($0) }
        } + firstBytes

    private static let firstBytes: [StreamSignature] = [
        StreamSignature("TLS", isStrict: true, probe: tls),
        StreamSignature("HTTP/2", beginsWith: ["PRI * HTTP/2.0\r\n"]),
        StreamSignature(
            "HTTP",
            beginsWith: [
                "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "PATCH ", "OPTIONS ", "CONNECT ", "TRACE ", "HTTP/1.",
            ]),
        StreamSignature("SSH", beginsWith: ["SSH-"]),
        StreamSignature("STOMP", beginsWith: ["CONNECT\n", "CONNECT\r\n", "STOMP\n", "STOMP\r\n"]),
        StreamSignature("RabbitMQ Streams", probe: rabbitStreams),
        StreamSignature("MySQL", probe: mySQL),
        StreamSignature("PostgreSQL", probe: postgreSQL),
        StreamSignature("MQTT", probe: mqtt),
        StreamSignature("OpenFlow", probe: openFlow),
        StreamSignature("Erlang distribution", probe: erlang),
    ]

    /// A record: type 20 to 23, version 3.0 to 3.4, length (RFC 8446, 5.1); a hello is type 22.
    private static func tls(_ bytes: RawSpan) -> Probe {
        pattern(bytes, count: 5, first: { 20...23 ~= $0 }) { index, octet in
            switch index {
            case 1: octet == 3
            case 2: octet <= 4
            case 3: octet <= 0x48
            default: true
            }
        }
    }

    /// `long` size, then PeerProperties (17) in version 1, which every client sends first.
    private static func rabbitStreams(_ bytes: RawSpan) -> Probe {
        let command: [UInt8] = [0x00, 0x11, 0x00, 0x01]
        return pattern(bytes, count: 8, first: { $0 == 0 }) { index, octet in
            index >= 4 ? octet == command[index - 4] : index > 1 || octet == 0
        }
    }

    /// The server's greeting: three bytes length, sequence 0, protocol 10, the version as text.
    private static func mySQL(_ bytes: RawSpan) -> Probe {
        pattern(bytes, count: 6, first: { $0 >= 0x20 }) { index, octet in
            switch index {
            case 1...3: octet == 0
            case 4: octet == 10
            default: 0x30...0x39 ~= octet
            }
        }
    }

    /// `long` length, then protocol 3.0 or the request for TLS.
    private static func postgreSQL(_ bytes: RawSpan) -> Probe {
        let startup: [UInt8] = [0x00, 0x03, 0x00, 0x00]
        let encryption: [UInt8] = [0x04, 0xD2, 0x16, 0x2F]
        return pattern(bytes, count: 8, first: { $0 == 0 }) { index, octet in
            index >= 4 ? octet == startup[index - 4] || octet == encryption[index - 4] : index > 1 || octet == 0
        }
    }

    /// CONNECT, one byte of length, then the protocol's name.
    private static func mqtt(_ bytes: RawSpan) -> Probe {
        let name: [UInt8] = [0x00, 0x04, 0x4D, 0x51, 0x54, 0x54]
        return pattern(bytes, count: 8, first: { $0 == 0x10 }) { index, octet in
            index == 1 ? octet < 0x80 : octet == name[index - 2]
        }
    }

    /// HELLO of version 1.0 to 1.5, a short message.
    private static func openFlow(_ bytes: RawSpan) -> Probe {
        pattern(bytes, count: 4, first: { 1...6 ~= $0 }) { index, octet in
            index == 3 ? 8...64 ~= octet : octet == 0
        }
    }

    /// Two bytes length, then `n` or `N`: the name of a node.
    private static func erlang(_ bytes: RawSpan) -> Probe {
        pattern(bytes, count: 3, first: { $0 == 0 }) { index, octet in
            index == 1 ? octet >= 5 : octet == UInt8(ascii: "n") || octet == UInt8(ascii: "N")
        }
    }

    /// Whether each of the first `count` bytes fits.
    private static func pattern(
        _ bytes: RawSpan, count: Int, first: (UInt8) -> Bool, _ fits: (Int, UInt8) -> Bool
    ) -> Probe {
        guard bytes.byteCount > 0 else { return .needsMore }
        guard first(bytes.uint8(at: 0)) else { return .no }
        for index in 1..<max(1, min(count, bytes.byteCount)) where !fits(index, bytes.uint8(at: index)) { return .no }
        return bytes.byteCount < count ? .needsMore : .yes
    }
}
