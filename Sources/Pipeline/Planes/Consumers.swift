import Protocols
import Trace

/// A machine that keeps who consumes on one connection from which queue: those that do, and of the first that came also
/// until when those did that do no more.
struct Consumers: Sendable {
    /// A value: a consumer as the broker knows it.
    struct Consumer: Sendable {
        let channel: UInt16
        /// Empty until the broker has chosen it.
        var tag: String
        var facts: QueueConsumer

        /// Bytes of memory, about, those of the queue's name not counted.
        var bytes: Int { 2 * MemoryLayout<Consumer>.stride + tag.utf8.count }
    }

    private var list: [Consumer] = []

    /// Of those that do, and of the others that are kept.
    var count: Int { list.count }
    private(set) var bytes = 0

    /// What is listed of the connection: the first of those whose queue is known.
    var listed: [QueueConsumer] {
        Array(list.lazy.map(\.facts).filter { !$0.queue.isEmpty }.prefix(PipelineLimits.listedConsumersOfConnection))
    }

    mutating func append(_ consumer: Consumer) {
        list.append(consumer)
        bytes += consumer.bytes
    }

    /// `basic.consume` with the tag of one that consumes already.
    ///
    /// - Returns: whether there is such a one.
    mutating func renew(_ consumer: Consumer) -> Bool {
        guard !consumer.tag.isEmpty, let known = place(of: consumer.tag, on: consumer.channel),
            list[known].facts.until == nil
        else { return false }
        if list[known].facts.queue != consumer.facts.queue { list[known].facts = consumer.facts }
        return true
    }

    /// The broker chose a tag for the first that has none.
    mutating func chosen(_ tag: String, on channel: UInt16) {
        guard let known = list.firstIndex(where: { $0.channel == channel && $0.tag.isEmpty }) else { return }
        list[known].tag = tag
        bytes += tag.utf8.count
    }

    /// The consumer of that tag takes no more, or without one all of the channel.
    mutating func end(_ tag: String?, _ event: AMQPMethodEvent, _ end: QueueConsumer.End) {
        for place in list.indices.reversed()
        where list[place].channel == event.channel && (tag ?? list[place].tag) == list[place].tag
            && list[place].facts.until == nil
        {
            guard place < PipelineLimits.listedConsumersOfConnection else {
                bytes -= list.remove(at: place).bytes
                continue
            }
            list[place].facts.until = event.stamp.time
            list[place].facts.end = end
            list[place].facts.packet = event.stamp.reference
        }
    }

    /// The queue of a consumer; `nil` where its `basic.consume` was not seen, empty for the one that was declared last on
    /// the channel.
    func queue(of tag: String, on channel: UInt16) -> String? {
        place(of: tag, on: channel).map { list[$0].facts.queue }
    }

    /// The one that consumes, else the last that did: what was on its way to it comes still.
    private func place(of tag: String, on channel: UInt16) -> Int? {
        list.lastIndex { $0.channel == channel && $0.tag == tag }
    }
}
