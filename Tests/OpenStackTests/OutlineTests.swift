import TestSupport
import Testing

@testable import OpenStack

@Suite struct `Outlines` {
    @Test func `an outline says the same as the whole message, as far as it goes`() throws {
        var kinds: Set<String> = []
        for body in try Fixture.bodies() {
            let outline = decoded(body, detail: .outline)
            #expect(outline.everything == decoded(body).outline.everything)
            kinds.insert(String(outline.everything.prefix { $0 != "(" }))
        }
        #expect(kinds.count >= 3, "\(kinds)")
    }

    @Test(arguments: 0..<3) func `an outline of a body that is cut says the same as what else is read of it`(
        seed: Int
    ) throws {
        var numbers = SeededGenerator(seed: UInt64(seed))
        for body in try Fixture.bodies() {
            for _ in 0..<4 {
                let cut = Array(body.prefix(Int.random(in: 0..<body.count, using: &numbers)))
                let outline = decoded(cut, detail: .outline, isTruncated: true)
                #expect(outline.everything == decoded(cut, isTruncated: true).outline.everything)
            }
        }
    }

    @Test func `of an instance that is saved an outline names the instance`() throws {
        let saves = try Fixture.bodies().filter { body in
            request(body)?.objectMethod == "Instance.save" || notification(body)?.isStateUpdate == true
        }
        #expect(saves.count >= 2)
        for body in saves {
            switch decoded(body, detail: .outline) {
            case .request(let request): #expect(request.instances.count == 1)
            case .notification(let notification): #expect(notification.instances.count == 1)
            default: Issue.record("it is neither")
            }
        }
    }
}

extension OsloBody {
    /// What an outline holds of it.
    fileprivate var outline: OsloBody {
        switch self {
        case .request(let whole):
            var request = RPCRequest(method: whole.method)
            request.messageID = whole.messageID
            request.replyQueue = whole.replyQueue
            request.callMonitorTimeout = whole.callMonitorTimeout
            request.uniqueID = whole.uniqueID
            request.objectMethod = whole.objectMethod
            request.hostHints = whole.hostHints
            if whole.objectMethod == "Instance.save" { request.instances = whole.instances }
            return .request(request)
        case .reply(var reply):
            reply.selectedHosts = []
            return .reply(reply)
        case .notification(let whole):
            var notification = Notification(eventType: whole.eventType)
            notification.publisherID = whole.publisherID
            notification.uniqueID = whole.uniqueID
            if whole.isStateUpdate { notification.instances = whole.instances }
            return .notification(notification)
        case .opaque:
            return self
        }
    }
}
