/// What AMQP 0-8 has otherwise: connection.close is 60 (50 redirects), channels can alert, consume takes no arguments.
extension MethodTable {
    static let connection08: [MethodDefinition] =
        connection091.filter { $0.id.methodID < 50 } + [
            .init(10, 50, "connection.redirect", .server, [.init("host", .shortstr), .init("known-hosts", .shortstr)]),
            .init(10, 60, "connection.close", .either, closing),
            .init(10, 61, "connection.close-ok", .either, []),
        ]

    static let channel08: [MethodDefinition] =
        channel091.filter { $0.id.methodID != 11 } + [
            .init(20, 11, "channel.open-ok", .server, []),
            .init(
                20, 30, "channel.alert", .server,
                [.init("reply-code", .short), .init("reply-text", .shortstr), .init("details", .table)]),
        ]

    static let exchange08: [MethodDefinition] = exchange091.filter { $0.id.methodID < 30 }

    static let basic08: [MethodDefinition] =
        basic091.filter { $0.id.methodID != 20 && $0.id.methodID != 120 } + [
            .init(
                60, 20, "basic.consume", .client,
                [
                    .init("ticket", .short), .init("queue", .shortstr), .init("consumer-tag", .shortstr),
                    .init("no-local", .bit), .init("no-ack", .bit), .init("exclusive", .bit), .init("nowait", .bit),
                ])
        ]

    private static let closing: [MethodDefinition.Argument] = [
        .init("reply-code", .short), .init("reply-text", .shortstr), .init("class-id", .short),
        .init("method-id", .short),
    ]
}
