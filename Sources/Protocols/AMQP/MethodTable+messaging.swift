/// Classes exchange, queue, basic, confirm and tx of AMQP 0-9-1 (1.6 to 1.9) with RabbitMQ's extensions.
extension MethodTable {
    static let exchange091: [MethodDefinition] = [
        .init(
            40, 10, "exchange.declare", .client,
            [
                .init("ticket", .short), .init("exchange", .shortstr), .init("type", .shortstr),
                .init("passive", .bit), .init("durable", .bit), .init("auto-delete", .bit), .init("internal", .bit),
                .init("nowait", .bit), .init("arguments", .table),
            ]),
        .init(40, 11, "exchange.declare-ok", .server, []),
        .init(
            40, 20, "exchange.delete", .client,
            [
                .init("ticket", .short), .init("exchange", .shortstr), .init("if-unused", .bit),
                .init("nowait", .bit),
            ]),
        .init(40, 21, "exchange.delete-ok", .server, []),
        .init(
            40, 30, "exchange.bind", .client,
            [
                .init("ticket", .short), .init("destination", .shortstr), .init("source", .shortstr),
                .init("routing-key", .shortstr), .init("nowait", .bit), .init("arguments", .table),
            ]),
        .init(40, 31, "exchange.bind-ok", .server, []),
        .init(
            40, 40, "exchange.unbind", .client,
            [
                .init("ticket", .short), .init("destination", .shortstr), .init("source", .shortstr),
                .init("routing-key", .shortstr), .init("nowait", .bit), .init("arguments", .table),
            ]),
        .init(40, 51, "exchange.unbind-ok", .server, []),
    ]

    static let queue: [MethodDefinition] = [
        .init(
            50, 10, "queue.declare", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("passive", .bit), .init("durable", .bit),
                .init("exclusive", .bit), .init("auto-delete", .bit), .init("nowait", .bit),
                .init("arguments", .table),
            ]),
        .init(
            50, 11, "queue.declare-ok", .server,
            [
                .init("queue", .shortstr), .init("message-count", .long), .init("consumer-count", .long),
            ]),
        .init(
            50, 20, "queue.bind", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("exchange", .shortstr),
                .init("routing-key", .shortstr), .init("nowait", .bit), .init("arguments", .table),
            ]),
        .init(50, 21, "queue.bind-ok", .server, []),
        .init(
            50, 30, "queue.purge", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("nowait", .bit),
            ]),
        .init(50, 31, "queue.purge-ok", .server, [.init("message-count", .long)]),
        .init(
            50, 40, "queue.delete", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("if-unused", .bit), .init("if-empty", .bit),
                .init("nowait", .bit),
            ]),
        .init(50, 41, "queue.delete-ok", .server, [.init("message-count", .long)]),
        .init(
            50, 50, "queue.unbind", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("exchange", .shortstr),
                .init("routing-key", .shortstr), .init("arguments", .table),
            ]),
        .init(50, 51, "queue.unbind-ok", .server, []),
    ]

    static let basic091: [MethodDefinition] = [
        .init(
            60, 10, "basic.qos", .client,
            [
                .init("prefetch-size", .long), .init("prefetch-count", .short), .init("global", .bit),
            ]),
        .init(60, 11, "basic.qos-ok", .server, []),
        .init(
            60, 20, "basic.consume", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("consumer-tag", .shortstr),
                .init("no-local", .bit), .init("no-ack", .bit), .init("exclusive", .bit), .init("nowait", .bit),
                .init("arguments", .table),
            ]),
        .init(60, 21, "basic.consume-ok", .server, [.init("consumer-tag", .shortstr)]),
        .init(60, 30, "basic.cancel", .either, [.init("consumer-tag", .shortstr), .init("nowait", .bit)]),
        .init(60, 31, "basic.cancel-ok", .either, [.init("consumer-tag", .shortstr)]),
        .init(
            60, 40, "basic.publish", .client, hasContent: true,
            [
                .init("ticket", .short), .init("exchange", .shortstr), .init("routing-key", .shortstr),
                .init("mandatory", .bit), .init("immediate", .bit),
            ]),
        .init(
            60, 50, "basic.return", .server, hasContent: true,
            [
                .init("reply-code", .short), .init("reply-text", .shortstr), .init("exchange", .shortstr),
                .init("routing-key", .shortstr),
            ]),
        .init(
            60, 60, "basic.deliver", .server, hasContent: true,
            [
                .init("consumer-tag", .shortstr), .init("delivery-tag", .longlong), .init("redelivered", .bit),
                .init("exchange", .shortstr), .init("routing-key", .shortstr),
            ]),
        .init(
            60, 70, "basic.get", .client,
            [
                .init("ticket", .short), .init("queue", .shortstr), .init("no-ack", .bit),
            ]),
        .init(
            60, 71, "basic.get-ok", .server, hasContent: true,
            [
                .init("delivery-tag", .longlong), .init("redelivered", .bit), .init("exchange", .shortstr),
                .init("routing-key", .shortstr), .init("message-count", .long),
            ]),
        .init(60, 72, "basic.get-empty", .server, [.init("cluster-id", .shortstr)]),
        .init(60, 80, "basic.ack", .either, [.init("delivery-tag", .longlong), .init("multiple", .bit)]),
        .init(60, 90, "basic.reject", .client, [.init("delivery-tag", .longlong), .init("requeue", .bit)]),
        .init(60, 100, "basic.recover-async", .client, [.init("requeue", .bit)]),
        .init(60, 110, "basic.recover", .client, [.init("requeue", .bit)]),
        .init(60, 111, "basic.recover-ok", .server, []),
        .init(
            60, 120, "basic.nack", .either,
            [
                .init("delivery-tag", .longlong), .init("multiple", .bit), .init("requeue", .bit),
            ]),
    ]

    static let confirm: [MethodDefinition] = [
        .init(85, 10, "confirm.select", .client, [.init("nowait", .bit)]),
        .init(85, 11, "confirm.select-ok", .server, []),
    ]

    static let tx: [MethodDefinition] = [
        .init(90, 10, "tx.select", .client, []),
        .init(90, 11, "tx.select-ok", .server, []),
        .init(90, 20, "tx.commit", .client, []),
        .init(90, 21, "tx.commit-ok", .server, []),
        .init(90, 30, "tx.rollback", .client, []),
        .init(90, 31, "tx.rollback-ok", .server, []),
    ]
}
