import CPcap
import Glibc

/// The network interfaces of this machine, or of the network namespace that novatrace runs in.
package enum InterfaceList {
    /// All of them, in libpcap's order: the likelier ones first.
    ///
    /// No privileges are needed where libpcap can list interfaces without opening them, as on Linux.
    ///
    /// - Throws: `notPermitted` when this user sees none, `unreadable` when libpcap cannot list them.
    package static func all() throws(CaptureError) -> [CaptureInterface] {
        var first: UnsafeMutablePointer<pcap_if_t>?
        var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard pcap_findalldevs(&first, &text) == 0 else {
            let cause = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw CaptureError(.unreadable, path: "", "the network interfaces cannot be listed", cause: cause)
        }
        defer { pcap_freealldevs(first) }
        var interfaces: [CaptureInterface] = []
        var next = first
        while let interface = next {
            interfaces.append(CaptureInterface(interface.pointee))
            next = interface.pointee.next
        }
        guard !interfaces.isEmpty else {
            throw CaptureError(
                .notPermitted, path: "", "no network interface is visible to this user: run it with sudo")
        }
        return interfaces
    }
}

extension CaptureInterface {
    fileprivate init(_ interface: pcap_if_t) {
        let flags = Int32(bitPattern: interface.flags)
        name = String(cString: interface.name)
        description = interface.description.map { String(cString: $0) }
        addresses = []
        isUp = flags & PCAP_IF_UP != 0
        isRunning = flags & PCAP_IF_RUNNING != 0
        isLoopback = flags & PCAP_IF_LOOPBACK != 0
        isWireless = flags & PCAP_IF_WIRELESS != 0
        connection =
            switch flags & PCAP_IF_CONNECTION_STATUS {
            case PCAP_IF_CONNECTION_STATUS_CONNECTED: .connected
            case PCAP_IF_CONNECTION_STATUS_DISCONNECTED: .disconnected
            case PCAP_IF_CONNECTION_STATUS_NOT_APPLICABLE: .notApplicable
            default: .unknown
            }
        isCapturable = name == Self.any || if_nametoindex(name) != 0
        var next = interface.addresses
        while let address = next {
            if let text = address.pointee.addr.flatMap(Self.text) { addresses.append(text) }
            next = address.pointee.next
        }
    }

    /// `nil` for what is neither IPv4 nor IPv6, as the hardware's address.
    private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: address) { AddressText.of($0) }
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: address) { AddressText.of($0) }
        default: return nil
        }
    }
}

/// How addresses are written here, so that those of two sources can be compared as text.
enum AddressText {
    /// Of four or sixteen bytes in network order; an IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) is IPv4.
    static func of(_ bytes: UnsafeRawBufferPointer) -> String? {
        let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let isMapped = bytes.count == 16 && bytes.starts(with: mapping)
        let bytes = isMapped ? UnsafeRawBufferPointer(rebasing: bytes[12...]) : bytes
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard
            inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes.baseAddress, &text, socklen_t(text.count)) != nil
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
