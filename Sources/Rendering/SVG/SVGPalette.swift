/// A value: the colours of a drawing as `#rrggbb`, for light paper or a dark screen.
///
/// Texts have a contrast of at least 4.5 to what they stand on, lines and marks of at least 3 (WCAG 2.1, 1.4.3 and 1.4.11).
struct SVGPalette: Sendable {
    /// A value: the colours of a band: its ground, and the edge that tells it from its neighbours.
    struct Band: Sendable {
        var ground: String
        var edge: String
    }

    var page: String
    var ink: String
    var muted: String
    var lifeline: String
    var heading: String
    var strip: String
    var bar: String
    var answer: String
    var failure: String
    var warning: String
    var good: String
    var goodBand: Band
    var failureBand: Band
    var goneBand: Band
    var bands: [Band]

    static let light = SVGPalette(
        page: "#ffffff", ink: "#1f2328", muted: "#57606a", lifeline: "#87909c", heading: "#eef2f7", strip: "#f2f4f7",
        bar: "#dfe7f1", answer: "#0a6473", failure: "#b3261e", warning: "#8a5300", good: "#1a7436",
        goodBand: Band(ground: "#e6f5ea", edge: "#1a7f37"), failureBand: Band(ground: "#fcebe9", edge: "#b3261e"),
        goneBand: Band(ground: "#f0f0f0", edge: "#6b6b6b"),
        bands: [
            Band(ground: "#ebf2fc", edge: "#2f6fc9"), Band(ground: "#f2eefc", edge: "#7654c0"),
            Band(ground: "#e5f5f4", edge: "#17807f"), Band(ground: "#fcf4e2", edge: "#9c6410"),
            Band(ground: "#faeef5", edge: "#ab3f86"), Band(ground: "#eef1f5", edge: "#586578"),
        ])

    static let dark = SVGPalette(
        page: "#14181e", ink: "#e3e7ec", muted: "#a0abb7", lifeline: "#6b7684", heading: "#222a34", strip: "#1b212a",
        bar: "#303b49", answer: "#74cad8", failure: "#ff8f86", warning: "#e9b450", good: "#74d391",
        goodBand: Band(ground: "#13291a", edge: "#57c46f"), failureBand: Band(ground: "#38181a", edge: "#ff7b72"),
        goneBand: Band(ground: "#242629", edge: "#9aa0a6"),
        bands: [
            Band(ground: "#182742", edge: "#6ea8fe"), Band(ground: "#272244", edge: "#a78bfa"),
            Band(ground: "#112c2e", edge: "#4fc4c4"), Band(ground: "#2f2611", edge: "#e0a83a"),
            Band(ground: "#311c2e", edge: "#e07bbf"), Band(ground: "#222932", edge: "#94a3b8"),
        ])

    /// The class of a band; hues beyond the list begin again.
    static func bandClass(_ hue: StateBand.Hue) -> String {
        switch hue {
        case .good: "sq-band-good"
        case .failure: "sq-band-failed"
        case .gone: "sq-band-gone"
        case .other(let number): "sq-band-\(number % light.bands.count)"
        }
    }

    var namedBands: [(name: String, band: Band)] {
        [("good", goodBand), ("failed", failureBand), ("gone", goneBand)]
            + bands.enumerated().map { (String($0.offset), $0.element) }
    }
}
