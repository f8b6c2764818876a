import CPcap

/// A value: which packets are captured, as expressions in libpcap's language (pcap-filter(7)).
///
/// Where a tag, a label or another header stands before IP, the same expression means other bytes, and the words of the
/// language that say so (`vlan`, `mpls`) hold for all that follows them. So there are several expressions, each compiled
/// by itself, and a packet is captured that any of them lets through.
package struct CaptureFilter: Sendable {
    /// What is captured of packets that are in no tunnel and have no tag.
    package let expression: String
    /// The same behind tags and in tunnels. A link type may not know of some of them.
    private let others: [String]
    /// What the user added; `nil` for nothing.
    private let addition: String?

    /// TCP on any of `ports`, and of that what `addition` leaves.
    ///
    /// - Parameter tunnels: whether packets behind tags and labels, and those in tunnels, are let through as well. Of
    ///   VXLAN and Geneve those are not that plainly hold TCP on other ports; of the other tunnels all are. `addition`
    ///   is then about the packets outside.
    package init(ports: [UInt16], addition: String?, tunnels: Bool = true) {
        self.addition = addition
        let anyPort = ports.map { "tcp port \($0)" }.joined(separator: " or ")
        expression = addition.map { "(\(anyPort)) and (\($0))" } ?? anyPort
        let behind = TunnelFilter(ports: ports)
        others = tunnels ? behind.expressions(plain: anyPort).map { $0.with(addition) } : []
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

    /// The program for a handle: that of every expression, one after the other.
    ///
    /// - Throws: libpcap's message, where the first does not compile.
    func program(for handle: OpaquePointer) throws(FilterRefusal) -> [bpf_insn] {
        var programs = [try Self.compile(expression, for: handle)]
        for other in others {
            // One that the link type does not know of lets nothing through.
            if let program = try? Self.compile(other, for: handle) { programs.append(program) }
        }
        var joined: [bpf_insn] = []
        for program in programs {
            guard joined.count + program.count <= Self.longestProgram else { break }
            // What the one before refuses, this one looks at.
            for index in joined.indices where joined[index].code == Self.ret && joined[index].k == 0 {
                joined[index] = bpf_insn(code: Self.jump, jt: 0, jf: 0, k: UInt32(joined.count - index - 1))
            }
            joined += program
        }
        return joined
    }

    /// The kernel's limit (BPF_MAXINSNS).
    private static let longestProgram = 4096
    private static let ret = UInt16(BPF_RET | BPF_K)
    private static let jump = UInt16(BPF_JMP | BPF_JA)

    private static func compile(
        _ expression: String, for handle: OpaquePointer
    ) throws(FilterRefusal) -> [bpf_insn] {
        var program = bpf_program()
        guard pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
            throw FilterRefusal(message: String(cString: pcap_geterr(handle)))
        }
        defer { pcap_freecode(&program) }
        return Array(UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len)))
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

/// libpcap does not compile an expression.
struct FilterRefusal: Error {
    let message: String
}

extension String {
    /// A filter that lets through what another one does, too.
    fileprivate func with(_ addition: String?) -> String { addition.map { "(\(self)) and (\($0))" } ?? self }
}
