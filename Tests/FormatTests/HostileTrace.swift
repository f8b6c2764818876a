import Trace

/// A boot whose every name is one that some format could take for its own syntax; its twin bears plain names.
///
/// Each name stands as a method, as an exception's class and message, as an instance, a host, a request id and a queue
/// that nobody reads.
enum HostileTrace {
    /// Short enough not to be broken into lines.
    static let names = [
        #"a "quoted" name"#, "<b>bold</b>", "</text></svg>", "<img onerror=x()>",
        "<script>x()</script>",
        "]]>", "a;b;c", "#35;", "#lt;", "&lt;&amp;&#65;", "%%{init: {}}%%", "%% comment", "50%",
        "two\nlines", "\r\n", "esc\u{1B}[31mred", "\u{202E}evil", "zero\u{200B}width", "שלום", "虚拟机", "🚀 emoji",
        "é°ß¶ﬂ",
        "ﬂ°°60¶ß", "end", "loop", "wrap: x", "nowrap:x", "style a:b#c;", "classDef x:y#z;", "sequenceDiagram", "---",
        "participant p1 as x", "p1->>p2: y", "p1 -> p2 : y", "activate p1", "Note over p1: x", "title x", "a:b", ": x",
        "$$x^2$$", "$var", "x@{ type: x }", "{{x}}", "}", "{", "`code`", "|a|b|", "=cmd()", "+1", "-1", "@SUM(A1)",
        "**bold**", "//italic//", "__init__", "--struck--", "~~waved~~", #"""mono"""#, "[[http://x y]]", "<size:40>x",
        "<&heart>", "<$sprite>", "<U+0041>", "<:smile:>", "<color:red>x", "<back:red>x</back>", "<code>x</code>",
        "!include /etc/passwd", "!define x y", "%date()", "%n()", "@enduml", "@startuml", "' comment", "/' x '/",
        #"a\nb"#, #"a\tb"#, #"a\"#, "= head", "* item", "# item", "----", "====", "....", "== x ==", "... x ...", "~x",
        "<<stereo>>", "end note", "a->b", "<br/>", "javascript:alert(1)", "'", "é", "e\u{301}", "(x)", "[x]", "?",
    ]

    static let long = String(repeating: "<b>x_", count: 60)

    static func trace(_ name: String) -> BusTrace {
        var trace = BusTrace()
        let start = Timestamp(seconds: 1_795_453_709, nanoseconds: 300_400_000)
        let hosts = [("nova-api", nil), ("nova-conductor", nil), ("nova-compute", name), (name, "compute1")]
        trace.participants = hosts.enumerated().map { id, who in
            Participant(
                id: ParticipantID(id), service: who.0, host: who.1, label: who.1.map { "\(who.0)@\($0)" } ?? who.0,
                learnedFrom: [])
        }
        func send(
            _ kind: Message.Kind, from: ParticipantID, to: ParticipantID?, edit: (inout Message) -> Void = { _ in }
        ) {
            let id = trace.messages.count
            var message = Message(id: MessageID(id), kind: kind, exchange: "nova", routingKey: name, bytes: 1)
            message.method = name
            message.from = from
            message.publishedAt = start + .milliseconds(Int64(10 * id))
            message.deliveries = [to].compactMap { $0 }.map {
                Delivery(
                    to: $0, at: start + .milliseconds(Int64(10 * id + 1)), redelivered: false,
                    connection: ConnectionID($0.index))
            }
            message.operation = 0
            edit(&message)
            trace.messages.append(message)
        }
        send(.cast, from: 0, to: 1)
        send(.call, from: 1, to: 2) { $0.call = 0 }
        let failure = RemoteFailure(className: name, module: nil, message: name)
        send(.reply, from: 2, to: 1) {
            $0.call = 0
            $0.failure = failure
        }
        send(.cast, from: 1, to: 3) { $0.events = [ExternalEvent(name: name)] }
        send(.cast, from: 1, to: nil)
        send(.fanout, from: 2, to: nil)
        var call = Call(id: 0, messageID: "m", outcome: .error)
        (call.method, call.from, call.to, call.request, call.reply, call.error) = (name, 1, 2, 1, 2, failure)
        call.requestedAt = trace.messages[1].publishedAt
        call.repliedAt = trace.messages[2].publishedAt
        call.latency = .milliseconds(10)
        trace.calls = [call]
        var operation = Operation(
            id: 0, kind: .boot, requestID: name, instances: [name], outcome: .failed, startedAt: start,
            endedAt: start + .milliseconds(60), verdict: name)
        operation.instanceName = name
        operation.messages = Array(trace.messages.ids)
        trace.operations = [operation]
        return trace
    }
}
