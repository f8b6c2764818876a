/// What AMQP 0-8 has otherwise: connection.close is 60 (50 redirects), channels can alert, consume takes no arguments.
extension MethodTable {
    static let connection08: [MethodDefinition] =
        connection091.filter { $0.id.methodID < 50 } + [
            .init(MethodID(10, 50), "connection.redirect", .server, .shortstr("host"), .shortstr("known-hosts")),
            ConnectionClose.definition08,
            .init(MethodID(10, 61), "connection.close-ok", .either),
        ]

    static let channel08: [MethodDefinition] =
        channel091.filter { $0.id.methodID != 11 } + [
            .init(MethodID(20, 11), "channel.open-ok", .server),
            .init(
                MethodID(20, 30), "channel.alert", .server, .short("reply-code"), .shortstr("reply-text"),
                .table("details")),
        ]

    static let exchange08: [MethodDefinition] = exchange091.filter { $0.id.methodID < 30 }

    static let basic08: [MethodDefinition] =
        basic091.filter { $0.id != BasicConsume.id && $0.id != BasicNack.id } + [BasicConsume.definition08]
}
