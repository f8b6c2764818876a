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
    /// Which part of an operand is secret.
    var operandPart = Part.whole
    /// Whether a digit may stand before a secret operand, which says how that is encrypted.
    var hasTypes = false
    /// Whether an operand that is a secret's name is followed by its value, be it behind options.
    var namesOperand = false
    /// Whether an operand is secret only behind one that is a secret's name.
    var isKeyed = false
    /// Whether its first operand is another command, whose options are none of its own.
    var wrapsCommand = false
    /// Whether it is one of Windows: options begin with `/`, and hosts and drives, `Z:` or `*`, are no operands.
    var isOfWindows = false
    /// Whether people speak of it, too: behind words of a sentence an operand is only believed that looks like a secret.
    var isSpoken = false
    /// Of a section of a file of settings, or of the arguments of a call, those that are secret, `login = …`.
    var settings: [String] = []
    /// Whether an operand stands in quotes: what is in none is a word of a sentence.
    var quotes = false
    /// The letters of options with which it reads a password from its input, empty for any; `nil` where it reads none.
    var inputFlags: String?
    /// Whether it is given a secret in its options or operands.
    var isCommand: Bool { inputFlags == nil && settings.isEmpty }
    /// Whether a letter may stand before its value in one word; else what follows one dash is one name, `-passin`.
    var glues = true

    init(_ names: String) {
        self.names = names.split(separator: " ").map(String.init)
    }

    /// One row a program: its names, what of its command line is secret.
    static let all: [SecretProgram] = [
        row("curl") {
            $0.options = [
                Option("-u --user", .behind(":")), Option("-U --proxy-user", .behind(":")),
                Option("--oauth2-bearer --pass"),
            ]
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
        row("change_password authenticate_user set_password") {
            $0.operands = ["": 2]
            $0.isSpoken = true
        },
        row("cinder-rtstool") {
            $0.operands = ["create": 4, "add-initiator": 3]
            $0.isSpoken = true
        },
        // Settings of iSCSI targets (tgt, IET).
        row("incominguser outgoinguser") {
            $0.operands = ["": 2]
            $0.isSpoken = true
        },
        row("virsh") {
            $0.options = [Option("--base64 --password")]
            $0.operands = ["set-user-password": 3, "secret-set-value": 2]
            $0.valued = "cdkKl"
            $0.isSpoken = true
        },
        row("set-user-password") {
            $0.options = [Option("--password")]
            $0.operands = ["": 3]
            $0.isSpoken = true
        },
        row("racadm") {
            $0.options = [Option("-p")]
            $0.valued = "rugi"
            $0.namesOperand = true
        },
        row("smbpasswd") {
            $0.options = [Option("-w"), Option("-U", .behind("%"))]
            $0.operands = ["": 2]
            $0.flags = "asxdenmi"
            $0.valued = "cDrR"
            $0.isSpoken = true
        },
        row("ssh-keygen") {
            $0.options = [Option("-P"), Option("-N")]
            $0.flags = "pqlyeicBFHv"
        },
        row("net") {
            $0.options = [Option("-U --user", .behind("%"))]
            $0.operands = ["user": 2, "use": 1]
            $0.isOfWindows = true
            $0.isSpoken = true
        },
        row("rbd rados ceph ceph-authtool") { $0.options = [Option("--key --add-key")] },
        // Switches.
        row("auth priv") {
            let names =
                "md5 sha des 3des aes 128 192 256 sha224 sha256 sha384 sha512 sha-224 sha-256 sha-384 sha-512 aes128 "
                + "aes192 aes256 aes-128 aes-192 aes-256"
            $0.operands = Dictionary(names.split(separator: " ").map { (String($0), 1) }) { first, _ in first }
            $0.isSpoken = true
        },
        row("snmp-server") { $0.operands = ["community": 1] },
        row("neighbor") {
            $0.operands = ["password": 1]
            $0.hasTypes = true
        },
        row("pre-shared-key") { $0.operands = ["": 1, "ascii-text": 1, "hexadecimal": 1] },
        // Settings of an SNMP agent.
        row("rocommunity rwcommunity trapcommunity") { $0.operands = ["": 1] },
        row("createuser") { $0.operands = ["MD5": 1, "SHA": 1, "DES": 1, "AES": 1] },
        // A setting of HAProxy.
        row("stats") {
            $0.operands = ["auth": 1]
            $0.operandPart = .behind(":")
        },
        row("sshpass") {
            $0.options = [Option("-p")]
            $0.flags = "veV"
            $0.valued = "fdP"
            $0.wrapsCommand = true
        },
        row("crudini openstack-config") {
            $0.operands = ["": 4]
            $0.isKeyed = true
        },
        row("mkpasswd") {
            $0.operands = ["": 1]
            $0.valued = "mSRP"
            $0.isSpoken = true
        },
        row("mysqladmin") { $0.operands = ["password": 1] },
        row("openstack") { $0.options = [Option("-p", after: "store")] },
        row("wsrep_sst_mysqldump wsrep_sst_rsync wsrep_sst_xtrabackup-v2 wsrep_sst_mariabackup") {
            $0.options = [Option("--auth", .behind(":"))]
        },
        row("pkcs11-tool") {
            $0.options = [Option("-p --pin --so-pin --new-pin")]
            $0.flags = "lILOT"
        },
        row("convertto-securestring") {
            $0.operands = ["": 1]
            $0.quotes = true
        },
        row("tacacs-server radius-server") {
            $0.operands = ["key": 1]
            $0.hasTypes = true
        },
        // Options, whatever the program.
        row("--payload") { $0.operands = ["": 1] },
        row("--proxy-user") {
            $0.operands = ["": 1]
            $0.operandPart = .behind(":")
        },
        row("sqlplus") {
            $0.operands = ["": 1]
            $0.operandPart = .behind("/")
        },
        row("rabbitmqadmin cqlsh couchbase-cli fence_ipmilan") { $0.options = [Option("-p")] },
        row("useradd usermod groupadd groupmod") {
            $0.options = [Option("-p")]
            $0.flags = "mrMNUloLa"
        },
        row("az ilorest") { $0.options = [Option("-p", after: "login")] },
        row("pcs") { $0.options = [Option("-p", after: "auth")] },
        row("ipa-client-install") { $0.options = [Option("-w")] },
        row("wpa_passphrase") { $0.operands = ["": 2] },
        row("vault") {
            $0.operands = ["login": 1]
            $0.isSpoken = true
        },
        row("sqlcmd mosquitto_pub mosquitto_sub") { $0.options = [Option("-P")] },
        row("htpasswd") {
            $0.operands = ["": 3]
            $0.operandFlags = ("b", "n")
            $0.valued = "C"
        },
        row("docker podman skopeo buildah oc") { $0.options = [Option("-p", after: "login")] },
        row("snmpwalk snmpget snmpset snmpgetnext snmpbulkwalk snmpbulkget snmptrap") {
            $0.options = [Option("-A"), Option("-X"), Option("-c")]
        },
        row("unzip zip") {
            $0.options = [Option("-P")]
            $0.flags = "qoljr"
        },
        row("7z 7za 7zr rar unrar") { $0.options = [Option("-p")] },
        row("lftp") { $0.options = [Option("-u --user", .behind(","))] },
        row("etcdctl") {
            $0.options = [Option("--user", .behind(":"))]
            $0.operands = ["add": 1]
            $0.operandPart = .behind(":")
        },
        row("swift") { $0.options = [Option("-K --key")] },
        row("sudo") { $0.inputFlags = "S" },
        row("passwd su kinit realm cryptsetup") { $0.inputFlags = "" },
        // Barbican's settings.
        row("p11_crypto_plugin") { $0.settings = ["login"] },
        // Swift's client, as Python writes a call of it.
        row("connection") { $0.settings = ["key"] },
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
