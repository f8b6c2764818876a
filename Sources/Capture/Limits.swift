/// What reading, writing and capturing keeps at most.
enum Limits {
    /// Changes of interfaces that wait to be told; those beyond are not told one by one, but counted.
    static let linkChanges = 64
    /// Batches whose memory is kept while nobody uses it.
    static let freeBatches = 8
    /// Names of files of a ring that are remembered, to remove the oldest.
    static let namesKept = 1000
    /// Names of files looked at when the capture begins, and stepped over when a file ends.
    static let namesTried = 10_000
    /// Bytes of a block of pcapng; readers take no more.
    static let pcapngBlockBytes = 16 << 20
    /// Interfaces that one section of a pcapng file describes.
    static let pcapngInterfaces = 65_536
    /// Steps of a file's clock that are looked into, the first of them: each answer may cost a reading of the file.
    static let clockStepsJudged = 16
    /// The same of leaps: pauses are no rare thing.
    static let clockLeapsJudged = 8
}
