import Trace

extension TraceExtract {
    /// Refuses operations of which only the list could be given, see `BusTrace.operationsToTell`.
    func checkIsDrawn(as format: String) throws(RenderingFailure) {
        guard operations == nil, told.isEmpty, trace.operations.count > Limits.drawnOperations else { return }
        throw .tooMuch(trace.operations.count, "operations", limit: Limits.drawnOperations, format: format)
    }
}
