import Bytes

/// IP without a link header, `RAW`: the version in the first four bits tells which.
enum RawIP {
    static func networkHeader(_ bytes: RawSpan) throws(PacketDefect) -> NetworkHeader {
        try bytes.requireCaptured(1, at: 0)
        return switch bytes.uint8(at: 0) >> 4 {
        case 4: .ipv4(0)
        case 6: .ipv6(0)
        default: .other(.control, 0)
        }
    }
}
