import Trace

/// A machine that holds one interface, in a class because an array cannot hold what is not copyable.
final class LiveInterface {
    private let handle: LiveHandle
    /// What was counted before the filter was set, and never seen.
    private let before: CaptureStatistics

    init(_ name: String, _ options: LiveOptions) throws(CaptureError) {
        handle = try LiveHandle(name, options)
        before = handle.statistics ?? CaptureStatistics()
    }

    var name: String { handle.name }
    var linkType: LinkType { handle.linkType }
    var descriptor: Int32 { handle.descriptor }
    var statistics: CaptureStatistics? { handle.statistics?.since(before) }
    var isUp: Bool? { InterfaceState.isUp(name, socket: descriptor) }

    /// What is known of it before the first packet.
    var source: CaptureSource {
        var source = CaptureSource(path: name, linkType: linkType.name)
        source.isLive = true
        return source
    }

    func read(atMost count: Int, _ body: (Timestamp, Int, UnsafePointer<UInt8>, Int) -> Void) -> LiveHandle.Round {
        handle.read(atMost: count, body)
    }
}
