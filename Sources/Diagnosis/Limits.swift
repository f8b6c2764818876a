/// What is bounded when operations are judged, and by how much.
enum Limits {
    /// Names of one kind in a sentence; of more it is said how many there are.
    static let namesInSentence = 16
    /// Incidents kept of one participant or queue; a broker that flaps leaves many.
    static let incidentsOfEach = 256
    /// Troubles with connections that stand as evidence of one verdict.
    static let troublesAsEvidence = 3
    /// Deliveries to others than a message was sent to that stand as evidence.
    static let asidesAsEvidence = 4
    /// Clients that a trouble with connections names.
    static let namesOfTrouble = 8
    /// Packets listed of one trouble with connections.
    static let packetsOfTrouble = 64
}
