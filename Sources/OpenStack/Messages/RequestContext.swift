package import Trace

/// A value: the `_context_*` keys that matter for tracing (oslo.context).
package struct RequestContext: Sendable, Equatable {
    /// The same in every message that one API request sets off, e.g. `req-2672332b-…`.
    package var requestID: String?
    /// The request id of the service that called this one over HTTP.
    package var globalRequestID: String?
    /// `.none` with `isAdmin` is a service's own context, as of periodic tasks.
    package var userID: Known<String> = .unknown
    package var isAdmin: Bool?
    package var projectID: String?

    package init() {}
}
