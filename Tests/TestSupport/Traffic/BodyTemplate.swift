/// A value: a message body in which the ids are put in anew for every message.
struct BodyTemplate: Sendable {
    /// An id by the text that stands for it in the template; texts and ids are of the same length.
    enum Slot: String, CaseIterable, Sendable {
        case uniqueID = "@@@@@@@@@@@@@@unique@@@@@@@@@@@@"
        case messageID = "@@@@@@@@@@@@@@message@@@@@@@@@@@"
        case replyQueue = "@@@@@@@@@@@@@@@reply@@@@@@@@@@@@"
        case requestID = "@@@@@@@@@@@@@@@request@@@@@@@@@@@@@@"
        case instance = "@@@@@@@@@@@@@@@instance@@@@@@@@@@@@@"
    }

    let bytes: [UInt8]
    /// An answer has an id of its own.
    let isAnswer: Bool
    private let places: [(slot: Slot, offset: Int)]

    init(_ bytes: [UInt8], isAnswer: Bool = false) {
        self.isAnswer = isAnswer
        var places: [(slot: Slot, offset: Int)] = []
        for slot in Slot.allCases {
            let text = Array(slot.rawValue.utf8)
            for offset in bytes.indices where bytes[offset] == text[0] && bytes[offset...].starts(with: text) {
                places.append((slot, offset))
            }
        }
        self.bytes = bytes
        self.places = places
    }

    /// Appends the body of one message.
    func append(_ ids: MessageIDs, to buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: bytes)
        for place in places {
            let id = ids[place.slot]
            for index in id.indices { buffer[start + place.offset + index] = id[index] }
        }
    }
}

/// A value: the ids of one message.
struct MessageIDs: Sendable {
    var uniqueID: [UInt8] = []
    var messageID: [UInt8] = []
    var replyQueue: [UInt8] = []
    var requestID: [UInt8] = []
    var instance: [UInt8] = []

    /// Puts a text in place of the first digits of the ids of this message.
    mutating func begin(with mark: [UInt8]) {
        uniqueID.replaceSubrange(..<mark.count, with: mark)
        messageID.replaceSubrange(..<mark.count, with: mark)
        requestID.replaceSubrange(..<mark.count, with: mark)
        instance.replaceSubrange(..<mark.count, with: mark)
    }

    subscript(slot: BodyTemplate.Slot) -> [UInt8] {
        switch slot {
        case .uniqueID: uniqueID
        case .messageID: messageID
        case .replyQueue: replyQueue
        case .requestID: requestID
        case .instance: instance
        }
    }

    /// `8-4-4-4-12` of 32 digits.
    static func dashed(_ digits: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return text
    }
}
