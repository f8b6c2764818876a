import Trace

/// A value: what libpcap and the kernel count of one interface since capturing began (pcap_stats(3PCAP)).
package struct CaptureStatistics: Sendable, Equatable {
    /// Packets that passed the filter, those that were dropped later included.
    package var received = 0
    /// Packets that passed the filter and found no room in the kernel's buffer.
    package var droppedByKernel = 0
    /// Packets that the interface or its driver dropped, where the system tells.
    package var droppedByInterface = 0

    package init(received: Int = 0, droppedByKernel: Int = 0, droppedByInterface: Int = 0) {
        self.received = received
        self.droppedByKernel = droppedByKernel
        self.droppedByInterface = droppedByInterface
    }

    /// What came after `earlier` was counted.
    func since(_ earlier: CaptureStatistics) -> CaptureStatistics {
        CaptureStatistics(
            received: max(0, received - earlier.received),
            droppedByKernel: max(0, droppedByKernel - earlier.droppedByKernel),
            droppedByInterface: max(0, droppedByInterface - earlier.droppedByInterface))
    }

    /// Whether all that the kernel kept was read.
    func isCovered(by source: CaptureSource) -> Bool { source.packets + droppedByKernel >= received }

    /// The same, where `source` was read on for what the kernel still held when this was counted.
    func covering(_ source: CaptureSource) -> CaptureStatistics {
        var result = self
        result.received = max(received, source.packets + droppedByKernel)
        return result
    }
}
