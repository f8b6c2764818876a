import Trace

/// A value: what tells by the packets around a place what the clock of a file did there.
package struct ClockJudge: Sendable {
    /// Whether the clock of the file at a path was set back before the packet with that number, where it looks like
    /// that: the file may as well be two, one put behind the other, whose times are right.
    package var isStep: @Sendable (_ path: String, _ packet: Int) -> Bool
    /// How far it was set forward before the packet with that number, whose time is much later than those before; 0 for
    /// a pause, and where nothing tells.
    package var leap: @Sendable (_ path: String, _ packet: Int) -> Nanoseconds

    /// Takes every step back for one, and every leap forward for a pause.
    package init(
        isStep: @escaping @Sendable (String, Int) -> Bool = { _, _ in true },
        leap: @escaping @Sendable (String, Int) -> Nanoseconds = { _, _ in 0 }
    ) {
        (self.isStep, self.leap) = (isStep, leap)
    }
}
