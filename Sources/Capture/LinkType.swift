import CPcap

/// A value: how the packets of a capture begin, by libpcap's number (`DLT_…`).
package struct LinkType: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// libpcap's name, e.g. `EN10MB`; `DLT 4711` where it has none.
    package var name: String {
        pcap_datalink_val_to_name(rawValue).map { String(cString: $0) } ?? "DLT \(rawValue)"
    }

    /// libpcap's description, e.g. `Ethernet`.
    package var explanation: String {
        pcap_datalink_val_to_description(rawValue).map { String(cString: $0) } ?? name
    }
}
