/// A boot whose names are as bad as names can be, as packets: methods, host, exception, queue.
///
/// Anybody who may publish on the bus may send such names; none may break or extend what novatrace writes.
package enum HostileBoot {
    /// Names that mean something to one format or another.
    package static let names = [
        #"quote " and ' and ` back"#, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a;b;c", "a#35;b",
        "%% comment", "line\nbreak", "carriage\r\nreturn", "tab\there", "esc \u{1B}[31mred\u{1B}[0m",
        "\u{1B}]8;;http://example.org\u{7}link\u{1B}]8;;\u{7}", "bidi \u{202E}drow\u{202C}", "זה עברית", "مرحبا",
        "emoji 🚀 👩‍👩‍👧 é", "日本語の名前", "=1+2", "+1", "-1", "@SUM(A1)", "a|b|c", "**bold** __under__ //italic//",
        "!include /etc/passwd", "@enduml", "end", "]]>", "</svg></html>", "--> x", "&amp; &lt; &#60;",
        "${HOME} `id` $(id)",
        #"\n \t \\"#, "~~struck~~ ~x", "[link](http://example.org)", "# heading", "1. list", "<U+0041> <&x> <$y>",
        "null \u{0} byte", "a \u{FEFF}mark \u{200B}zero", String(repeating: "long", count: 75), "%n() %date()",
        "{{ mustache }}", "''' comment", "title x", "participant x", "trailing space ", "\"\"mono\"\"",
    ]

    /// The packets of the capture.
    package static func packets() -> [RecordedPacket] {
        let host = #"c<b>"1";|`#"#
        let compute = WireBus.Process(name: "nova-compute", host: 13, queues: ["compute.\(host)", "reply_compute1"])
        var bus = WireBus([WireBus.api, WireBus.conductor, WireBus.scheduler, compute])
        bus.requestBoot(to: WireBus.conductor)
        bus.call(
            "select_destinations", ["instance_uuids": [.string(WireBus.instance)]], key: "scheduler",
            from: WireBus.conductor, to: WireBus.scheduler)
        bus.build(on: compute, attempts: 1, hosts: [])
        for (index, name) in names.enumerated() {
            if index % 3 == 0 {
                bus.call(name, [:], key: "conductor", from: compute, to: WireBus.conductor)
            } else if index % 3 == 1 {
                let failure = OsloBuilder.failure(name, message: "because \(name)")
                bus.call("failing", [:], key: "conductor", from: compute, to: WireBus.conductor, failure: failure)
            } else {
                bus.cast(name, [:], key: index % 2 == 0 ? "conductor" : name, from: compute, to: nil)
            }
        }
        bus.save("active", .null, by: compute)
        return bus.packets
    }

    /// A pcap file of it.
    package static func pcap() -> [UInt8] { CaptureFileBuilder.pcap(packets(), nanoseconds: true) }
}
