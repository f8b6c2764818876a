import Testing

@testable import OpenStack

/// A value: a text with a secret in it, what is shown of it, and a text like it that is shown as it is.
struct SecretAndNeighbour: CustomTestStringConvertible, Sendable {
    let secret: String
    let shown: String
    let neighbour: String

    var testDescription: String { secret }

    init(_ secret: String, _ shown: String, _ neighbour: String) {
        self.secret = secret
        self.shown = shown
        self.neighbour = neighbour
    }
}

@Suite struct `Secrets and their harmless neighbours` {
    private let redaction = Redaction()

    private static let fernet = "gAAAAABkZx9mQ2JhY2RlZmdoaWpr"

    @Test(arguments: [
        // Pairs.
        SecretAndNeighbour(
            "{'parameter_name': 'db_password', 'parameter_value': 'S1x'}",
            "{'parameter_name': 'db_password', 'parameter_value': '***'}",
            "{'parameter_name': 'min_password_length', 'parameter_value': '8'}"),
        .init(
            "{'value': 'S1x', 'type': 'string', 'name': 'password'}",
            "{'value': '***', 'type': 'string', 'name': 'password'}",
            "{'value': 'compute1', 'type': 'string', 'name': 'host'}"),
        .init(
            "{'name': 'password', 'type': 'string', 'old': 'S1x', 'new': 'S1x'}",
            "{'name': 'password', 'type': 'string', 'old': '***', 'new': '***'}",
            "{'name': 'token-vm', 'type': 'string', 'host': 'compute1'}"),
        .init(
            "{'op': 'add', 'path': '/driver_info/snmp_community', 'value': 'S1x'}",
            "{'op': 'add', 'path': '/driver_info/snmp_community', 'value': '***'}",
            "{'op': 'add', 'path': '/driver_info/snmp_port', 'value': '161'}"),
        .init(
            "--object secret,id=sec0,data=S1x,format=raw", "--object secret,id=sec0,data=***,format=raw",
            "--object iothread,id=sec0,data=x,format=raw"),
        // Elements.
        .init(
            #"<property name="password">S1x</property> b"#, #"<property name="password">***</property> b"#,
            #"<property name="user">nova</property> b"#),
        .init(
            #"<property value="S1x" type='a' name="password"/>"#, #"<property value="***" type='a' name="password"/>"#,
            #"<property value="S1x" type='a' name="user"/>"#),
        .init(
            #"<entry key="db.password"><string>S1x</string></entry>"#,
            #"<entry key="db.password"><string>***</string></entry>"#,
            #"<error class="InvalidPassword"><string>too short</string></error>"#),
        .init(
            #"&lt;p name=&quot;password&quot;&gt;S1x&lt;/p&gt;"#, #"&lt;p name=&quot;password&quot;&gt;***&lt;/p&gt;"#,
            #"&lt;p name=&quot;host&quot;&gt;compute1&lt;/p&gt;"#),
        .init(
            "<Password><Value>S1x</Value><PlainText>true</PlainText></Password>",
            "<Password><Value>***</Value><PlainText>***</PlainText></Password>",
            "<secret ephemeral='no'><usage type='ceph'><name>client.nova</name></usage></secret>"),
        .init(
            #"<input name="password" value="S1x">"#, #"<input name="password" value="***">"#,
            #"<input name="user" value="nova">"#),
        .init(
            #"<input name="password" id=a value=S1x>"#, #"<input name="password" id=a value=***>"#,
            #"<input name="user" id=a value=nova>"#),
        .init(
            #"<entry key="db.password" default="S1x"><string>S1x</string></entry>"#,
            #"<entry key="db.password" default="***"><string>***</string></entry>"#,
            #"<entry key="db.host" default="a"><string>b</string></entry>"#),
        // Signs that are spelled out.
        .init(
            "rabbit%3A%2F%2Fu%3AS1x%40h%3A5672", "rabbit%3A%2F%2Fu%3A***%40h%3A5672",
            "rabbit%3A%2F%2Fh%3A5672%2Fnova"),
        .init("rabbit%253A%252F%252Fu%253AS1x%2540h", "rabbit%253A%252F%252Fu%253A***%2540h", "100%25 of 20%"),
        .init(
            "{&quot;password&quot;:&quot;S1x&quot;}", "{&quot;password&quot;:&quot;***&quot;}",
            "{&quot;host&quot;:&quot;compute1&quot;}"),
        .init("{&#34;token&#x22;:&#34;S1x&#34;}", "{&#34;token&#x22;:&#34;***&#34;}", "R&D; a&#b &#; &#x;"),
        .init("{%22password%22:%22S1x%22}", "{%22password%22:%22***%22}", "{%22host%22:%22compute1%22}"),
        .init("%70%61%73%73word=S1x", "%70%61%73%73word=***", "%70%61%74%68=S1x"),
        .init(#"\u0070\u0061ssword=S1x"#, #"\u0070\u0061ssword=***"#, #"\u0070\u0061th=S1x \u12 \ud83d"#),
        .init(#"\x70\x61ssword=S1x"#, #"\x70\x61ssword=***"#, #"b'\xe4\x00' \x7"#),
        // YAML.
        .init("db:\n  password:\n    S1x\n  host: a", "db:\n  password:\n    ***\n  host: a", "db:\n  host:\n    a"),
        .init("password: |-\n  S1x\n\n  S1x\nhost: a", "password: |-\n  ***\nhost: a", "Password:\nS1x"),
        .init("- password: >\n    S1x\n  host: a", "- password: >\n    ***\n  host: a", "- host: >\n    S1x"),
        .init("tokens:\n- S1x\n- S1x\nhost: a", "tokens:\n***\nhost: a", "hosts:\n- a\n- b"),
        .init(
            #"'password:\n  S1x\nhost: a'"#, #"'password:\n  ***\nhost: a'"#,
            "Cannot validate the token:\n  File \"x.py\", line 3"),
        .init("password: !vault |\n  S1x\nhost: a", "password: !vault |\n  ***\nhost: a", "host: !!str a"),
        .init("\"token\": |\n  S1x\nhost: a", "\"token\": |\n  ***\nhost: a", "\"host\": |\n  a\nhost: a"),
        .init(
            "ValueError: chpasswd:\n  list: |\n    root:S1x", "ValueError: chpasswd:\n  ***",
            "ValueError: hosts:\n  list: |\n    root:x"),
        .init(
            "cloud-init: passwords:\n  - S1x\n  - S1x\nhost: a", "cloud-init: passwords:\n  ***\nhost: a",
            "The token of the user:\n  project: a"),
        // Statements of SQL.
        .init(
            "[SQL: SET PASSWORD FOR 'os_admin'@'localhost' = 'S1x';]",
            "[SQL: SET PASSWORD FOR 'os_admin'@'localhost' = '***';]",
            "[SQL: SET NAMES = 'utf8' FOR 'nova'@'localhost']"),
        .init(
            "SET PASSWORD FOR nova@h = PASSWORD('S1x y')", "SET PASSWORD FOR nova@h = PASSWORD('***')",
            "no password for nova@h"),
        .init(
            "[SQL: INSERT INTO user (name, password) VALUES (%s, %s)] [parameters: ('nova', 'S1x')]",
            "[SQL: INSERT INTO user (name, password) VALUES (%s, %s)] [parameters: ('nova', '***')]",
            "[SQL: INSERT INTO user (name, host) VALUES (%s, %s)] [parameters: ('nova', 'compute1')]"),
        .init(
            "[SQL: INSERT INTO t (password, id, token) VALUES (?, now(), UPPER(?))]\n[parameters: [('S1x', b'S1x'), (None, 'S1x')]]",
            "[SQL: INSERT INTO t (password, id, token) VALUES (?, now(), UPPER(?))]\n[parameters: [('***', b'***'), (None, '***')]]",
            "[parameters: ('nova', 'compute1')]"),
        .init(
            "[SQL: INSERT INTO t (`a`, `password`) VALUES (%s, %s), (%s, %s)] [parameters: ('a', 'S1x', 3, \"S1x, 'y\")]",
            "[SQL: INSERT INTO t (`a`, `password`) VALUES (%s, %s), (%s, %s)] [parameters: ('a', '***', 3, \"***\")]",
            "(name, password)"),
        .init(
            "INSERT INTO t (a, password) VALUES ('a', 'S1x'), ('b', NULL)",
            "INSERT INTO t (a, password) VALUES ('a', '***'), ('b', NULL)", "INSERT INTO t (a, b) VALUES ('a', 'b')"),
        .init(
            "[SQL: UPDATE t SET a=%s, password=%s, token = %s WHERE t.id = %s] [parameters: ('a', 'S1x', 'S1x', 3)]",
            "[SQL: UPDATE t SET a=%s, password=%s, token = *** WHERE t.id = %s] [parameters: ('a', '***', '***', 3)]",
            "[SQL: UPDATE t SET a=%s WHERE t.id = %s] [parameters: ('a', 3)]"),
        .init(
            "[SQL: INSERT INTO t (a, password) VALUES (%(a)s, %(password)s)] [parameters: {'a': 'b', 'password': 'S1x'}]",
            "[SQL: INSERT INTO t (a, password) VALUES (%(a)s, %(password)s)] [parameters: {'a': 'b', 'password': '***'}]",
            "[SQL: INSERT INTO t (a) VALUES (%(a)s)] [parameters: {'a': 'b'}]"),
        // Literals of Python side by side.
        .init("password 'a' 'S1x'", "password '***'", "host 'a' 'b'"),
        .init("{'password': 'a'\n 'S1x', 'b': 1}", "{'password': '***', 'b': 1}", "{'path': 'a'\n 'b', 'b': 1}"),
        .init("{'password': 'a' u'S1x'}", "{'password': '***'}", "{'path': 'a' u'S1x'}"),
        .init("password='S1x'\n'host': 'a'", "password='***'\n'host': 'a'", "host='a'\n'host': 'a'"),
        // Hashes and tokens.
        .init(
            "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3 b", "{SSHA}*** b", "{SHARED}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3 b"),
        .init("{CRYPT}$6$salt$abcdefghijklm b", "{CRYPT}*** b", "{compute1} {md5}"),
        .init(
            "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19 b", "*** b", "*2470c0c06dee42fd1618bb99005adca2ec9d1e19 b"),
        .init(
            "\(fernet)\n  bG1ub3BxcnN0dXZ3eHl6MDEyMzQ1\nb", "***\nb",
            "a\n  bG1ub3BxcnN0dXZ3eHl6MDEyMzQ1\nb"),
        .init("'\(fernet)'\n 'bG1ub3BxcnN0dXZ3eHl6'", "'***'", "'a'\n 'bG1ub3BxcnN0dXZ3eHl6'"),
        .init(
            "\(fernet)\n2672332b-b870-49a9-bbeb-902381dffe38", "***\n2672332b-b870-49a9-bbeb-902381dffe38",
            "2672332b-b870-49a9-bbeb-902381dffe38"),
        .init(
            "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY b", "*** *** b",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY b"),
        .init(
            "keys: 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'", "keys: '***', '***'",
            "'AKIAIOSFODNN7', 'us-east-1'"),
        .init(
            "AKIAIOSFODNN7EXAMPLE 0f1e2d3c4b5a69788796a5b4c3d2e1f00112233 b",
            "*** 0f1e2d3c4b5a69788796a5b4c3d2e1f00112233 b", "id 0f1e2d3c4b5a69788796a5b4c3d2e1f00112233 b"),
        .init(
            "AccountName=acc;AccountKey=S1xabc+/==;EndpointSuffix=h", "AccountName=acc;AccountKey=***;EndpointSuffix=h",
            "AccountName=acc;AccountKind=StorageV2;EndpointSuffix=h"),
        // Tables.
        .init(
            "+----+----------+------+\n| id | password | name |\n+----+----------+------+\n| 1  | S1x      | vm   |\n"
                + "| 2  | None     | vn   |\n+----+----------+------+\nhost compute1",
            "+----+----------+------+\n| id | password | name |\n+----+----------+------+\n| 1  | ***      | vm   |\n"
                + "| 2  | None     | vn   |\n+----+----------+------+\nhost compute1",
            "+----+----------+------+\n| id | flavor   | name |\n+----+----------+------+\n| 1  | m1.small | vm   |"),
        .init(
            "+---+---+\n| User | Admin Password | Token |\n+---+---+\n| a | S1x | S1x |\n+---+---+\n| b | S1x | S1x |\n+---+---+",
            "+---+---+\n| User | Admin Password | Token |\n+---+---+\n| a | *** | *** |\n+---+---+\n| b | *** | *** |\n+---+---+",
            "+---+---+\n| password_expires_at | token_host |\n+---+---+\n| None | 10.0.0.1 |\n+---+---+"),
        .init(
            "| Field | Value |\n+---+---+\n| name | vm |\n| password | S1x |\n+---+---+\n+---+---+\n| host | a |\n",
            "| Field | Value |\n+---+---+\n| name | vm |\n| password | *** |\n+---+---+\n+---+---+\n| host | a |\n",
            "| Field | Value |\n+---+---+\n| name | vm |\n| host | compute1 |\n+---+---+\n"),
        .init(
            "| password | S1x |\n+---+---+\n| host | compute1 |\n",
            "| password | *** |\n+---+---+\n| *** | compute1 |\n",
            "| field | value |\n+---+---+\n| host | compute1 |\n"),
        .init(
            "| name | password |\n|---|---|\n| vm | S1x |\n\n| a | b |",
            "| name | password |\n|---|---|\n| vm | *** |\n\n| a | b |",
            "| name | policy |\n|---|---|\n| vm | S1x |"),
        .init(
            " user | password \n------+----------\n nova | S1x \n",
            " user | password \n------+----------\n nova | *** \n",
            " user | policy \n------+----------\n nova | S1x \n"),
        .init(
            #"x: '| id | token |\n+--+--+\n| 1 | S1x |\n'"#, #"x: '| id | token |\n+--+--+\n| 1 | *** |\n'"#,
            #"x: '| id | host |\n+--+--+\n| 1 | S1x |\n'"#),
        .init(
            "id,password,name\n1,S1x,vm\n2,,vn\n3,S1x,vo\nhost compute1",
            "id,password,name\n1,***,vm\n2,,vn\n3,***,vo\nhost compute1", "id,host,name\n1,S1x,vm\n2,S1x,vn"),
        .init(
            "\"ID\",\"Admin Password\"\n\"1\",\"S1x, \"\"y\"\n\"2\",\"S1x\"\n",
            "\"ID\",\"Admin Password\"\n\"1\",\"***\"\n\"2\",\"***\"\n",
            "\"ID\",\"Instance Name\"\n\"1\",\"vm, \"\"y\"\n"),
        .init(
            "Stdout: user,password\nnova,S1x\nExit code: 1", "Stdout: user,password\nnova,***\nExit code: 1",
            "Stdout: user,host\nnova,compute1\nExit code: 1"),
        .init("user\tpassword\nnova\tS1x\n", "user\tpassword\nnova\t***\n", "user\thost\nnova\tcompute1\n"),
        .init(
            #"out: 'id,token\n1,S1x\n2,S1x', err: 'x'"#, #"out: 'id,token\n1,***\n2,***', err: 'x'"#,
            #"out: 'id,host\n1,S1x\n2,S1x', err: 'x'"#),
        .init(
            "user,password\nnova,S1x", "user,password\nnova,***",
            "It needs name, password\nand host, each of them.\nuser,\npassword,\nhost,"),
        // Settings that a call or a block tells of.
        .init(
            "Connection(authurl='http://k:5000', user='svc:glance', key='S1x', retries=5) failed",
            "Connection(authurl='http://k:5000', user='svc:glance', key='***', retries=5) failed",
            "HTTPConnection(host='h', key='x'), Connection(host='h') key='x', Connection to h failed, key=x"),
        .init(
            "discovery_url=https://discovery.etcd.io/S1x", "discovery_url=***",
            "discovery_service=https://discovery.etcd.io/, api_address=https://h:6443"),
        .init(
            "error in chpasswd:\n  list:\n   - root:S1x\n   - nova:S1x\nhost: a",
            "error in chpasswd:\n  ***\nhost: a", "error in hosts:\n  list:\n   - root:x\n"),
        .init("#ps1_sysnative\nregister S1x", "***", "a #ps1 and #1"),
        // Headers, commands.
        .init(
            #"Authorization: Digest username="a", response="S1x""#, "Authorization: ***",
            #"WWW-Authenticate: Digest realm="a", nonce="b""#),
        .init(
            #"-H "Authorization: Digest username=\"a\", response=\"S1x\"" http://h/"#,
            #"-H "Authorization: ***" http://h/"#, #"-H "Accept: a=\"b\", c=\"d\"" http://h/"#),
        .init("mysql -u root -pS1x -e 'show'", "mysql -u root -p*** -e 'show'", "mysql -u root -p -e 'show'"),
        .init(
            "['mysqldump', '-uroot', '-pS1x', 'nova']", "['mysqldump', '-uroot', '-p***', 'nova']",
            "['mkdir', '-parents', '/x']"),
        .init("sshpass -pS1x ssh -p22 h", "sshpass -p*** ssh -p22 h", "ssh -p22 h"),
        .init("echo 'root:S1x' | chpasswd", "echo *** | chpasswd", "echo 'root:x' | tee f"),
        .init(
            "echo S1x | sudo /usr/bin/passwd --stdin", "echo *** | sudo /usr/bin/passwd --stdin", "id | password reset"),
        .init("chpasswd <<< 'root:S1x'", "chpasswd <<< '***'", "cat <<< 'root:x'"),
        // Names.
        .init("rootpw S1xS1x", "rootpw ***", "spw S1xS1x"),
        .init(
            "root_pw=S1x, bindPw=S1x, wep_key=S1x, ipmi_k_g=S1x, totp_seed=S1x",
            "root_pw=***, bindPw=***, wep_key=***, ipmi_k_g=***, totp_seed=***", "tmpxpw=S1x, seed=S1x, kg=S1x"),
        .init("token1=S1x token=S1x", "token1=*** token=***", "token_host=10.0.0.1 cookie_secure=False1"),
        .init("min-password-length=S1x", "min-password-length=***", "min_password_length=8, secretType: opaque"),
        // What is said of secrets.
        .init("GET /v2.0/tokens/S1x HTTP/1.1", "GET /v2.0/tokens/*** HTTP/1.1", "GET /v3/auth/tokens HTTP/1.1 404"),
        .init("X-Auth-Token S1xS1x", "X-Auth-Token ***", "/var/run/token S1xS1x"),
        .init("connector: {'a': 'S1x'}", "connector: ***", "connector: compute1, connector=compute1"),
        .init("in get_token\n    S1xS1x", "in get_token\n    ***", "in get_token\n    return self.token"),
        .init("AdminPassword: S1x", "AdminPassword: ***", "nova.exception.InvalidPassword: bad compute1"),
        .init("InvalidPassword='S1x'", "InvalidPassword='***'", "Remote error: TokenNotFound No token x1"),
        .init("http://ghp_S1xabcDEF@host/", "http://***@host/", "https://user@host/ ssh://ceph-admin@host"),
        .init("cert: /S1x+abc/def==", "cert: ***", "cert: /etc/ssl/cert.pem, keyring: /etc/ceph/nova.keyring"),
        .init("cert='S1x'", "cert='***'", "cert='/etc/ssl/cert.pem', \"keyring\": \"/etc/ceph/nova.keyring\""),
        .init("https://hunter2@host:80/", "https://***@host:80/", "https://user@host:443/"),
        .init("password: /etc/S1x.pem", "password: ***", "private_key: /etc/ssl/key.pem"),
        .init("pass: 1234 S1x", "pass: *** S1x", "pass: 1 fail: 0; failed: 2, pass: 3"),
        .init("tokens: 1234", "tokens: ***", "tokens: 12"),
        .init("trust: yesterday1", "trust: ***", "trust: yes; (using password: YES)"),
        .init("signature: validS1x", "signature: ***", "signature: valid, token: expired."),
        .init("keystone_authtoken S1x", "keystone_authtoken ***", "keystone_authtoken section missing"),
        .init("otp: 123456", "otp: ***", "otp code, dek label"),
        .init(
            "https://h/v3/auth/tokens: 0a1b2c3d4e5f60718293a4b5c6d7e8f9", "https://h/v3/auth/tokens: ***",
            "https://h:5000/v3/auth/tokens: HTTPSConnectionPool(host='h', port=5000): Max retries exceeded with url: "
                + "/v3/auth/tokens (Caused by NewConnectionError('<x at 0x7f>: Failed to establish a new connection'))"),
        .init(
            "keyring: (S1x)", "keyring: ***",
            "auth: unable to find a keyring on /etc/ceph/c.keyring: (2) No such file or directory"),
    ])
    func `are told apart`(texts: SecretAndNeighbour) {
        #expect(redaction.redact(text: texts.secret) == texts.shown)
        #expect(redaction.redact(text: texts.shown) == texts.shown)
        #expect(redaction.redact(text: texts.neighbour) == texts.neighbour)
    }

    /// Made up, none of them is anybody's.
    @Test(arguments: [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "gho_16C7e42F292c6912E7710c838347Ae178B4a",
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcdefghijklmnopq", "glpat-AbCdEf1234567890ZzYy",
        "hvs.CAESIJZyZ0abcdef1234567890ABCDEF", "hvb.AAAAAQJZyZ0abcdef1234567890ABCDEF",
        "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx", "xoxp-123456789012-1234567890123-AbCdEfGhIjKl",
        "DHHC-1:00:ia6zGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n:",
        "NVMeTLSkey-1:01:VRLbtnN9AQb2WXW3c9+wEf/DRLz0QuLdbYvEhwtdWwNf9LrZ:",
    ])
    func `tokens and keys that are known by how they begin`(token: String) {
        #expect(redaction.redact(text: "use \(token) for compute1") == "use *** for compute1")
        #expect(redaction.redact(text: "nvme connect -S \(token)\nExit code: 1") == "nvme connect -S ***\nExit code: 1")
        let json = Array(#"{"a": "\#(token)", "\#(token)": ["\#(token)", "b1"]}"#.utf8)
        #expect(redaction.redactedJSON(json.span.bytes) == #"{"a": "***", "***": ["***", "b1"]}"#)
    }

    @Test(arguments: [
        "ghp_", "ghost_of-ghs_tokens", "github_pat_of_somebody_is_written_so_in_their_documentation", "glpat-of-nova",
        "high-performance throughput", "hvs.local", "hvs.compute1.rack2.region3.example.org",
        "xoxb-a-channel-of-slack-1",
        "DHHC-1:00:", "DHHC-1 is a prefix", "NVMeTLSkey-1 interchange format",
        "ghs_0f1e2d3c4b5a69788796a5b4c3d2e1f00112233",
    ])
    func `names that begin like tokens stay`(name: String) {
        #expect(redaction.redact(text: name) == name)
    }

    @Test(arguments: [
        SecretAndNeighbour(
            #"[{"op": "replace", "path": "/driver_info/ipmi_password", "value": "S1x"}]"#,
            #"[{"op": "replace", "path": "/driver_info/ipmi_password", "value": "***"}]"#,
            #"[{"op": "replace", "path": "/driver_info/ipmi_address", "value": "10.0.0.1"}]"#),
        .init(
            #"{"value": "S1x", "path": "/extra/secret/a"}"#, #"{"value": "***", "path": "/extra/secret/a"}"#,
            #"{"value": "x", "path": "/driver_info/snmp_port"}"#),
        .init(
            #"{"parameter_name": "db_password", "parameter_value": ["S1x"]}"#,
            #"{"parameter_name": "db_password", "parameter_value": "***"}"#,
            #"{"parameter_name": "db_host", "parameter_value": ["a"]}"#),
        .init(
            #"{"ParameterValue": "S1x", "ParameterKey": "DBPassword"}"#,
            #"{"ParameterValue": "***", "ParameterKey": "DBPassword"}"#,
            #"{"data": {"a": 1}, "instance_name": "token-vm"}"#),
        .init(
            #"{"name": "snmp_community", "value": "S1x"}"#, #"{"name": "snmp_community", "value": "***"}"#,
            #"{"name": "min_password_length", "value": 8}"#),
        .init(
            #"{"cmd": ["/usr/bin/mysql", "-u", "root", "-pS1x", "nova"]}"#,
            #"{"cmd": ["/usr/bin/mysql", "-u", "root", "***", "nova"]}"#,
            #"{"cmd": ["mkdir", "-parents", "mysql"]}"#),
        .init(
            #"{"lines": ["a", "-----BEGIN RSA PRIVATE KEY-----", "MIIS1x", "S1x==", "-----END RSA PRIVATE KEY-----", "b1"]}"#,
            #"{"lines": ["a", "***", "***", "***", "***", "b1"]}"#, #"{"lines": ["a", "MIIabc", "x==", "b1"]}"#),
        .init(
            #"{"tb": ["File x\n", "-----BEGIN EC PRIVATE KEY-----\n", "Proc-Type: 4,ENCRYPTED\n", "S1x\n", "  File y, line 2\n", "b1"]}"#,
            #"{"tb": ["File x\n", "***", "***", "***", "  File y, line 2\n", "b1"]}"#,
            #"{"tb": ["File x\n", "Proc-Type: 4,ENCRYPTED\n", "abc\n"]}"#),
        .init(
            #"{"template": {"parameters": {"db_root": {"type": "string", "hidden": true, "default": "S1x"}}}, "params": {"parameters": {"db_root": "S1x", "size": "x1"}}}"#,
            #"{"template": {"parameters": {"db_root": {"type": "string", "hidden": true, "default": "***"}}}, "params": {"parameters": {"db_root": "***", "size": "x1"}}}"#,
            #"{"template": {"parameters": {"db_root": {"type": "string", "hidden": false, "default": "x1"}}}, "params": {"parameters": {"db_root": "x1"}}}"#
        ),
        .init(
            #"{"params": {"parameters": {"db_root": ["S1x"], "size": 3}}, "Parameters": {"db_root": {"Default": "S1x", "NoEcho": "true"}}}"#,
            #"{"params": {"parameters": {"db_root": "***", "size": 3}}, "Parameters": {"db_root": {"Default": "***", "NoEcho": "true"}}}"#,
            #"{"image": {"hidden": true, "default": "x1"}, "db_root": "x1"}"#),
        .init(
            #"{"cmd": "openstack --os-password \\\n S1x server list"}"#,
            #"{"cmd": "openstack --os-password \\\n *** server list"}"#, #"{"cmd": "openstack \\\n server list"}"#),
        .init(
            #"{"root_pw": "S1x", "totp_seed": "S1x"}"#, #"{"root_pw": "***", "totp_seed": "***"}"#,
            #"{"mpw": "S1x", "seed": "S1x", "trust": "yes"}"#),
    ])
    func `are told apart in JSON`(texts: SecretAndNeighbour) {
        for (text, shown) in [(texts.secret, texts.shown), (texts.neighbour, texts.neighbour)] {
            #expect(redaction.redactedJSON(Array(text.utf8).span.bytes) == shown)
        }
    }
}
