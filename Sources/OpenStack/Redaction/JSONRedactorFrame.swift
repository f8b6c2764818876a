/// A value: a container of JSON that is being written without its secrets.
struct JSONRedactorFrame {
    /// What the member `name` of an object says about the member `value`.
    enum Naming {
        case nothing, secret, harmless
    }

    /// The value of a pair that is being written.
    struct Value {
        let start: Int
        /// Whether its name ends in `value`, with or without words before that.
        let endsInValue: Bool
    }

    let isObject: Bool
    let scope: JSONRedactor.Scope
    /// The element before is a secret's name, or an option behind one.
    var awaitsValue = false
    var naming = Naming.nothing
    /// A member such as `parameter_name` has a secret's name, so that `parameter_value` is secret.
    var namesSecretValue = false
    /// An element is a client that takes a password as a part of an option, `-pX`.
    var takesGluedPassword = false
    /// Its members are parameters of heat: their definitions, or their values.
    var isParameters = false
    /// It is such a definition, and says that the parameter is hidden.
    var isParameter = false
    var isHiddenParameter = false
    /// The name of the member that is being written, where one of these is so, and where its value begins.
    var member: (name: [UInt8], start: Int)?
    /// Its `default`.
    var defaultValue: Range<Int>?
    /// An element begins a PEM block which the next ones go on with, a line each.
    var isInBlock = false
    /// Reads the elements as the words of a command line, where one is the name of a program that is known.
    var command: [CommandReader] = []
    var value: Value?
    var values: [(range: Range<Int>, endsInValue: Bool)] = []
}
