/// Classes connection, channel and access of AMQP 0-9-1 (1.4, 1.5) with RabbitMQ's blocked, unblocked and update-secret.
extension MethodTable {
    static let connection091: [MethodDefinition] = [
        .init(
            10, 10, "connection.start", .server,
            [
                .init("version-major", .octet), .init("version-minor", .octet), .init("server-properties", .table),
                .init("mechanisms", .longstr), .init("locales", .longstr),
            ]),
        .init(
            10, 11, "connection.start-ok", .client,
            [
                .init("client-properties", .table), .init("mechanism", .shortstr), .init("response", .secret),
                .init("locale", .shortstr),
            ]),
        .init(10, 20, "connection.secure", .server, [.init("challenge", .longstr)]),
        .init(10, 21, "connection.secure-ok", .client, [.init("response", .secret)]),
        .init(
            10, 30, "connection.tune", .server,
            [
                .init("channel-max", .short), .init("frame-max", .long), .init("heartbeat", .short),
            ]),
        .init(
            10, 31, "connection.tune-ok", .client,
            [
                .init("channel-max", .short), .init("frame-max", .long), .init("heartbeat", .short),
            ]),
        .init(
            10, 40, "connection.open", .client,
            [
                .init("virtual-host", .shortstr), .init("capabilities", .shortstr), .init("insist", .bit),
            ]),
        .init(10, 41, "connection.open-ok", .server, [.init("known-hosts", .shortstr)]),
        .init(
            10, 50, "connection.close", .either,
            [
                .init("reply-code", .short), .init("reply-text", .shortstr), .init("class-id", .short),
                .init("method-id", .short),
            ]),
        .init(10, 51, "connection.close-ok", .either, []),
        .init(10, 60, "connection.blocked", .server, [.init("reason", .shortstr)]),
        .init(10, 61, "connection.unblocked", .server, []),
        .init(
            10, 70, "connection.update-secret", .client,
            [
                .init("new-secret", .secret), .init("reason", .shortstr),
            ]),
        .init(10, 71, "connection.update-secret-ok", .server, []),
    ]

    static let channel091: [MethodDefinition] = [
        .init(20, 10, "channel.open", .client, [.init("out-of-band", .shortstr)]),
        .init(20, 11, "channel.open-ok", .server, [.init("channel-id", .longstr)]),
        .init(20, 20, "channel.flow", .either, [.init("active", .bit)]),
        .init(20, 21, "channel.flow-ok", .either, [.init("active", .bit)]),
        .init(
            20, 40, "channel.close", .either,
            [
                .init("reply-code", .short), .init("reply-text", .shortstr), .init("class-id", .short),
                .init("method-id", .short),
            ]),
        .init(20, 41, "channel.close-ok", .either, []),
    ]

    static let access: [MethodDefinition] = [
        .init(
            30, 10, "access.request", .client,
            [
                .init("realm", .shortstr), .init("exclusive", .bit), .init("passive", .bit), .init("active", .bit),
                .init("write", .bit), .init("read", .bit),
            ]),
        .init(30, 11, "access.request-ok", .server, [.init("ticket", .short)]),
    ]
}
