import Trace

/// What rendering bounds, and by how much.
enum Limits {
    /// A message that lies in its queue for so long is drawn with the time it waited; a healthy broker takes milliseconds.
    static let noteworthyWait: Nanoseconds = .seconds(1)
    /// Kinds of bodies of other applications that are named.
    static let otherContents = 6
    /// Narrower than this no diagram can be read.
    static let minimumWidth = 40
    /// Wider than this lines are no longer padded out to, whatever the terminal says.
    static let maximumWidth = 1000
    /// Bytes collected before they are handed to the sink.
    static let chunkSize = 1 << 16
    /// Combining marks kept on one character; more are escaped.
    static let combiningMarks = 4
    /// Kinds of trouble with connections that notes tell of.
    static let troubleNotes = 8
    /// Operations other than boots that `replay` draws; of more it gives the list.
    static let drawnOperations = 10
    /// Requests that a pcapng export may be of, and connections that it tells of, refused messages among them: all this
    /// stands in one block, of which readers take at most 16 MB.
    static let excerptRequests = 131_072
    static let excerptConnections = 16_384
    /// Participants that it tells of, whether they are named in it or not.
    static let excerptParticipants = 4096
    /// Background messages in all diagrams together; each operation that goes on meanwhile has them.
    static let backgroundMessages = 100_000
    /// Lanes of a drawing; more are no picture any more.
    static let lanes = 500
    /// Ends of arrows in all drawings of a picture or a page: one to a thousand receivers has so many.
    static let arrowEnds = 100_000
    /// Rows after which the lane headings are repeated at the end of the diagram.
    static let rowsPerScreen = 40
    /// Cells in a diagram language of a label and of other lines of text, of a lane's heading, of a line that stands across
    /// all lanes, and what each lane adds to that one.
    static let scriptLabelCells = 72
    static let scriptLineCells = 48
    static let scriptAcrossCells = 120
    /// Cells of a line that says why there is no diagram.
    static let emptyNoteCells = 80
    static let scriptHeadingCells = 28
    static let scriptLaneCells = 26
    /// Characters that Mermaid draws unless told otherwise (`maxTextSize`), which readers of GitHub and GitLab cannot;
    /// of more it draws an error.
    static let mermaidCharacters = 50_000
    /// Arrows and notes that are kept for a Mermaid document: no more fit into its characters.
    static let mermaidStatements = 3000
    /// Lines of text on the arrows and notes of one PlantUML file: PlantUML 1.2020.2 draws 3,000 in 8 s and 1.4 GB, 10,000
    /// in 18 s and 4.2 GB, so many on one arrow in three times that.
    static let plantUMLLines = 3000
    /// Arrows and notes that fit into a PNG picture of PlantUML; what is below 4,096 pixels it leaves out.
    static let plantUMLPictureStatements = 100
    /// Packets named in one sentence, of which several in a row count once.
    static let packetRuns = 24
    /// Instances told by name on one line; of more the rest is a number.
    static let instancesOfLine = 3
    /// Instances told by name of one request; of more the number.
    static let instancesOfRequest = 5
    /// Lines of one text in an SVG picture; of more the number is told.
    static let svgLines = 40
    /// Comments remembered for the next packet of the same message.
    static let commentsRemembered = 1024
    /// Messages told of one packet, and operations and receivers of one message; of more their number.
    static let messagesOfPacket = 16
    static let operationsOfMessage = 4
    /// Connections from an address whose connections ended that an excerpt tells of, of services that an operation turns
    /// on, and to a broker that ended all that are told.
    static let excerptNeighbours = 1024
    /// Operations in the list of a page.
    static let htmlOperations = 5000
}
