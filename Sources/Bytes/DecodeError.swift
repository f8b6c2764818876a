/// A value saying that bytes do not follow their format: what was wrong, in which layer, and where.
///
/// Thrown by decoders only for malformed input; "more bytes are needed" is `nil`, never an error.
package struct DecodeError: Error, Equatable, Sendable {
    /// What was wrong, without the bytes themselves (they may hold secrets).
    package let what: StaticString
    /// The layer that found it, e.g. `"AMQP field table"`.
    package let layer: StaticString
    /// Bytes from the start of the region handed to the decoder.
    package let offset: Int

    @inlinable
    package init(_ what: StaticString, layer: StaticString, offset: Int) {
        self.what = what
        self.layer = layer
        self.offset = offset
    }

    package static func == (left: DecodeError, right: DecodeError) -> Bool {
        left.what.description == right.what.description && left.layer.description == right.layer.description
            && left.offset == right.offset
    }
}

extension DecodeError: CustomStringConvertible {
    package var description: String { "\(layer): \(what) at byte \(offset)" }
}
