/// The program's name and version, for what says by what it was made.
package enum Program {
    package static let name = "novatrace"
    package static let version = "0.1.0"
}
