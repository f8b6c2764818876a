/// IPv6 without a link header, `IPV6`.
enum RawIPv6 {
    static let networkHeader = NetworkHeader.ipv6(0)
}
