package import OpenStack
import Trace

extension OsloBody {
    /// `_unique_id` of whatever it is.
    package var uniqueID: String? {
        switch self {
        case .request(let request): request.uniqueID
        case .reply(let reply): reply.uniqueID
        case .notification(let notification): notification.uniqueID
        case .opaque: nil
        }
    }
}

extension RPCRequest {
    /// What a person calls it: the object method, else the method.
    var title: String { objectMethod ?? method }
}

extension RequestContext {
    /// A service's own context, as in periodic tasks: admin, and no user (nova `context.py`, `get_admin_context`).
    var isInternal: Bool { if isAdmin == true, case .none = userID { true } else { false } }
}
