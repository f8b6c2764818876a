import Bytes
import Glibc

/// A value: the addresses of this machine's interfaces at one moment (`getifaddrs(3)`), all of 127.0.0.0/8 included.
///
/// A connection whose client is elsewhere belongs to no process here, and need not be asked about. Addresses come and
/// go, as when a cluster moves one to another machine: it is cheap to read them again every now and then. Those of other
/// network namespaces, as of containers with a network of their own, are not among them.
package struct LocalAddresses: Sendable {
    private let addresses: Set<IPAddress>

    /// Reads the addresses of this network namespace; there are none but loopback if the system does not tell them.
    package init() {
        var addresses: Set<IPAddress> = []
        var list: UnsafeMutablePointer<ifaddrs>?
        if getifaddrs(&list) == 0 {
            var next = list
            while let entry = next {
                if let address = Self.address(entry.pointee.ifa_addr) { addresses.insert(address) }
                next = entry.pointee.ifa_next
            }
            freeifaddrs(list)
        }
        self.addresses = addresses
    }

    /// Whether `text`, such as `192.0.2.1` or `2001:db8::1`, is an address of this machine.
    package func contains(address text: String) -> Bool {
        IPAddress(text).map(contains) ?? false
    }

    /// Whether the address in `text`, such as `192.0.2.1:5672` or `[2001:db8::1]:5672`, is one of this machine.
    package func contains(endpoint text: String) -> Bool {
        (SocketAddress(text)?.address).map(contains) ?? false
    }

    private func contains(_ address: IPAddress) -> Bool {
        address.isLoopback || addresses.contains(address)
    }

    private static func address(_ address: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
        guard let address else { return nil }
        let bytes = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return withUnsafeBytes(of: bytes.loadUnaligned(as: sockaddr_in.self).sin_addr) { IPAddress($0.bytes) }
        case AF_INET6:
            return withUnsafeBytes(of: bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { IPAddress($0.bytes) }
        default: return nil
        }
    }
}
