import Diagnosis
package import Trace

/// A value: what `explain` prints: of each boot the verdict, how far it came, by what that is known, what to look at next.
///
///     boot  vm-huge  d4816b91-…  req-3bb8fb66-…
///     failed: the scheduler found no valid host
///
///       steps
///         ✓ request taken            0.000  nova-api → nova-conductor
///         ✗ host selected            0.015  nova-conductor → nova-scheduler
///         · compute took the build          not reached
///
///       look at next
///         which filter left no host: the log of nova-scheduler
///           grep req-3bb8fb66-… /var/log/nova/nova-scheduler.log
///
/// Instances of one request are counted first, and those with the same verdict told once. Lines are wrapped, nothing is
/// cut; same trace and options, same bytes.
package struct ExplainReport: Sendable, LineWritable {
    let trace: BusTrace
    let operations: [Operation]
    /// What to look at next, by the operation's id.
    let advice: [OperationID: [Advice]]
    /// Who fell silent, told once for all.
    let silent: [SilentService]
    private let names: OperationNames
    package let options: DiagramOptions

    /// - Parameter operations: those to explain, see `BusTrace.operationsToTell`.
    package init(
        _ trace: BusTrace, operations: [Operation], options: DiagramOptions = DiagramOptions(),
        advice: (Operation) -> [Advice]
    ) {
        self.trace = trace
        self.operations = operations
        names = OperationNames(operations)
        self.options = options
        silent = trace.silentServices
        self.advice = Dictionary(operations.map { ($0.id, advice($0)) }, uniquingKeysWith: { first, _ in first })
    }

    package func write(to output: inout StyledOutput) {
        let builder = SequenceBuilder(trace, options: options)
        var isFirst = true
        for group in RequestGroup.groups(of: operations) {
            if !isFirst { output.endLine() }
            isFirst = false
            let members = group.own.map { trace.operations[$0.id] }
            if members.count == 1 {
                write(members[0], builder, to: &output)
            } else {
                write(request: members, builder, to: &output)
            }
        }
        if !silent.isEmpty { output.endLine() }
        for service in silent {
            output.paragraph("note: \(service.sentence)", width: options.cells, .warning, options.glyphs)
        }
    }

    // MARK: One operation

    private func write(_ operation: Operation, _ builder: SequenceBuilder, to output: inout StyledOutput) {
        let header = SequenceHeader(operation)
        output.write(fields: header.identity, separator: "  ", width: options.cells, .strong, options.glyphs)
        sentence(header, operation, to: &output)
        sections(of: operation, builder, to: &output)
    }

    private func sentence(_ header: SequenceHeader, _ operation: Operation, to output: inout StyledOutput) {
        output.paragraph(
            header.sentence, width: options.cells, TextStyle(outcome: operation.outcome.rawValue), options.glyphs)
    }

    private func sections(of operation: Operation, _ builder: SequenceBuilder, to output: inout StyledOutput) {
        let sections = ExplainSections(operation: operation, trace: trace, options: options)
        sections.write(to: &output)
        AdviceList(advice: advice[operation.id] ?? [], options: options).write(to: &output)
        let notes = sections.notes + builder.captureNotes(of: operation, withTroubles: false)
        if !notes.isEmpty { output.endLine() }
        for note in notes { output.paragraph("note: \(note)", width: options.cells, .warning, options.glyphs) }
    }

    // MARK: Several instances of one request

    private func write(request members: [Operation], _ builder: SequenceBuilder, to output: inout StyledOutput) {
        let fields = [
            members[0].kind.rawValue, counted(members.count, "instance"), members[0].requestID ?? "",
        ].filter { !$0.isEmpty }
        output.write(fields: fields, separator: "  ", width: options.cells, .strong, options.glyphs)
        output.paragraph(
            Self.count(of: members), width: options.cells,
            members.allSatisfy { $0.outcome == .completed } ? .state : .warning,
            options.glyphs)
        for story in Self.stories(of: members) {
            output.endLine()
            write(story, isOnly: story.count == members.count, builder, to: &output)
        }
    }

    /// Instances of one verdict: their names and sentences, then the first one's steps.
    private func write(
        _ story: [Operation], isOnly: Bool, _ builder: SequenceBuilder, to output: inout StyledOutput
    ) {
        let first = story[0]
        let style = TextStyle(outcome: first.outcome.rawValue)
        if story.count == 1 {
            output.write(
                fields: [first.instanceName].compactMap { $0 } + first.instances, separator: "  ",
                width: options.cells, .strong, options.glyphs)
            sentence(SequenceHeader(first), first, to: &output)
        } else if Set(story.map(\.verdict)).count == 1 {
            output.paragraph(
                story.map(names.name).joined(separator: ", "), width: options.cells, .strong, options.glyphs)
            sentence(SequenceHeader(first), first, to: &output)
        } else {
            let width = story.map { options.glyphs.text(names.name(of: $0)).width }.max() ?? 0
            for operation in story {
                output.paragraph(
                    SequenceHeader(operation).sentence, after: names.name(of: operation), headWidth: min(width, 24),
                    width: options.cells, style, options.glyphs)
            }
        }
        // Of those that went well among others the sentence is enough.
        if first.outcome == .completed, !isOnly { return }
        if story.count > 1 {
            output.endLine()
            output.paragraph("\(names.name(of: first)) as the example:", width: options.cells, .faint, options.glyphs)
        }
        sections(of: first, builder, to: &output)
    }

    private static let order: [Operation.Outcome] = [.completed, .failed, .stuck, .running, .unknown]

    static func count(of members: [Operation]) -> String {
        order.compactMap { outcome in
            let count = members.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }.joined(separator: ", ")
    }

    /// Operations with the same verdict, hosts and times apart where all went well.
    static func stories(of members: [Operation]) -> [[Operation]] {
        var stories: [[String?]: [Operation]] = [:]
        for operation in members { stories[operation.story, default: []].append(operation) }
        func rank(_ story: [Operation]) -> Int { order.firstIndex(of: story[0].outcome) ?? order.count }
        return stories.values.sorted { (rank($0), $0[0].id) < (rank($1), $1[0].id) }
    }
}

extension Operation {
    /// The instance's name, else its uuid, else the request.
    var name: String { instanceName ?? instances.first ?? requestID ?? "?" }

    /// What two operations have in common that went the same way.
    fileprivate var story: [String?] {
        if outcome == .completed { return [outcome.rawValue] }
        guard let diagnosis else { return [outcome.rawValue, verdict] }
        return [
            outcome.rawValue, diagnosis.cause.rawValue, diagnosis.step, diagnosis.service, diagnosis.host,
            diagnosis.awaited,
        ]
    }
}
