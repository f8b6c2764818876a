package import Trace

/// A value: how a diagram is to look.
package struct DiagramOptions: Sendable, Equatable {
    package enum TimeStyle: String, Sendable, CaseIterable {
        /// Seconds since the operation's first message.
        case relative
        /// Seconds since the row above.
        case delta
        /// Time of day in UTC.
        case clock
    }

    package enum Detail: String, Sendable, CaseIterable {
        case none, args, full
    }

    /// Display cells; less than `Limits.minimumWidth` counts as that.
    package var width = 120
    /// ASCII characters only.
    package var ascii = false
    /// SGR colour codes; the text without them is the same.
    package var color = false
    /// One row a message: nothing is folded.
    package var expand = false
    package var time = TimeStyle.relative
    /// Whether the messages' arguments are shown; `Message.detail` holds them or not.
    package var detail = Detail.none
    /// Background traffic and notifications too.
    package var showsBackground = false
    /// A silence at least as long gets a row of its own.
    package var pauseThreshold: Nanoseconds = .seconds(2)

    package init() {}
}
