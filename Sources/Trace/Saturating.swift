/// Sums of counts that a file tells, which anybody may have written, and whole numbers of others: as much as a number can
/// be where they would be more.
extension FixedWidthInteger {
    /// The nearest whole number, or the end of the range that the value is beyond; 0 for what is no number.
    package init(saturating value: Double) {
        self = Self(exactly: value.rounded()) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
    }

    /// The sum, or the end of the range that it is beyond.
    @inlinable public func saturatingPlus(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (Self.isSigned && other < 0 ? .min : .max) : sum
    }

    /// The difference, or the end of the range that it is beyond.
    @inlinable public func saturatingMinus(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        // The difference of unsigned numbers ends at 0.
        return overflow ? (Self.isSigned && other < 0 ? .max : .min) : difference
    }
}

extension Sequence {
    /// The sum of a count of each element, or the end of the range that it is beyond.
    @inlinable package func total(of count: (Element) -> Int) -> Int {
        reduce(0) { $0.saturatingPlus(count($1)) }
    }
}
