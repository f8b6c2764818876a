import Bytes

/// A value: a program that is given a secret in a way which only its own command line explains.
struct SecretProgram: Sendable {
    /// Which part of an option's value is secret.
    enum Part: Sendable {
        case whole
        /// What stands behind the first of that sign, as in `user:password`.
        case behind(Character)
    }

    /// A value: an option and its value, be it the next word, behind `=`, or glued to a letter, `-uadmin:…`.
    struct Option: Sendable {
        let names: [String]
        let part: Part
        /// The subcommand behind which it means that; `nil` for any.
        let verb: String?

        init(_ names: String, _ part: Part = .whole, after verb: String? = nil) {
            self.names = names.split(separator: " ").map(String.init)
            (self.part, self.verb) = (part, verb)
        }
    }

    let names: [String]
    var options: [Option] = []
    /// Letters of options without a value, which others may be glued to.
    var flags = ""
    /// Letters of options that have a value, which is no operand.
    var valued = ""
    /// Of subcommands which operand behind them is secret, from 1; behind the empty one those of the program itself.
    var operands: [String: Int] = [:]
    /// The flag without which no operand is one, and the one with which it stands one further in front.
    var operandFlags: (needed: Character, shortening: Character)?
    /// Whether it is only believed with just so many operands, none a word of a sentence: its name is no program's.
    var isVerb = false
    /// Whether an operand stands in quotes: what is in none is a word of a sentence.
    var quotes = false
    /// Whether a letter may stand before its value in one word; else what follows one dash is one name, `-passin`.
    var glues = true

    init(_ names: String) {
        self.names = names.split(separator: " ").map(String.init)
    }

    /// One row a program: its names, what of its command line is secret.
    static let all: [SecretProgram] = [
        row("curl") {
            $0.options = [Option("-u --user", .behind(":")), Option("-U --proxy-user", .behind(":"))]
            $0.flags = "skLivfSgGINjOJRa#0123456"
        },
        row("redis-cli valkey-cli redis-benchmark") { $0.options = [Option("-a --pass")] },
        row("ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldapcompare ldapmodrdn kadmin") {
            $0.options = [Option("-w")]
            $0.flags = "xvncLZ"
        },
        row("ldappasswd") {
            $0.options = [Option("-w"), Option("-s"), Option("-a")]
            $0.flags = "xvnZ"
        },
        row("openssl") {
            $0.options = [Option("-k -K"), Option("-salt")]
            $0.operands = ["passwd": 1]
            $0.glues = false
        },
        row("smbclient rpcclient smbget smbcacls smbtree") { $0.options = [Option("-U --user", .behind("%"))] },
        row("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop") {
            $0.options = [Option("-p")]
        },
        row("ipmitool") {
            $0.options = [Option("-P"), Option("-k"), Option("-y")]
            $0.operands = ["password": 2]
            $0.valued = "HUILpCct"
        },
        row("rabbitmqctl") {
            $0.operands = ["add_user": 2, "change_password": 2, "authenticate_user": 2, "hash_password": 1]
            $0.valued = "npt"
        },
        row("change_password authenticate_user") {
            $0.operands = ["": 2]
            $0.isVerb = true
        },
        row("rabbitmqadmin cqlsh") { $0.options = [Option("-p")] },
        row("sqlcmd mosquitto_pub mosquitto_sub") { $0.options = [Option("-P")] },
        row("htpasswd") {
            $0.operands = ["": 3]
            $0.operandFlags = ("b", "n")
            $0.valued = "C"
        },
        row("docker podman") { $0.options = [Option("-p", after: "login")] },
        row("snmpwalk snmpget snmpset snmpgetnext snmpbulkwalk snmpbulkget snmptrap") {
            $0.options = [Option("-A"), Option("-X"), Option("-c")]
        },
        row("unzip zip") {
            $0.options = [Option("-P")]
            $0.flags = "qoljr"
        },
        row("7z 7za 7zr rar unrar") { $0.options = [Option("-p")] },
        row("lftp") { $0.options = [Option("-u --user", .behind(","))] },
        row("etcdctl") { $0.options = [Option("--user", .behind(":"))] },
        row("swift") { $0.options = [Option("-K")] },
        // SQL.
        row("identified") {
            $0.operands = ["by": 1, "BY": 1]
            $0.quotes = true
        },
    ]

    private static func row(_ names: String, _ fill: (inout SecretProgram) -> Void) -> SecretProgram {
        var program = SecretProgram(names)
        fill(&program)
        return program
    }

