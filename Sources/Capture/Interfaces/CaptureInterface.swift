/// A value: a network interface as libpcap lists it (pcap_findalldevs(3PCAP)).
package struct CaptureInterface: Equatable, Sendable {
    /// Whether an interface has its cable or its network.
    package enum Connection: Sendable {
        case unknown
        case connected
        case disconnected
        /// As of a loopback interface.
        case notApplicable
    }

    package var name: String
    /// In libpcap's words, mostly of pseudo-devices.
    package var description: String?
    /// IPv4 and IPv6 as text, without a prefix length or zone.
    package var addresses: [String]
    package var isUp: Bool
    package var isRunning: Bool
    package var isLoopback: Bool
    package var isWireless: Bool
    package var connection: Connection
    /// Whether it carries packets of a network: not so for Bluetooth, USB, D-Bus and the firewall's log.
    package var isCapturable: Bool

    package init(
        name: String, description: String? = nil, addresses: [String] = [], isUp: Bool = true, isRunning: Bool = true,
        isLoopback: Bool = false, isWireless: Bool = false, connection: Connection = .unknown, isCapturable: Bool = true
    ) {
        self.name = name
        self.description = description
        self.addresses = addresses
        self.isUp = isUp
        self.isRunning = isRunning
        self.isLoopback = isLoopback
        self.isWireless = isWireless
        self.connection = connection
        self.isCapturable = isCapturable
    }

    /// The device that stands for all interfaces at once.
    package static let any = "any"
}
