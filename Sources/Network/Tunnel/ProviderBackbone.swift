import Bytes

/// The tag of a frame that a provider's backbone carries whole (IEEE 802.1ah; 802.1Q, 9.7).
///
/// ```
/// |PCP|D|U|R|              I-SID (24)              | frame …
/// ```
enum ProviderBackbone {
    static func open(_ bytes: RawSpan, at start: Int) throws(PacketDefect) -> Carried {
        try bytes.requireCaptured(4, at: start)
        return Carried(.ethernet, at: start + 4).within(.backbone, bytes.uint32(at: start) & 0x00FF_FFFF)
    }
}
