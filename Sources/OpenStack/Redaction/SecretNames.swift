import Bytes

/// A value: what a name says about the value that it stands for.
enum NameKind: Sendable {
    case plain
    /// Hidden, whatever the value is.
    case secret
    /// Secrets and facts side by side: of what is in it those members are shown whose names are known to be harmless.
    case mixed
    /// A string or number is hidden, what a list or an object has in it is read on.
    case content
}

/// The names of what is secret: one place for all of them.
///
/// Every name is folded first, so that they are written here in lower case without separators. The first list is
/// `_SANITIZE_KEYS` of oslo.utils (strutils.py), as it is in 10.2.0; a test compares it with the library's.
enum SecretNames {
    private static let part = NameAutomaton.Lists(rawValue: 1)
    private static let whole = NameAutomaton.Lists(rawValue: 2)
    private static let end = NameAutomaton.Lists(rawValue: 4)
    private static let pass = NameAutomaton.Lists(rawValue: 8)
    private static let mixedPart = NameAutomaton.Lists(rawValue: 16)
    private static let mixedEnd = NameAutomaton.Lists(rawValue: 32)
    private static let contentEnd = NameAutomaton.Lists(rawValue: 64)
    private static let contentStart = NameAutomaton.Lists(rawValue: 128)
    private static let harmless = NameAutomaton.Lists(rawValue: 256)
    private static let naming = NameAutomaton.Lists(rawValue: 512)
    private static let valued = NameAutomaton.Lists(rawValue: 1024)
    private static let looks = NameAutomaton.Lists(rawValue: 2048)
    private static let namingEnd = NameAutomaton.Lists(rawValue: 4096)
    private static let valuedEnd = NameAutomaton.Lists(rawValue: 8192)
    private static let short = NameAutomaton.Lists(rawValue: 16384)
    private static let program = NameAutomaton.Lists(rawValue: 32768)
    private static let kinds: NameAutomaton.Lists = [
        part, whole, end, short, mixedPart, mixedEnd, contentEnd, contentStart,
    ]

    static let automaton = NameAutomaton(
        [
            // Secret wherever they are part of a name.
            (
                """
                adminpass password authtoken newpass authpassword secretuuid secret syspswd token configdrive chappassword
                encryptedkey privatekey fernetkey sslkey passphrase cephclusterfsid octaviaheartbeatkey rabbitcookie
                cephmanilaclientkey pacemakerremoteauthkey designaterndckey cephadminkey heatauthencryptionkey cephclientkey
                keystonecredential barbicansimplecryptokek cephrgwkey swifthashsuffix migrationsshkey cephmdskey cephmonkey
                chapsecret

                passwd passcode pswd apikey accesskey authkey privkey encryptionkey sharedkey signingkey sessionkey masterkey
                sshkey tsigkey rndckey rgwkey kgkey ipmikg wepkey wpakey passkey tempurlkey tempurlsig clientkey serverkey hmac
                keyring keymaterial keydata otpseed synckey authreceipt heartbeatkey fixedkey keystring masterauth
                credential creds cookie authorization
                injectedfile filecontents userdata servicecatalog providerauth providerlocation internalaccesspath
                configdriveconten kubeconfig plaintext trustid hashpathsuffix hashpathprefix swifthashprefix samlresponse
                """, part
            ),
            // Secret as the whole name.
            (
                """
                pass pwd psk cert catalog accessurl publickey personality authusername blob trust trusts sig signature kek dek
                otp totp community stkey
                """, whole
            ),
            // Secret as the end of a name.
            (
                """
                accessurl psk pwd pswd rootpw bindpw adminpw userpw chappw signature cryptokek swiftkey swiftstorekey
                snmpcommunity communitystring readcommunity writecommunity customerkey unsealkey lukskey registrationkey
                activationkey dhchapkey dhchapctrlkey encrkey tlskey certificatekey validationkey accountkey discoveryurl
                """, end
            ), ("pass", end),
            // The same where a word of its own begins with it.
            ("pw", short),
            // Words that end in `pass` and are none.
            ("bypass compass multipass overpass underpass trespass surpass firstpass", pass),
            ("metadata connectioninfo", mixedPart), ("connector connectors", mixedEnd), ("payload auth", contentEnd),
            // Ironic's drivers (`driver_info`) log in with these.
            ("snmp redfish irmcsnmp", contentStart),
            // Names that look like those above, and hold what is no secret.
            (
                """
                snmpversion snmpaddress snmpport redfishport irmcsnmpversion irmcsnmpport snmpdriver snmpoutlet snmppollingtimeout snmptransporttimeout
                snmptransportretries snmpauthprotocol snmpprivprotocol redfishaddress redfishsystemid
                redfishverifyca redfishauthtype metadataitems metadataport metadatahost metadataip metadataservice
                encryptionkeyid encryptionkeyuuid oauth
                """, harmless
            ),
            // Members that go in pairs: one says what the other is the value of.
            (
                "name key k field path parameter param option property attribute variable var header argument item",
                naming
            ),
            ("value values val v data content contents default current old new oldvalue newvalue", valued),
            // The same behind the word for what they are members of: `parameter_name`, `ParameterValue`.
            ("name key", namingEnd), ("value values", valuedEnd),
            // Not names: parts of what is told by its looks, tokens and PEM blocks, and clients that take a password
            // as a part of an option (`TextRedactor`).
            ("gaaaaa begin mysql mariadb hidden noecho", looks), (TokenLook.folded, looks),
            (SecretProgram.folded, program),
        ], anywhere: [part, mixedPart, looks], starting: contentStart)

