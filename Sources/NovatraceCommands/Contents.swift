import Correlation
import Glibc
import OpenStack
import Pipeline
import Rendering
import Trace

/// A value: what messages carried, read for those that are shown only, so that it takes a bounded place in memory.
///
/// What is shown is known when everything has been read: files are read once more for it. What can be read only once,
/// as a pipe, keeps the contents of the messages that come first, up to the limit.
struct Contents {
    let detail: DiagramOptions.Detail
    private let input: InputOptions
    private let showsSecrets: Bool
    private let isRepeatable: Bool
    /// Bytes kept.
    private let limit: Int

    /// - Returns: `nil` where the person wants none.
    init?(_ input: InputOptions, _ content: ContentOptions, limit: Int) {
        detail = content.chosenDetail ?? .full
        guard detail != .none else { return nil }
        self.input = input
        self.limit = limit
        showsSecrets = content.secrets.showSecrets
        isRepeatable = input.files.allSatisfy(Self.isRegularFile)
    }

    private static func isRegularFile(_ path: String) -> Bool {
        var information = stat()
        return path != "-" && stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
    }

    /// What reads the trace.
    var firstReading: Reading {
        Reading(
            files: input.files, detail: isRepeatable ? .none : detail.decoding, showsSecrets: showsSecrets,
            contentLimit: limit, keep: input.keep, correctsClocks: !input.noClockCorrection)
    }

    /// Puts the contents of `messages` into the trace, and says on standard error of how many there was no place.
    func add(to trace: inout BusTrace, of messages: Set<MessageID>) throws {
        if isRepeatable { try read(into: &trace, of: messages) }
        let bytes = messages.total { trace.messages[$0].detail?.utf8.count ?? 0 }
        let missing = messages.count { trace.messages[$0].detail == nil && trace.messages[$0].kind != .opaque }
        if missing > 0, bytes >= limit || !isRepeatable {
            StandardError.say(
                "the contents of \(missing) messages are left out: \(limit >> 20) MB of contents are kept")
        }
    }

    /// What a message is known by in another reading of the same packets.
    private struct Mark: Hashable {
        let packet: PacketReference
        let uniqueID: String?

        init?(_ message: Message) {
            guard let packet = message.packets.first else { return nil }
            self.packet = packet
            uniqueID = message.uniqueID
        }
    }

    private func read(into trace: inout BusTrace, of messages: Set<MessageID>) throws {
        var places: [Mark: MessageID] = [:]
        for id in messages {
            if let mark = Mark(trace.messages[id]) { places[mark] = id }
        }
        var room = limit
        let reading = Reading(
            files: input.files, detail: detail.decoding, showsSecrets: showsSecrets,
            correctsClocks: !input.noClockCorrection)
        _ = try reading.run(limits: .passing) { finished in
            guard room > 0, case .message(let message) = finished, let detail = message.detail,
                let id = Mark(message).flatMap({ places[$0] }), trace.messages[id].detail == nil
            else { return }
            trace.messages[id].detail = detail
            room -= detail.utf8.count
        }
    }
}

extension CorrelationLimits {
    /// For messages by themselves, as soon as they passed: what they are joined to is known already.
    fileprivate static let passing: CorrelationLimits = {
        var limits = CorrelationLimits.streaming
        limits.messages = 1024
        limits.packetsPerContent = 2
        return limits
    }()
}
