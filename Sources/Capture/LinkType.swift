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

extension LinkType {
    /// Files number raw IP otherwise than libpcap does; the other link types that are decoded have one number.
    private static let rawIPInFiles: UInt32 = 101

    /// The link type that capture files write as `number` (`LINKTYPE_…`).
    init(numberInFiles number: UInt32) {
        self.init(rawValue: number == Self.rawIPInFiles ? DLT_RAW : Int32(truncatingIfNeeded: number))
    }

    /// What capture files write for it (`LINKTYPE_…`).
    var numberInFiles: UInt32 {
        rawValue == DLT_RAW ? Self.rawIPInFiles : UInt32(truncatingIfNeeded: rawValue)
    }
}
