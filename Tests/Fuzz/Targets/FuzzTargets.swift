/// The list of targets; a new one is a file beside this and a row here.
package enum FuzzTargets {
    package static let all: [FuzzTarget] = [
        .packets, .reassembly, .amqp, .oslo, .json, .redaction, .captures, .excerpts, .arguments,
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
