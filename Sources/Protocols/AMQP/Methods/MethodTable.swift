/// A value: the methods of one version of AMQP by number.
package struct MethodTable: Sendable {
    package let methods: [MethodDefinition]
    private let indices: [UInt32: Int]

    init(_ methods: [MethodDefinition]) {
        self.methods = methods
        indices = Dictionary(methods.enumerated().map { ($1.id.code, $0) }) { first, _ in first }
    }

    /// The method of that number; `nil` where the specification has none.
    package subscript(id: MethodID) -> MethodDefinition? {
        indices[id.code].map { methods[$0] }
    }

    /// AMQP 0-9-1 with RabbitMQ's extensions: 66 methods.
    package static let v091 = MethodTable(
        connection091 + channel091 + access + exchange091 + queue + basic091 + confirm + tx)

    /// AMQP 0-8 as RabbitMQ spoke it; its classes file, stream, dtx and tunnel were never implemented.
    package static let v08 = MethodTable(connection08 + channel08 + access + exchange08 + queue + basic08 + tx)
}

/// The methods of 0-9-1 (1.4 to 1.9) class by class; those without a type of their own are laid out here.
extension MethodTable {
    static let connection091: [MethodDefinition] = [
        ConnectionStart.definition,
        ConnectionStartOk.definition,
        .init(MethodID(10, 20), "connection.secure", .server, .longstr("challenge")),
        .init(MethodID(10, 21), "connection.secure-ok", .client, .secret("response")),
        ConnectionTune.definition,
        ConnectionTuneOk.definition,
        ConnectionOpen.definition,
        .init(MethodID(10, 41), "connection.open-ok", .server, .shortstr("known-hosts")),
        ConnectionClose.definition,
        .init(MethodID(10, 51), "connection.close-ok", .either),
        ConnectionBlocked.definition,
        ConnectionUnblocked.definition,
        .init(MethodID(10, 70), "connection.update-secret", .client, .secret("new-secret"), .shortstr("reason")),
        .init(MethodID(10, 71), "connection.update-secret-ok", .server),
    ]

    static let channel091: [MethodDefinition] = [
        ChannelOpen.definition,
        .init(MethodID(20, 11), "channel.open-ok", .server, .longstr("channel-id")),
        .init(MethodID(20, 20), "channel.flow", .either, .bit("active")),
        .init(MethodID(20, 21), "channel.flow-ok", .either, .bit("active")),
        ChannelClose.definition,
        .init(MethodID(20, 41), "channel.close-ok", .either),
    ]

    static let access: [MethodDefinition] = [
        .init(
            MethodID(30, 10), "access.request", .client, .shortstr("realm"), .bit("exclusive"), .bit("passive"),
            .bit("active"), .bit("write"), .bit("read")),
        .init(MethodID(30, 11), "access.request-ok", .server, .short("ticket")),
    ]

    static let exchange091: [MethodDefinition] = [
        ExchangeDeclare.definition,
        .init(MethodID(40, 11), "exchange.declare-ok", .server),
        .init(
            MethodID(40, 20), "exchange.delete", .client, .short("ticket"), .shortstr("exchange"), .bit("if-unused"),
            .bit("nowait")),
        .init(MethodID(40, 21), "exchange.delete-ok", .server),
        .init(
            MethodID(40, 30), "exchange.bind", .client, .short("ticket"), .shortstr("destination"), .shortstr("source"),
            .shortstr("routing-key"), .bit("nowait"), .table("arguments")),
        .init(MethodID(40, 31), "exchange.bind-ok", .server),
        .init(
            MethodID(40, 40), "exchange.unbind", .client, .short("ticket"), .shortstr("destination"),
            .shortstr("source"), .shortstr("routing-key"), .bit("nowait"), .table("arguments")),
        .init(MethodID(40, 51), "exchange.unbind-ok", .server),
    ]

    static let queue: [MethodDefinition] = [
        QueueDeclare.definition,
        QueueDeclareOk.definition,
        QueueBind.definition,
        .init(MethodID(50, 21), "queue.bind-ok", .server),
        .init(MethodID(50, 30), "queue.purge", .client, .short("ticket"), .shortstr("queue"), .bit("nowait")),
        .init(MethodID(50, 31), "queue.purge-ok", .server, .long("message-count")),
        .init(
            MethodID(50, 40), "queue.delete", .client, .short("ticket"), .shortstr("queue"), .bit("if-unused"),
            .bit("if-empty"), .bit("nowait")),
        .init(MethodID(50, 41), "queue.delete-ok", .server, .long("message-count")),
        .init(
            MethodID(50, 50), "queue.unbind", .client, .short("ticket"), .shortstr("queue"), .shortstr("exchange"),
            .shortstr("routing-key"), .table("arguments")),
        .init(MethodID(50, 51), "queue.unbind-ok", .server),
    ]

    static let basic091: [MethodDefinition] = [
        .init(MethodID(60, 10), "basic.qos", .client, .long("prefetch-size"), .short("prefetch-count"), .bit("global")),
        .init(MethodID(60, 11), "basic.qos-ok", .server),
        BasicConsume.definition,
        BasicConsumeOk.definition,
        BasicCancel.definition,
        .init(MethodID(60, 31), "basic.cancel-ok", .either, .shortstr("consumer-tag")),
        BasicPublish.definition,
        BasicReturn.definition,
        BasicDeliver.definition,
        .init(MethodID(60, 70), "basic.get", .client, .short("ticket"), .shortstr("queue"), .bit("no-ack")),
        BasicGetOk.definition,
        .init(MethodID(60, 72), "basic.get-empty", .server, .shortstr("cluster-id")),
        BasicAck.definition,
        BasicReject.definition,
        .init(MethodID(60, 100), "basic.recover-async", .client, .bit("requeue")),
        .init(MethodID(60, 110), "basic.recover", .client, .bit("requeue")),
        .init(MethodID(60, 111), "basic.recover-ok", .server),
        BasicNack.definition,
    ]

    static let confirm: [MethodDefinition] = [
        ConfirmSelect.definition,
        .init(MethodID(85, 11), "confirm.select-ok", .server),
    ]

    static let tx: [MethodDefinition] = [
        .init(MethodID(90, 10), "tx.select", .client),
        .init(MethodID(90, 11), "tx.select-ok", .server),
        .init(MethodID(90, 20), "tx.commit", .client),
        .init(MethodID(90, 21), "tx.commit-ok", .server),
        .init(MethodID(90, 30), "tx.rollback", .client),
        .init(MethodID(90, 31), "tx.rollback-ok", .server),
    ]
}
