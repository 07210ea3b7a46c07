extension Sequence where Element: FixedWidthInteger {
    /// The sum; the largest or the smallest number where it would be beyond. What others tell us may be of any size.
    package var total: Element {
        reduce(0) { sum, next in
            let (result, overflow) = sum.addingReportingOverflow(next)
            return overflow ? (next < 0 ? .min : .max) : result
        }
    }
}
