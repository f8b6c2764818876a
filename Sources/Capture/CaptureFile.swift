import Trace

/// A machine that holds one capture file, in a class because an array of files cannot hold what is not copyable.
///
/// What a class holds is checked at each access for another one under way: one for a packet is enough.
final class CaptureFile {
    private var reader: CaptureFileReader

    init(
        path: String, index: Int, correction: ClockCorrection, _ judge: ClockJudge
    ) throws(CaptureError) {
        reader = try CaptureFileReader(path: path, index: index, correction: correction, judge)
    }

    /// Hands on the next packet; `false` at the end. Nothing of the file may be asked for meanwhile.
    @inline(__always)
    func nextPacket(_ body: (PacketHeader, RawSpan) -> Void) -> Bool {
        reader.nextPacket(body)
    }

    var source: CaptureSource { reader.source }
    /// Set when the file ended before its time.
    var damage: CaptureDamage? { reader.damage }
    /// The time of the packet that comes next; `nil` at the end.
    var nextTime: Timestamp? { reader.nextTime }
    /// Of the first interface.
    var linkType: LinkType { reader.linkType }
}
