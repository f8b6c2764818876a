import Pipeline

/// What limits and expiry made go, in sentences.
func evictions(_ counts: Evictions) -> [String] {
    var sentences: [String] = []
    let kept = counts.messages + counts.backgroundMessages
    if kept > 0 {
        sentences.append(
            "\(kept) older messages (\(counts.backgroundMessages) of background traffic) and \(counts.calls) calls were let "
                + "go before the end: --keep keeps more")
    }
    if counts.connections > 0 {
        sentences.append("\(counts.connections) connections that had ended were let go: --keep-connections keeps more")
    }
    if counts.unlistedConnections > 0 {
        sentences.append(
            "\(counts.unlistedConnections) connections were read but not named: too many were open at once")
    }
    return sentences
}
