import Bytes

/// Names whose values an operator looks for and that hold no secret, written folded: what is shown of objects in which
/// secrets and facts stand side by side (`system_metadata`, `connection_info`, `connector`, `network_metadata`).
enum HarmlessNames {
    private static let name = NameAutomaton.Lists(rawValue: 1)
    private static let start = NameAutomaton.Lists(rawValue: 2)
    private static let field = NameAutomaton.Lists(rawValue: 4)

    private static let names =
        """
        id uuid name displayname status state vmstate taskstate powerstate host node nodename hostname launchedon
        availabilityzone flavor flavorid flavorname memorymb vcpus rootgb ephemeralgb swap rxtxfactor vcpuweight size
        minram mindisk diskformat containerformat virtualsize visibility protected ispublic projectid tenantid userid
        imageid imageref imagename baseimageref kernelid ramdiskid createdat updatedat deletedat launchedat terminatedat
        attachedat detachedat deleted cleanattempts networkallocated bootroles oldvmstate ownerprojectname ownerusername checksum oshashalgo
        volumeid attachmentid serial instance instanceuuid drivervolumetype accessmode encrypted targetportal
        targetportals targetiqn targetiqns targetlun targetluns targetdiscovered targetwwn hosts ports clustername
        multipath initiator nvmehostid ip platform ostype osdistro osversion dolocalattach authmethod wwpns wwnns nqn systemuuid mountdevice
        devicename devicetype diskbus bootindex guestformat deleteontermination sourcetype destinationtype volumesize
        volumetype nodevice tag
        networkid portid vifid macaddress ethernetmacaddress address type link links networks netmask gateway routes
        network ipaddress mtu bridge ovsinterfaceid devname subnets subnetid fixedips floatingips cidr ips active
        preserveondelete vnictype viftype physnets tunneled
        architecture hypervisortype vmmode novaobjectname novaobjectversion novaobjectnamespace novaobjectchanges
        imagebaseimageref imageminram imagemindisk imagesize imagediskformat imagecontainerformat imageid imagestatus
        imagearchitecture imageostype imageosdistro imageosversion imagehypervisortype imagevmmode
        """

    /// Fields of nova's objects that lists of names hold beside those above (`nova_object.changes`, `expected_attrs`).
    private static let fields =
        """
        infocache securitygroups pcidevices pcirequests tags services fault faults numatopology resources keypairs
        migrationcontext devicemetadata trustedcerts vcpumodel ec2ids oldflavor newflavor progress locked lockedby
        accessipv4 accessipv6 username user project description keyname displaydescription
        """

    private static let automaton = NameAutomaton(
        [(names, name), ("instancetype oldinstancetype newinstancetype hw imagehw", start), (fields, field)],
        anywhere: [], starting: start)

    static func contains(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let found = automaton.find(text, range)
        return found.wholes.contains(name) || !found.starts.isEmpty
    }

    /// Whether a text in a list is the name of a field, so that what stands before it is one too.
    static func isField(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        if SecretNames.kind(text, range) != .plain { return true }
        return !automaton.find(text, range).wholes.isDisjoint(with: [name, field])
    }
}

/// Names that tell of a secret what may be known, written folded: `token_host`, `min_password_length`, `secret_type`.
///
/// oslo.utils masks them as keys of a dictionary, but not in text.
enum FactNames {
    private static let ending =
        """
        host hostname port type length count size ttl expires expiry expiration expiresat expiresin expiresafter issuedat
        createdat updatedat changedat deletedat lifetime timeout duration interval format provider driver backend plugin
        algorithm policy rules enabled disabled required allowed roles version regex description days method methods status state rounds time age
        maxage bytes limit name names ref href path file dir secure httponly samesite domain
        """

    private static let automaton = NameAutomaton([(ending, .init(rawValue: 1))], anywhere: [], starting: [])

    /// Whether a name that holds a secret's name ends in such a word; an option may end so, too, and its value follows:
    /// `token -host …`.
    static func contains(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        !automaton.find(text, range).ends.isEmpty && !range.contains { text.byte($0) == UInt8(ascii: "-") }
    }
}

/// Texts in lists and pairs that say what another one is: `["--password", "…"]`, `{"name": "password", "value": "…"}`.
enum PairNames {
    /// Whether a text is a secret's name and nothing else: a word, a dotted name, an option.
    static func isSecretName(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard (2...96).contains(range.count), SecretNames.isSecretInPair(text, range) else { return false }
        return range.allSatisfy { isOfName(text.byte($0)) }
    }

    /// The same of a path within a document, too (RFC 6901), `/driver_info/ipmi_password`.
    static func isSecretPath(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let slash = UInt8(ascii: "/")
        guard let first = range.first, text.byte(first) == slash else { return isSecretName(text, range) }
        guard range.count <= 256,
            range.allSatisfy({ isOfName(text.byte($0)) || [slash, 0x7E].contains(text.byte($0)) })
        else { return false }
        var start = first + 1
        for index in range.dropFirst() where text.byte(index) == slash {
            if SecretNames.isSecretInPair(text, start..<index) { return true }
            start = index + 1
        }
        return SecretNames.isSecretInPair(text, start..<range.upperBound)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        byte.isWordByte || byte >= 0x80 || byte == UInt8(ascii: ".") || byte == .colon
    }

    /// Whether a text is the name or path of a client that takes a password as a part of its option `-p`.
    static func takesGluedPassword(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count >= 5, let end = range.last else { return false }
        let start = range.last { text.byte($0) == UInt8(ascii: "/") }.map { $0 + 1 } ?? range.lowerBound
        return text.byte(end) != UInt8(ascii: "/") && text.extracting(start..<range.upperBound).isPasswordClient
    }

    /// Whether a text is an option of a command without its value: `-v`, `--value`.
    static func isOption(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let dash = UInt8(ascii: "-")
        guard let first = range.first, text.byte(first) == dash else { return false }
        let letters = range.drop { text.byte($0) == dash }
        return !letters.isEmpty && (1...2).contains(range.count - letters.count)
            && letters.allSatisfy { text.byte($0).isOptionLetter || text.byte($0) == dash }
    }
}

extension RawSpan {
    /// Whether a word begins with the name of a client that takes `-pX`.
    var isPasswordClient: Bool { matches("mysql") || matches("mariadb") }
}
