/// IPv4 without a link header, `IPV4`.
enum RawIPv4 {
    static let networkHeader = NetworkHeader.ipv4(0)
}
