import CSeccomp
import Glibc
package import Trace

/// A value: whether an interface is up, how often it was not, and for how long in all.
///
/// While it is down nothing comes from it; libpcap and the kernel go on by themselves when it is up again.
package struct InterfaceState: Sendable, Equatable {
    /// What has changed.
    enum Change: Equatable {
        case wentDown
        case isUpAgain(after: Nanoseconds)
    }

    package private(set) var timesDown = 0
    private var downSince: Nanoseconds?
    private var timeDown: Nanoseconds = 0

    package init() {}

    package var isUp: Bool { downSince == nil }

    /// For how long it was down until `now`, on the clock of `update`.
    package func downTime(until now: Nanoseconds) -> Nanoseconds {
        timeDown + (downSince.map { max(0, now - $0) } ?? 0)
    }

    /// Takes in what the kernel says at a moment of a steady clock; `nil` where it does not say anything.
    mutating func update(isUp: Bool?, at now: Nanoseconds) -> Change? {
        guard let isUp, isUp == (downSince != nil) else { return nil }
        guard isUp, let since = downSince else {
            downSince = now
            timesDown += 1
            return .wentDown
        }
        downSince = nil
        timeDown += max(0, now - since)
        return .isUpAgain(after: max(0, now - since))
    }

    /// What the kernel says of the interface that a packet socket listens to; `nil` for one that is gone or none, as
    /// `any`.
    static func isUp(_ name: String, socket: Int32) -> Bool? {
        let flags = rights_interface_flags(socket, name)
        return flags < 0 ? nil : flags & Int32(IFF_UP) != 0
    }
}

/// A value: an interface that went down or is up again.
package struct LinkChange: Sendable, Equatable {
    package let interface: String
    let change: InterfaceState.Change

    /// For how long it was down; `nil` when it has gone down.
    package var downTime: Nanoseconds? {
        if case .isUpAgain(let time) = change { time } else { nil }
    }
}