    /// All names, as `NameAutomaton` takes them.
    static let folded = all.flatMap(\.names).map { $0.filter { $0 != "-" && $0 != "_" } }.joined(separator: " ")

    private static let byName: [String: Int] = Dictionary(
        all.enumerated().flatMap { index, program in program.names.map { ($0, index) } },
        uniquingKeysWith: { first, _ in first })

    /// The program whose name, of whatever case, stands in `range`.
    static func find(_ text: RawSpan, _ range: Range<Int>) -> SecretProgram? {
        guard (2...24).contains(range.count), SecretNames.isProgram(text, range) else { return nil }
        return byName[text.string(range).lowercased()].map { all[$0] }
    }

    /// The same for a word that may be a path.
    static func find(path text: RawSpan, _ range: Range<Int>) -> SecretProgram? {
        let slash = range.last { text.byte($0) == UInt8(ascii: "/") }
        return find(text, (slash.map { $0 + 1 } ?? range.lowerBound)..<range.upperBound)
    }
}

/// A machine that reads the words of a command line and says what of each is secret.
struct CommandReader: Sendable {
    private let program: SecretProgram
    /// What the next word is the value of.
    private var option: SecretProgram.Option?
    private var skipsNext = false
    private var operands = 0
    /// The operand that is secret; `nil` for none.
    private var place: Int?
    private var seenFlags: Set<Character> = []
    private var verbs: Set<String> = []

    init(_ program: SecretProgram) {
        self.program = program
        place = program.operandFlags == nil ? program.operands[""] : nil
    }

    /// Whether the words read last stand between a subcommand and its secret.
    var awaitsOperand: Bool { place.map { operands < $0 } ?? false }

    /// What of the next word is secret.
    mutating func read(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        if let option {
            self.option = nil
            return part(option.part, text, word)
        }
        if skipsNext {
            skipsNext = false
            return nil
        }
        if word.count > 1, text.byte(word.lowerBound) == UInt8(ascii: "-") {
            let isLong = !program.glues || text.byte(word.lowerBound + 1) == UInt8(ascii: "-")
            return isLong ? readLong(text, word) : readShort(text, word)
        }
        return readOperand(text, word)
    }

    private mutating func readLong(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        let equals = word.first { text.byte($0) == UInt8(ascii: "=") }
        let name = text.string(word.lowerBound..<(equals ?? word.upperBound))
        guard let found = wanted.first(where: { $0.names.contains(name) }) else { return nil }
        guard let equals else {
            option = found
            return nil
        }
        return part(found.part, text, (equals + 1)..<word.upperBound)
    }

    private mutating func readShort(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        for index in (word.lowerBound + 1)..<word.upperBound {
            let letter = Character(Unicode.Scalar(text.byte(index)))
            let isLast = index + 1 == word.upperBound
            if let found = wanted.first(where: { $0.names.contains("-\(letter)") }) {
                if isLast {
                    option = found
                    return nil
                }
                return part(found.part, text, (index + 1)..<word.upperBound)
            }
            seenFlags.insert(letter)
            if program.valued.contains(letter) {
                skipsNext = isLast
                break
            }
            guard program.operandFlags != nil || program.flags.contains(letter) else { break }
        }
        if let flags = program.operandFlags, seenFlags.contains(flags.needed) {
            place = program.operands[""].map { seenFlags.contains(flags.shortening) ? $0 - 1 : $0 }
        }
        return nil
    }

    private mutating func readOperand(_ text: RawSpan, _ word: Range<Int>) -> Range<Int>? {
        if word.count <= 32 {
            let name = text.string(word)
            verbs.insert(name)
            if !name.isEmpty, let found = program.operands[name] {
                (place, operands) = (found, 0)
                return nil
            }
        }
        operands += 1
        return operands == place ? word : nil
    }

    private var wanted: [SecretProgram.Option] {
        program.options.filter { $0.verb.map(verbs.contains) ?? true }
    }

    private func part(_ part: SecretProgram.Part, _ text: RawSpan, _ range: Range<Int>) -> Range<Int>? {
        var start = range.lowerBound
        // Quotes that begin within a word, `-u'admin:…'`.
        while start < range.upperBound, text.byte(start) == .backslash || text.byte(start).isQuote { start += 1 }
        if case .behind(let sign) = part, let sign = sign.asciiValue {
            guard let place = (start..<range.upperBound).first(where: { text.byte($0) == sign }) else { return nil }
            start = place + 1
        }
        return start < range.upperBound ? start..<range.upperBound : nil
    }
}
