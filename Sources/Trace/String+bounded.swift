extension String {
    /// The text itself, or so many bytes of its beginning where it is longer.
    package func bounded(toBytes limit: Int) -> String {
        utf8.count <= limit ? self : String(decoding: utf8.prefix(limit), as: UTF8.self)
    }
}
