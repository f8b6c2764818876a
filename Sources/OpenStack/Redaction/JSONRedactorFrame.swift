/// A value: a container of JSON that is being written without its secrets.
struct JSONRedactorFrame {
    /// What the member `name` of an object says about the member `value`.
    enum Naming {
        case nothing, secret, harmless
    }

    let isObject: Bool
    let scope: JSONRedactor.Scope
    /// The element before is a secret's name, or an option behind one.
    var awaitsValue = false
    var naming = Naming.nothing
    /// Where the value of a pair begins that is being written.
    var valueStart: Int?
    var values: [Range<Int>] = []
}
