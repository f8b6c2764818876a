import Testing

@testable import OpenStack

/// Forms in which only the program, the quotes or the spelling tell where a secret begins and ends.
@Suite struct `Command lines, quotes and references with secrets` {
    private let redaction = Redaction()

    @Test(arguments: [
        ("password: 'it''s S1x'", "password: '***'"),
        ("password: 'it''s a S1x'", "password: '***'"),
        (#"password: "say ""S1x"" x""#, #"password: "***""#),
        (#"password='it'\''s S1x'"#, "password='***'"),
        (#"password="a""S1x""#, #"password="***""#),
        ("password = 'a''''S1x'", "password = '***'"),
        ("db_password: 'S''1x' # c", "db_password: '***' # c"),
        ("{'password': 'it''s S1x', 'host': 'h'}", "{'password': '***', 'host': 'h'}"),
        ("IDENTIFIED BY 'it''s S1x'", "IDENTIFIED BY '***'"),
        ("SET PASSWORD = 'it''S1x'", "SET PASSWORD = '***'"),
        ("IDENTIFIED BY 'S1x'", "IDENTIFIED BY '***'"),
        (#"IDENTIFIED BY "a""S1x""#, #"IDENTIFIED BY "***""#),
        (#"password='it'"'"'s S1x' host=h"#, "password='***' host=h"),
        (#"password="a"'S1x' host=h"#, "password=*** host=h"),
        (#"token="ab"c 'secret': 'S1x' e"#, "token=*** 'secret': '***' e"),
        (#"token='a'"secret": 'S1x' e"#, "token=*** '***' e"),
    ])
    func `a quote that is written twice, or glued on, ends no secret`(text: String, expected: String) {
        #expect(redaction.redact(text: text) == expected)
    }

    @Test(arguments: [
        ("curl -uadmin:S1x http://h/", "curl -uadmin:*** http://h/"),
        ("curl --user=admin:S1x http://h/", "curl --user=admin:*** http://h/"),
        ("curl --user admin:S1x http://h/", "curl --user admin:*** http://h/"),
        ("curl -su admin:S1x http://h/", "curl -su admin:*** http://h/"),
        ("curl -U proxy:S1x http://h/", "curl -U proxy:*** http://h/"),
        ("curl --proxy-user proxy:S1x http://h/", "curl --proxy-user proxy:*** http://h/"),
        ("redis-cli -a S1x ping", "redis-cli -a *** ping"),
        ("redis-cli -h h -a S1x ping", "redis-cli -h h -a *** ping"),
        ("redis-cli -aS1x ping", "redis-cli -a*** ping"),
        ("ldapsearch -x -D cn=admin -w S1x -b dc=x", "ldapsearch -x -D cn=admin -w *** -b dc=x"),
        ("openssl enc -k S1x -in f", "openssl enc -k *** -in f"),
        ("openssl passwd S1x", "openssl passwd ***"), ("openssl passwd -6 S1x", "openssl passwd -6 ***"),
        ("openssl passwd -6 -salt ab S1x", "openssl passwd -6 -salt *** ***"),
        ("smbclient //h/s -U u%S1x", "smbclient //h/s -U u%***"),
        ("smbclient -Uu%S1x //h/s", "smbclient -Uu%*** //h/s"),
        ("mysql -u root -pS1x nova", "mysql -u root -p*** nova"),
        ("sshpass -pS1x ssh h", "sshpass -p*** ssh h"),
        ("sshpass -v -p S1x ssh -p 22 h", "sshpass -v -p *** ssh -p 22 h"),
        ("['sshpass', '-ps1xquiet', 'ssh', 'h']", "['sshpass', '-p***', 'ssh', 'h']"),
        ("ldapmodify -x -D cn=a,dc=b,dc=c -w S1x -f f", "ldapmodify -x -D cn=a,dc=b,dc=c -w *** -f f"),
        ("snmpget -m x=1,y=2 -u u -A S1x -X S1x h", "snmpget -m x=1,y=2 -u u -A *** -X *** h"),
        (
            "Set the following 'random' passwords\nroot:s1x\nu:S1x\nend",
            "Set the following 'random' passwords\nroot:***\nu:***\nend"
        ),
        (
            "cat <<EOF | /usr/sbin/chpasswd -e\nroot:S1x\nu:S1x\nEOF",
            "cat <<EOF | /usr/sbin/chpasswd -e\nroot:***\nu:***\nEOF"
        ),
        ("send(['username', 'a', 'password', '7', 'S1x'])", "send(['username', 'a', 'password', '***', '***'])"),
        ("user u auth sha256 S1x priv aes256 S1x", "user u auth sha256 *** priv aes256 ***"),
        ("crudini --set f keystone_authtoken password s1xquiet", "crudini --set f keystone_authtoken password ***"),
        ("mkpasswd -m sha-512 S1x", "mkpasswd -m sha-512 ***"),
        ("pre-shared-key ascii-text S1x", "pre-shared-key ascii-text ***"),
        ("snmp-server community s1xquiet RO", "snmp-server community *** RO"),
        ("neighbor 10.0.0.1 password s1xquiet", "neighbor 10.0.0.1 password ***"),
        ("<name>fs.s3a.secret.key</name><value>S1x</value>", "<name>fs.s3a.secret.key</name><value>***</value>"),
        ("openstack secret store -p S1x -n n", "openstack secret store -p *** -n n"),
        ("wsrep_sst_xtrabackup-v2 --auth sst:S1x", "wsrep_sst_xtrabackup-v2 --auth sst:***"),
        ("etcdctl user add root:S1x", "etcdctl user add root:***"), ("stats auth admin:S1x", "stats auth admin:***"),
        ("oc login -p S1x h", "oc login -p *** h"), ("rocommunity S1x 10.0.0.0/8", "rocommunity *** 10.0.0.0/8"),
        ("  p:\n    hidden: true\n    default: S1x\n  q: 1", "  p:\n    hidden: true\n    default: ***\n  q: 1"),
        (
            "  p:\n    default: S1x\n    type: string\n    NoEcho: \"true\"\n",
            "  p:\n    default: ***\n    type: string\n    NoEcho: \"true\"\n"
        ),
        ("mongo -u root -p S1x h/db", "mongo -u root -p *** h/db"),
        ("mongosh -u root -p S1x h/db", "mongosh -u root -p *** h/db"),
        ("ipmitool -H h -U u -PS1x power on", "ipmitool -H h -U u -P*** power on"),
        ("rabbitmqctl add_user nova S1x", "rabbitmqctl add_user nova ***"),
        ("rabbitmqctl -n rabbit@h add_user nova S1x", "rabbitmqctl -n rabbit@h add_user nova ***"),
        ("rabbitmqctl change_password nova S1x", "rabbitmqctl change_password nova ***"),
        ("rabbitmqctl authenticate_user nova S1x", "rabbitmqctl authenticate_user nova ***"),
        ("sudo rabbitmqctl -q change_password nova S1x", "sudo rabbitmqctl -q change_password nova ***"),
        ("/usr/sbin/rabbitmqctl change_password nova S1x", "/usr/sbin/rabbitmqctl change_password nova ***"),
        ("htpasswd -b /etc/f user S1x", "htpasswd -b /etc/f user ***"),
        ("htpasswd -bc /etc/f user S1x", "htpasswd -bc /etc/f user ***"),
        ("htpasswd -nb user S1x", "htpasswd -nb user ***"),
        ("chpasswd <<< root:S1x", "chpasswd <<< ***"),
        ("echo root:S1x | chpasswd", "echo *** | chpasswd"),
        (#"["rabbitmqctl", "change_password", "nova", "S1x"]"#, #"["rabbitmqctl", "change_password", "nova", "***"]"#),
        ("['curl', '-u', 'admin:S1x', 'http://h']", "['curl', '-u', 'admin:***', 'http://h']"),
        ("['redis-cli', '-a', 'S1x']", "['redis-cli', '-a', '***']"),
        ("['mysql', '-u', 'root', '-pS1x']", "['mysql', '-u', 'root', '-p***']"),
        ("mysql -pS1x && echo ok", "mysql -p*** && echo ok"),
        ("mysql -pS1x&& echo ok", "mysql -p***&& echo ok"),
        ("docker login -u u -p S1x", "docker login -u u -p ***"),
        ("snmpwalk -v3 -A S1x -X S1y h", "snmpwalk -v3 -A *** -X *** h"),
        ("unzip -PS1x a.zip", "unzip -P*** a.zip"),
        ("7z x -pS1x a.7z", "7z x -p*** a.7z"),
        ("sqlcmd -U sa -P S1x", "sqlcmd -U sa -P ***"),
        (#"chpasswd <<EOF\nroot:S1x\nnova:S1y\nEOF"#, #"chpasswd <<EOF\nroot:***\nnova:***\nEOF"#),
        ("chpasswd: root:S1x", "chpasswd: ***"),
        ("snmpwalk -v2c -c S1x host", "snmpwalk -v2c -c *** host"),
        (#""curl -u admin:S1x http://h/""#, #""curl -u admin:*** http://h/""#),
        (
            "Command: sudo sh -c 'curl -u admin:S1x http://h/' failed",
            "Command: sudo sh -c 'curl -u admin:*** http://h/' failed"
        ),
        ("curl -u 'admin:S1x y' http://h", "curl -u 'admin:***' http://h"),
        (#"curl --user="admin:S1x S1y" http://h"#, #"curl --user="admin:***" http://h"#),
        (#"curl -u"admin:S1x S1y" http://h"#, #"curl -u"admin:***" http://h"#),
        (#"sh -c "redis-cli -a 'S1x y' ping" && x"#, #"sh -c "redis-cli -a '***' ping" && x"#),
        ("curl -X POST -u admin:S1x -d password=S1y http://h", "curl -X POST -u admin:*** -d password=*** http://h"),
        ("curl -H 'X-Auth-Token: S1x' -u admin:S1y http://h", "curl -H 'X-Auth-Token: ***' -u admin:*** http://h"),
        ("ipmitool -I lanplus -H h user set password 2 S1x", "ipmitool -I lanplus -H h user set password 2 ***"),
        ("rabbitmqctl add_user nova 'S1 x'", "rabbitmqctl add_user nova '***'"),
        (#"rabbitmqctl add_user "nova" "S1x"; echo done"#, #"rabbitmqctl add_user "nova" "***"; echo done"#),
        (
            "Running cmd (subprocess): rabbitmqctl change_password nova S1x",
            "Running cmd (subprocess): rabbitmqctl change_password nova ***"
        ),
        ("change_password nova S1x", "change_password nova ***"),
        ("set_password nova S1x", "set_password nova ***"),
        ("set_password fred S1x9z now", "set_password fred *** now"),
        (
            #"Command "salt '*' shadow.set_password root 'S1x'" failed with "y""#,
            #"Command "salt '*' shadow.set_password root '***'" failed with "y""#
        ),
        (
            "sudo cinder-rootwrap /etc/cinder/rootwrap.conf cinder-rtstool create /dev/v iqn.2010:v u S1x False -p3260",
            "sudo cinder-rootwrap /etc/cinder/rootwrap.conf cinder-rtstool create /dev/v iqn.2010:v u *** False -p3260"
        ),
        (
            "cinder-rtstool add-initiator iqn.2010:v u S1x iqn.1994:x\nExit code: 1",
            "cinder-rtstool add-initiator iqn.2010:v u *** iqn.1994:x\nExit code: 1"
        ),
        (
            "Cmd: ['cinder-rtstool', 'create', '/dev/v', 'iqn', 'u', 'S1x', 'False']",
            "Cmd: ['cinder-rtstool', 'create', '/dev/v', 'iqn', 'u', '***', 'False']"
        ),
        ("IncomingUser nova S1x", "IncomingUser nova ***"),
        (
            "racadm config -g cfgUserAdmin -o cfgUserAdminPassword -i 2 S1x",
            "racadm config -g cfgUserAdmin -o cfgUserAdminPassword -i 2 ***"
        ),
        ("cfgUserAdminPassword -i 2 S1x", "cfgUserAdminPassword -i *** ***"),
        (
            "racadm -r h -u root -p S1x set iDRAC.Users.2.Password S1y",
            "racadm -r h -u root -p *** set iDRAC.Users.2.Password ***"
        ),
        ("smbpasswd -a nova S1x", "smbpasswd -a nova ***"), ("smbpasswd nova S1x", "smbpasswd nova ***"),
        ("virsh set-user-password vm root S1x", "virsh set-user-password vm root ***"),
        (
            "virsh set-user-password --domain=d --user=u --password=S1x",
            "virsh set-user-password --domain=d --user=u --password=***"
        ),
        ("virsh secret-set-value 5ec S1x", "virsh secret-set-value 5ec ***"),
        ("ssh-keygen -p -P S1x -N S1y -f k", "ssh-keygen -p -P *** -N *** -f k"),
        ("rbd map --id cinder --key S1x volumes/x", "rbd map --id cinder --key *** volumes/x"),
        ("net user nova S1x /add", "net user nova *** /add"),
        (#"net use Z: \\host\share S1x /user:u"#, #"net use Z: \\host\share *** /user:u"#),
        ("openstack secret store --payload S1x -n a", "openstack secret store --payload *** -n a"),
        ("openstack secret store --payload=S1x", "openstack secret store --payload=***"),
        ("--proxy-user u:S1x", "--proxy-user u:***"), ("--proxy-user=u:S1x", "--proxy-user=u:***"),
        ("curl --proxy-user p:S1x --user=a:S1y http://h/ceph", "curl --proxy-user p:*** --user=a:*** http://h/ceph"),
        ("curl http://h/ceph --user=admin:S1x", "curl http://h/ceph --user=admin:***"),
        ("--payload None --os-password S1x", "--payload None --os-password ***"),
        ("sqlplus nova/S1x", "sqlplus nova/***"),
        ("jdbc:oracle:thin:nova/S1x@h:1521/x", "jdbc:oracle:thin:nova/***@h:1521/x"),
        ("write 'nova:S1x' to chpasswd", "write 'nova:***' to chpasswd"),
        ("nova:S1x to chpasswd failed", "nova:*** to chpasswd failed"),
        ("couchbase-cli bucket-list -c h:8091 -u root -p S1x", "couchbase-cli bucket-list -c h:8091 -u root -p ***"),
        ("fence_ipmilan -a h -l root -p S1x -o off", "fence_ipmilan -a h -l root -p *** -o off"),
        ("usermod -p 'S1x' root", "usermod -p '***' root"), ("useradd -m -p S1x bob", "useradd -m -p *** bob"),
        ("swift -A http://k -U svc --key S1x stat", "swift -A http://k -U svc --key *** stat"),
        ("vault login S1x", "vault login ***"),
        ("net ads join -U Administrator%S1x", "net ads join -U Administrator%***"),
        ("az login -u a -p S1x", "az login -u a -p ***"),
        ("pcs host auth n1 -u hacluster -p S1x", "pcs host auth n1 -u hacluster -p ***"),
        ("wpa_passphrase ssid S1x", "wpa_passphrase ssid ***"),
        ("ipa-client-install -w S1x --domain d", "ipa-client-install -w *** --domain d"),
        ("nvme connect --tls_key=S1x -t tcp", "nvme connect --tls_key=*** -t tcp"),
        // Continued lines, input.
        ("openstack --os-password \\\n  S1x server list", "openstack --os-password \\\n  *** server list"),
        ("openstack --os-password \\\r\n\tS1x server list", "openstack --os-password \\\r\n\t*** server list"),
        (
            #"'openstack --os-password \\\n  S1x server list'"#, #"'openstack --os-password \\\n  *** server list'"#
        ),
        ("curl -s -u \\\n  admin:S1x http://h", "curl -s -u \\\n  admin:*** http://h"),
        ("mysql -u root \\\n  -pS1x nova", "mysql -u root \\\n  -p*** nova"),
        ("rabbitmqctl change_password \\\n nova \\\n S1x", "rabbitmqctl change_password \\\n nova \\\n ***"),
        ("ipmitool -H h -P \\\n S1x power on", "ipmitool -H h -P \\\n *** power on"),
        ("x.auth.password \\\n -v \\\n S1x", "x.auth.password \\\n -v \\\n ***"),
        ("echo S1x | sudo -S ls /x", "echo *** | sudo -S ls /x"),
        ("echo 'S1x' | sudo -kS -u nova ls", "echo *** | sudo -kS -u nova ls"),
        ("echo -n S1x | cryptsetup luksOpen /dev/x y", "echo *** | cryptsetup luksOpen /dev/x y"),
        ("printf '%s' S1x | /usr/bin/kinit admin", "printf *** | /usr/bin/kinit admin"),
        ("sudo -S ls /x <<< S1x; ls", "sudo -S ls /x <<< ***; ls"),
        ("passwd root <<< 'S1x y'", "passwd root <<< '***'"),
        ("su -c id <<<S1x", "su -c id <<<***"), ("realm join -U a <<< \"S1x\"", "realm join -U a <<< \"***\""),
        // Switches.
        ("username admin password 0 S1x", "username admin password 0 ***"),
        ("neighbor 10.0.0.4 password 7 S1x", "neighbor 10.0.0.4 password 7 ***"),
        ("enable secret 5 S1x", "enable secret 5 ***"), ("key-string 7 S1x", "key-string 7 ***"),
        ("tacacs-server key 7 S1x", "tacacs-server key 7 ***"),
        ("radius-server host h key S1x", "radius-server host h key ***"),
        ("snmp-server user u v3 auth sha S1x priv aes 128 S1y", "snmp-server user u v3 auth sha *** priv aes 128 ***"),
        ("masterauth S1x", "masterauth ***"),
    ])
    func `options and operands are masked by the program that they are given to`(text: String, expected: String) {
        #expect(redaction.redact(text: text) == expected)
    }

    @Test(arguments: [
        ("password&equals;S1x", "password&equals;***"),
        ("password&colon; S1x", "password&colon; ***"),
        ("password&#61;S1x", "password&#61;***"),
        ("password&#x3a;S1x", "password&#x3a;***"),
        ("password&#58; &quot;S1x&quot; x", "password&#58; &quot;***&quot; x"),
        ("password=&quot;S1x&quot; host=h", "password=&quot;***&quot; host=h"),
        ("password=&quot;S1x&quot;; host=h", "password=&quot;***&quot;; host=h"),
        ("mysql -pS1x&amp;&amp; echo ok", "mysql -p***&amp;&amp; echo ok"),
        ("password=S1x&amp;&amp; echo ok", "password=***&amp;&amp; echo ok"),
        (
            "{&quot;password&quot;:&quot;S1x&quot;,&quot;host&quot;:&quot;h&quot;}",
            "{&quot;password&quot;:&quot;***&quot;,&quot;host&quot;:&quot;h&quot;}"
        ),
        (
            "{&quot;password&quot;&colon;&quot;S1x&quot;&comma;&quot;host&quot;&colon;&quot;h&quot;}",
            "{&quot;password&quot;&colon;&quot;***&quot;&comma;&quot;host&quot;&colon;&quot;h&quot;}"
        ),
        ("password&equals;&quot;S1x&quot;", "password&equals;&quot;***&quot;"),
    ])
    func `references stand for separators and quotes, and none is left in part`(text: String, expected: String) {
        #expect(redaction.redact(text: text) == expected)
    }

    @Test(arguments: [
        (#"["curl", "-u", "admin:S1x", "http://h"]"#, #"["curl", "-u", "admin:***", "http://h"]"#),
        (#"["/usr/bin/redis-cli", "-aS1x", "ping"]"#, #"["/usr/bin/redis-cli", "-a***", "ping"]"#),
        (
            #"["sudo", "rabbitmqctl", "change_password", "nova", "S1x"]"#,
            #"["sudo", "rabbitmqctl", "change_password", "nova", "***"]"#
        ),
        (
            #"["sudo", "-S", "curl", "-u", "admin:S1x", "http://h"]"#,
            #"["sudo", "-S", "curl", "-u", "admin:***", "http://h"]"#
        ),
        (#"["rabbitmqctl", "list_users", "-p", "/"]"#, #"["rabbitmqctl", "list_users", "-p", "/"]"#),
        (#"{"cmd": "curl -uadmin:S1x http://h"}"#, #"{"cmd": "curl -uadmin:*** http://h"}"#),
    ])
    func `the same in lists of JSON`(json: String, expected: String) {
        #expect(redaction.redactedJSON(Array(json.utf8).span.bytes) == expected)
    }

    @Test(arguments: SecretProgram.all.flatMap(\.names))
    func `each program is found by its name`(name: String) {
        let bytes = Array(name.utf8)
        #expect(SecretProgram.find(bytes.span.bytes, bytes.indices)?.names.contains(name) == true)
    }

    @Test(arguments: [
        "docker run -p 8080:80 img",
        "curl -o /tmp/f http://h/u:x",
        "mongo --port 27017 --host h",
        "rabbitmqctl list_users -p /",
        "rabbitmqctl add_user nova",
        "rabbitmqctl change_password nova",
        "rabbitmqctl list_queues -p / name messages",
        "openssl x509 -key f -in x",
        "swift is used for images",
        "Instance identified by uuid 123",
        "the user was identified by name",
        "change_password was called twice",
        "change_password failed for nova",
        "{'a': 'x', 'b': ''}",
        "['password_policy', 'curl', 'b']",
        "curl: (7) Failed to connect to h port 80",
        "zip file is bad",
        "htpasswd file not found",
        "host=h&amp;name=x",
        "a &amp;&amp; b",
        "x&#61;y",
        "token_host=10.0.0.1",
        "rabbitmqctl -n rabbit@ctl1 list_connections user peer_host state",
        "docker login failed",
        "curl -s -o /dev/null -w %{http_code} http://h",
        "smbclient //h/s -U user",
        "redis-cli -h h ping",
        "ldapsearch -x -H ldap://h -b dc=x uid=u",
        "cinder-rtstool delete iqn.2010:v", "cinder-rtstool create failed for the volume",
        "IncomingUser was set by nova",
        "racadm config -g cfgUserAdmin -o cfgUserAdminUserName -i 2 nova", "racadm failed to set password for root",
        "smbpasswd file not found", "smbpasswd -a nova", "virsh migrate --live --p2p vm qemu+tcp://h/system",
        "virsh set-user-password failed for the domain", "set_password was called twice",
        "ssh-keygen -q -t rsa -b 2048 -f /k", "rbd import --pool vms /x y --id cinder --conf /etc/ceph/ceph.conf",
        "the net user count is 5", "net use of memory", #"net use Z: \\host\share"#, "net user nova *",
        "docker pull -u reg/image:tag", "jdbc:oracle:thin:@//h:1521/x", "write to chpasswd failed",
        "password 0 characters long", "pass 1 fail 0", "radius-server timeout 5", "auth md5 failed",
        "[neutron] login = nova", "fence_ipmilan -a h -o off failed", "usermod -a -G libvirt nova",
        "az: nova, zone -p a", "pcs status -p a", "vault login failed", "swift stat --key-format a",
        "net ads join -U Administrator", "openstack server list \\\n  --long", "curl -s \\\n http://h/u:x",
        "echo compute1 | sudo tee -a /etc/hosts", "sudo ls -l <<< compute1", "cat <<< compute1", "ls | sudo -S cat",
        "sudo -S ls; cat <<< compute1", "su: compute1, realm compute1",
        "Failed to get secret http://h:9311/v1/secrets/457eb676-33da-42ec-9a8c-9293d545c337: timeout",
        "cookie=0xb1e2/-1,table=60 failed on cmp1", "trust+http://h:8000/v1/signal/x",
        "connection_info = self.volume_api.attachment_update(", "crudini --set nova.conf DEFAULT debug verbose",
        "mkpasswd not found", "['injected_file_content_bytes'] limit 10240", "hidden: false\ndefault: x",
    ])
    func `what an operator needs stays`(text: String) {
        #expect(redaction.redact(text: text) == text)
    }
}