    /// Where a word ends in such a state it may be a name of something secret.
    static let endsName: [Bool] = automaton.found.map {
        !$0.isDisjoint(with: [whole, end, short, mixedEnd, contentEnd, program])
    }
    /// Where a word ends in such a state it may be the half of a pair that holds the value.
    static let endsValued: [Bool] = automaton.found.map { $0.contains(valued) }

    /// What a name says of its value.
    struct Match {
        var kind = NameKind.plain
        /// It may be the half of a pair that says what the other is the value of, or that other half.
        var isNaming = false
        var isValue = false
        /// The same behind a word.
        var endsInNaming = false
        var endsInValue = false
        /// It is of small letters, digits, `_` and `-`, so that it is no secret itself.
        var isWord = false

        var mayName: Bool { isNaming || endsInNaming }
        var mayBeValue: Bool { isValue || endsInValue }
    }

    static func find(_ text: RawSpan, _ range: Range<Int>) -> Match {
        if let classes = automaton.classesOfPlain(text, range) {
            return Match(isWord: classes & (ByteClass.capital | ByteClass.betweenWords) == 0)
        }
        let found = automaton.find(text, range)
        return Match(
            kind: kind(found, text, range), isNaming: found.wholes.contains(naming),
            isValue: found.wholes.contains(valued), endsInNaming: found.ends.contains(namingEnd),
            endsInValue: found.ends.contains(valuedEnd))
    }

    /// What the name in `range` of `text` says as the key of a dictionary, where all that has a secret's name in it is
    /// hidden.
    static func kind(_ text: RawSpan, _ range: Range<Int>) -> NameKind {
        if range.count < 2 || automaton.classesOfPlain(text, range) != nil { return .plain }
        return kind(automaton.find(text, range), text, range)
    }

    static func kind(_ bytes: [UInt8], _ range: Range<Int>) -> NameKind { kind(bytes.span.bytes, range) }

    /// What a name says in text: there, what only tells of a secret, such as `token_host`, is none (`FactNames`).
    static func kindInText(_ text: RawSpan, _ range: Range<Int>) -> NameKind {
        if range.count < 2 || automaton.classesOfPlain(text, range) != nil { return .plain }
        let found = automaton.find(text, range)
        let kind = kind(found, text, range)
        let isFact = kind == .secret && found.ends.isDisjoint(with: kinds) && FactNames.contains(text, range)
        return isFact ? .plain : kind
    }

    /// Whether a word is the name of a program that is told of in `SecretProgram.all`.
    static func isProgram(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        automaton.find(text, range).wholes.contains(program)
    }

    /// Whether a text says that what is paired with it is secret.
    static func isSecretInPair(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        switch kindInText(text, range) {
        case .secret: true
        case .content: automaton.find(text, range).starts.contains(contentStart)
        case .mixed, .plain: false
        }
    }

    private static func kind(_ found: NameMatches, _ text: RawSpan, _ range: Range<Int>) -> NameKind {
        if found.parts.isDisjoint(with: kinds) || found.wholes.contains(harmless) { return .plain }
        if found.parts.contains(part) || found.wholes.contains(whole) { return .secret }
        if found.ends.contains(end), !found.ends.contains(pass) { return .secret }
        if found.ends.contains(short), beginsWord(text, range.upperBound - 2, range) { return .secret }
        if found.parts.contains(mixedPart) || found.ends.contains(mixedEnd) { return .mixed }
        if found.ends.contains(contentEnd) { return .content }
        if found.starts.contains(contentStart), !found.wholes.contains(contentStart) { return .content }
        return .plain
    }

    /// Whether a word begins at `index`: with the name, behind a sign, or with a capital.
    private static func beginsWord(_ text: RawSpan, _ index: Int, _ range: Range<Int>) -> Bool {
        guard index > range.lowerBound else { return true }
        let before = text.byte(index - 1)
        return !before.isLower && !before.isUpper || before.isLower && text.byte(index).isUpper
    }
}

/// Names without what they can be spelled with in different ways: case, separators, characters without width.
enum FoldedName {
    /// The letters and digits of the name in `range`, in lower case.
    static func string(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        let text = bytes.span.bytes
        var name: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let (byte, length) = folded(text, index, range.upperBound)
            if byte != 0 { name.append(byte) }
            index += length
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// The letter or digit at `index`, or 0, and how many bytes it takes.
    @inline(__always)
    static func folded(_ text: RawSpan, _ index: Int, _ end: Int) -> (byte: UInt8, length: Int) {
        let byte = text.byte(index)
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return (byte, 1)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return (byte | 0x20, 1)
        case 0..<0x80: return (0, 1)
        default: return foldedBeyondASCII(text, index, end)
        }
    }

    /// What Python takes for the same letter where case does not matter (`ſ`, `K`, `İ`, `ı`), and full-width forms.
    private static func foldedBeyondASCII(
        _ text: RawSpan, _ index: Int, _ end: Int
    ) -> (byte: UInt8, length: Int) {
        let second = index + 1 < end ? text.byte(index + 1) : 0
        let third = index + 2 < end ? text.byte(index + 2) : 0
        switch (text.byte(index), second, third) {
        case (0xC5, 0xBF, _): return (UInt8(ascii: "s"), 2)
        case (0xC4, 0xB0...0xB1, _): return (UInt8(ascii: "i"), 2)
        case (0xE2, 0x84, 0xAA): return (UInt8(ascii: "k"), 3)
        case (0xEF, 0xBC, 0x90...0x99): return (third - 0x90 + UInt8(ascii: "0"), 3)
        case (0xEF, 0xBC, 0xA1...0xBA): return (third - 0xA1 + UInt8(ascii: "a"), 3)
        case (0xEF, 0xBD, 0x81...0x9A): return (third - 0x81 + UInt8(ascii: "a"), 3)
        default: return (0, 1)
        }
    }
}
