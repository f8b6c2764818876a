/// The bounds of this target: what a hostile body can make it hold or do.
enum Limits {
    /// Containers inside containers; nova's deepest real messages have about 20.
    static let jsonDepth = 512
    /// JSON documents inside strings of JSON documents, when redacting.
    static let jsonNesting = 8
    /// Texts packed into base64 inside base64, when redacting; what is packed deeper is masked.
    static let encodings = 2
    /// Signs of the shortest base64 that is unpacked.
    static let encodedBytes = 16
    /// Bytes that redaction looks ahead of a value for the name that it has.
    static let nameDistance = 512
    /// Bytes of a statement of SQL before and behind the name of a column.
    static let statementBytes = 4096
    /// Elements kept of any one list in a message; further ones are read over.
    static let listElements = 4096
    /// Bytes of a body, compressed or not; offsets are kept in 32 bits.
    static let bodyBytes = Int(Int32.max)
    /// Bytes a compressed body may grow to; RabbitMQ 4 takes messages of up to 16 MiB.
    static let inflatedBytes = 16 << 20
    /// Times that the compressed bodies of an input may grow, as a mean, beyond `inflationFloor` bytes of all of them
    /// together. What is read of a byte takes up to 50 ns.
    static let inflationRatio = 64
    static let inflationFloor = 16 << 20
    /// Bytes that a decompressor may take for itself; xz's largest preset wants 65 MB.
    static let decompressionMemory: UInt64 = 96 << 20
    /// Binary logarithm of the largest window of a zstd frame; its levels up to 19 use at most 8 MiB.
    static let zstandardWindowBits: Int32 = 25
    /// Bytes of scratch memory kept from one body to the next.
    static let keptScratchBytes = 1 << 20
    /// Bytes kept of a name; OpenStack's own columns for names hold 255 characters.
    static let nameBytes = 1024
    /// Characters kept of a remote failure's message.
    static let failureMessageCharacters = 1000
    /// Bytes of a remote failure's message that are looked at.
    static let failureMessageBytes = 64 << 10
    /// Bytes of a message's detail.
    static let detailBytes = 256 << 10
    /// Names held to be shared between messages; a power of two.
    static let sharedStrings = 4096
    /// Bytes of the longest name that is shared.
    static let sharedStringBytes = 128
}
