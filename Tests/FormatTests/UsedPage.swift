/// What `Programs/use-page.py` prints.
struct UsedPage: Decodable {
    struct Row: Decodable, Equatable {
        let id: String
        let kind: String
        let title: String
        /// Nanoseconds.
        let latency: String?
        let problem: Bool
    }

    struct Panel: Decodable {
        let open: Bool
        let title: String
        let text: String
        let body: String
        let facts: [String: String]
        let parts: [String]
    }

    struct Filters: Decodable {
        let all: [Row]
        let typed: [Row]
        let nothing: [Row]
        let problems: [Row]
        let replies: [Row]
        let count: String
        /// Arrows that are faded, and all.
        let faded: Int
        let arrows: Int
    }

    struct Sorting: Decodable {
        let up: [Row]
        let up_order: String
        let down: [Row]
        let down_order: String
    }

    struct Mouse: Decodable {
        let messages: String
        let panel: Panel
        let closed: Panel
        let focus: String
    }

    struct Keyboard: Decodable {
        let slash: String
        let first: String
        let second: String
        let outline: String
        let panel: Panel
        let stepped: Panel
        let closed: Panel
        let back: String
        let row: Panel
    }

    let text: String
    /// How many elements there are of each name.
    let elements: [String: Int]
    let filters: Filters
    let sorting: Sorting
    let mouse: Mouse
    let keyboard: Keyboard
    /// Of the first rows.
    let stories: [Panel]
    let panel_elements: [String]
    let pdf_bytes: Int
    /// How filter, panel and help are displayed when printed.
    let on_paper: [String]
    /// Whether a script of a text ran.
    let ran: Bool
    let console: [String]
    let requests: [String]
}
