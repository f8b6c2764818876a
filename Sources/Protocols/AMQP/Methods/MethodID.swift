/// A value: a method's class and number, e.g. 60 and 40 for `basic.publish`.
package struct MethodID: Hashable, Sendable {
    package let classID: UInt16
    package let methodID: UInt16

    package init(_ classID: UInt16, _ methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }

    /// The class in the upper half, the method in the lower: as on the wire.
    package var code: UInt32 { UInt32(classID) << 16 | UInt32(methodID) }

    package init(code: UInt32) {
        self.init(UInt16(truncatingIfNeeded: code >> 16), UInt16(truncatingIfNeeded: code))
    }
}

extension MethodID: CustomStringConvertible {
    package var description: String { "\(classID).\(methodID)" }
}
