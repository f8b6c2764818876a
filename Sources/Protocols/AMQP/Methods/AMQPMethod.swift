import Bytes

/// The whole contract of a method that has a type of its own: its number, its layout, and how its arguments are read.
///
/// Such a method is a file of this folder named as its type, a case of `Method` and a line in `MethodDecoder` and
/// `MethodTable`; those without a type are rows of `MethodTable`.
protocol AMQPMethod: Sendable, Equatable {
    static var id: MethodID { get }
    static var definition: MethodDefinition { get }

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor, _ decoder: inout MethodDecoder) throws(DecodeError)
}
