/// What writes itself as lines of styled text.
package protocol LineWritable {
    var options: DiagramOptions { get }

    func write(to output: inout StyledOutput)
}

extension LineWritable {
    /// Writes UTF-8 to the sink, in chunks; colours only where the options want them.
    package func write(to sink: @escaping OutputSink) {
        var output = StyledOutput(to: sink, color: options.color)
        write(to: &output)
        output.flush()
    }
}
