/// A value: how many bytes of one direction were looked at for what proved to be no frame, and how many more may be.
///
/// Damage makes some of that necessary. Bytes that are written to deceive could have all that follows them looked at
/// again for every few of them, a frame that is none within another; once the account is overdrawn only short frames
/// are believed before they are whole, so that the work stays in proportion to the bytes.
struct SearchBudget: Sendable {
    /// Bytes that were looked at.
    private(set) var spent: Int
    /// Bytes of the direction that are done with.
    private let progress: Int
    private let atFirst: Int
    private let perByte: Int
    private let unproven: Int

    init(limits: Limits, spent: Int = 0, progress: Int = 0) {
        (self.spent, self.progress) = (spent, progress)
        (atFirst, perByte, unproven) = (limits.controlFrameSize, limits.looksPerByte, limits.unprovenFrameSize)
    }

    mutating func spend(_ bytes: Int) {
        spent &+= bytes
    }

    /// Whether a frame of that many bytes of payload may be looked at, or waited for, when it may prove to be none.
    func allows(_ size: Int) -> Bool {
        size <= unproven || spent &+ size <= atFirst &+ perByte &* progress
    }
}
