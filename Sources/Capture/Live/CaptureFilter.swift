import CPcap

/// A value: which packets are captured, as an expression in libpcap's language (pcap-filter(7)).
package struct CaptureFilter: Sendable {
    package let expression: String
    /// What the user added; `nil` for nothing.
    private let addition: String?

    /// TCP on any of `ports`, and of that what `addition` leaves.
    package init(ports: [UInt16], addition: String?) {
        let anyPort = ports.map { "tcp port \($0)" }.joined(separator: " or ")
        self.addition = addition
        expression = addition.map { "(\(anyPort)) and (\($0))" } ?? anyPort
    }

    /// Checks the user's part by itself, so that what libpcap says of it names the right place.
    ///
    /// - Throws: a sentence with libpcap's message and the word at which the expression stops making sense.
    package func check(linkType: LinkType, snapLength: Int) throws(CaptureError) {
        guard let addition, let message = Self.refusal(of: addition, linkType, snapLength) else { return }
        var sentence = "the filter '\(addition)' is not understood"
        if let word = Self.wordAtFault(in: addition, linkType, snapLength) { sentence += " at '\(word)'" }
        throw CaptureError(.usage, path: addition, sentence, cause: message)
    }

    /// What libpcap says against an expression; `nil` when it compiles.
    private static func refusal(of expression: String, _ linkType: LinkType, _ snapLength: Int) -> String? {
        guard let handle = pcap_open_dead(linkType.rawValue, Int32(clamping: snapLength)) else { return nil }
        defer { pcap_close(handle) }
        var program = bpf_program()
        guard pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0 else {
            pcap_freecode(&program)
            return nil
        }
        return String(cString: pcap_geterr(handle))
    }

    /// libpcap does not say where: it is the first word after which nothing that could follow makes the beginning whole.
    private static func wordAtFault(in expression: String, _ linkType: LinkType, _ snapLength: Int) -> String? {
        let endings = [
            "", " 1", " 10.0.0.1", " port 1", " host 10.0.0.1", " tcp", " and tcp", " net 10.0.0.0/8", " = 1", "] = 1",
            " 0:0:0:0:0:1",
        ]
        var beginning = ""
        for word in expression.split(whereSeparator: \.isWhitespace).prefix(64) {
            beginning += (beginning.isEmpty ? "" : " ") + word
            let open = beginning.count { $0 == "(" } - beginning.count { $0 == ")" }
            let closing = String(repeating: ")", count: max(0, min(open, 64)))
            let canGoOn = endings.contains { refusal(of: beginning + $0 + closing, linkType, snapLength) == nil }
            if !canGoOn { return String(word) }
        }
        return nil
    }
}
