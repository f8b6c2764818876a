package import Trace

/// A value: what tells by the packets around a place what the clock of a file did there.
package struct ClockJudge {
    /// Whether the clock of the file at a path was set back before the packet with that number, where it looks like
    /// that: the file may as well be two, one put behind the other, whose times are right.
    package var isStep: (_ path: String, _ packet: Int) -> Bool
    /// How far it was set forward; 0 for a pause, `nil` where nothing tells.
    package var sizeOfLeap: (PacketLeap) -> Nanoseconds?

    /// Takes every step back for one, and every leap forward for a pause.
    package init(
        isStep: @escaping (String, Int) -> Bool = { _, _ in true },
        sizeOfLeap: @escaping (PacketLeap) -> Nanoseconds? = { _ in 0 }
    ) {
        (self.isStep, self.sizeOfLeap) = (isStep, sizeOfLeap)
    }
}

/// A value: a place in a file where a packet is much later than the one before.
package struct PacketLeap {
    package let path: String
    /// The number of the first packet behind it.
    package let packet: Int
    /// The last packets before it, and the first ones behind it.
    package let before: [PacketHead]
    package let behind: [PacketHead]

    package init(path: String, packet: Int, before: [PacketHead], behind: [PacketHead]) {
        (self.path, self.packet, self.before, self.behind) = (path, packet, before, behind)
    }
}
