import Foundation
import TestSupport
import Testing

@testable import OpenStack

@Suite struct `Forms that secrets are written in` {
    private let redaction = Redaction()

    private func redacted(_ json: String) -> String { redaction.redactedJSON(Array(json.utf8).span.bytes) }

    @Test(arguments: [
        // Commands.
        (
            "iscsiadm -m node -n node.session.auth.password -v S1x",
            "iscsiadm -m node -n node.session.auth.password -v ***"
        ),
        (
            "['iscsiadm', '-n', 'node.session.auth.password', '-v', 'S1x']",
            "['iscsiadm', '-n', 'node.session.auth.password', '-v', '***']"
        ),
        ("['--password', 'S1x', 'x']", "['--password', '***', 'x']"),
        ("cmd --os_password S1x --verbose", "cmd --os_password *** --verbose"),
        ("openssl enc -pass pass:S1x -in f", "openssl enc -pass *** -in f"),
        ("mount -o username=x,password=S1x //h/s", "mount -o username=x,password=*** //h/s"),
        ("sshpass -p S1x ssh h", "sshpass -p *** ssh h"),
        ("ipmitool -H h -U u -P S1x power on", "ipmitool -H h -U u -P *** power on"),
        ("curl -u admin:S1x http://h/", "curl -u admin:*** http://h/"),
        // Settings, tables, prose.
        ("provider_auth=\"CHAP user S1x\"", "provider_auth=\"***\""), ("CHAP user S1x", "CHAP ***"),
        ("auth_token Secret1x", "auth_token ***"), ("CHAPPASSWORD Secret1x", "CHAPPASSWORD ***"),
        ("password is Secret1x", "password is ***"), ("authKey: S1x", "authKey: ***"),
        ("[p11_crypto_plugin]\nslot_id = 1\nlogin = S1x", "[p11_crypto_plugin]\nslot_id = 1\nlogin = ***"),
        ("[p11_crypto_plugin] login=S1x", "[p11_crypto_plugin] login=***"),
        ("| adminPass | S1x |", "| adminPass | *** |"), ("password：S1x", "password：***"),
        // Elements.
        ("<adminPass>S1x</adminPass>", "<adminPass>***</adminPass>"),
        ("<x:password type='a'>S1x</x:password>", "<x:password type='a'>***</x:password>"),
        ("<password><![CDATA[S1x]]></password>", "<password>***</password>"),
        ("&lt;password&gt;S1x&lt;/password&gt;", "&lt;password&gt;***&lt;/password&gt;"),
        ("<name>password</name><value>S1x</value>", "<name>password</name><value>***</value>"),
        // Pairs.
        ("{'name': 'password', 'value': 'S1x'}", "{'name': 'password', 'value': '***'}"),
        ("{'value': 'S1x', 'name': 'password'}", "{'value': '***', 'name': 'password'}"),
        ("name=password value=S1x", "name=password value=***"),
        // Quotes within.
        ("{'adminPass':'T'f1S1x'}", "{'adminPass':'***'}"), ("'password': 'my' pass S1x'", "'password': '***'"),
        // URLs and queries.
        ("root:S1x@db/nova", "root:***@db/nova"), ("GET /v2.0/tokens/S1x?a=b", "GET /v2.0/tokens/***"),
        ("http://s/o?temp_url_sig=S1x&temp_url_expires=9", "http://s/o?temp_url_sig=***&temp_url_expires=9"),
        ("http://s3/b?X-Amz-Signature=S1x&X-Amz-Date=2", "http://s3/b?X-Amz-Signature=***&X-Amz-Date=2"),
        ("?q=password+S1x", "?q=password+***"), ("%22password%22%3A%22S1x%22", "%22password%22%3A%22***"),
        // Names in other spellings.
        ("pass\u{200B}word=S1x", "pass\u{200B}word=***"), ("P-A-S-S-W-O-R-D: S1x", "P-A-S-S-W-O-R-D: ***"),
        ("ｐａｓｓｗｏｒｄ=S1x", "ｐａｓｓｗｏｒｄ=***"), ("to\u{212A}en=S1x", "to\u{212A}en=***"),
        // Looks.
        ("[client.admin]\n\tkey = AQBvS1xaAAAAABAAqOp6VZ3Ck9tqMzRmH1jE7w==", "[client.admin]\n\tkey = ***"),
        ("id AKIAIOSFODNN7S1XMPLE x", "id *** x"), ("$6$salt1234$S1xS1xS1xS1xS1xS1xS1x/S1x.", "***"),
        ("Bearer S1xS1xS1xS1xS1xS1x", "Bearer ***"), ("#cloud-config\npassword: S1x\nusers: [S1x]", "***"),
    ])
    func `are masked in text, and nothing else is`(text: String, expected: String) {
        #expect(redaction.redact(text: text) == expected)
    }

    @Test(arguments: [
        "No valid host was found. There are not enough hosts available.", "token expired", "Authorization failed",
        "Secret 2672332b-b870-49a9-bbeb-902381dffe38 could not be found", "auth: failed to log in",
        "user_data too large", "The request you have made requires authentication.", "Volume token-vm is in use",
        "controller@lvm#pool at cinder:controller@lvm#LVM", "rabbit@ctl1 is down", "2026-11-23 17:08:24 user@host",
        "NOT_FOUND - no queue 'reply_0a1b' in vhost '/'", "eyJob3N0IjogImNvbXB1dGUxIn0=", "compute.compute1",
        "nova-compute:12:0d9f6b6e-8f0b-4b8f-9d50-6a1f7c3a2b10", "/var/lib/nova/instances/2672332b/disk",
        "iqn.2010-10.org.openstack:volume-2672332b-b870-49a9-bbeb-902381dffe38", "the password is wrong",
    ])
    func `leave what says nothing secret as it is`(text: String) {
        #expect(redaction.redact(text: text) == text)
    }

    @Test(arguments: [
        (#"{"name":"password","value":"S1x"}"#, #"{"name": "password", "value": "***"}"#),
        (#"{"value":["S1x"],"a":1,"key":"X-Auth-Token"}"#, #"{"value": "***", "a": 1, "key": "X-Auth-Token"}"#),
        (#"[["password","S1x"],["host","h"]]"#, #"[["password", "***"], ["host", "h"]]"#),
        (#"["x","--password","S1x","y"]"#, #"["x", "--password", "***", "y"]"#),
        (#"["node.session.auth.password","-v","S1x"]"#, #"["node.session.auth.password", "-v", "***"]"#),
        (
            #"{"nova_object.changes":["user_data","task_state"]}"#,
            #"{"nova_object.changes": ["user_data", "task_state"]}"#
        ),
        (
            #"{"payload":"S1x","payload_content_type":"text/plain"}"#,
            #"{"payload": "***", "payload_content_type": "text/plain"}"#
        ),
        (#"{"payload":{"instance_id":"i"}}"#, #"{"payload": {"instance_id": "i"}}"#),
        (#"{"config_drive":"True"}"#, #"{"config_drive": "True"}"#),
        (#"{"configdrive":"S1x"}"#, #"{"configdrive": "***"}"#),
        (#"{"snmp_community_read":"S1x","snmp_port":161}"#, #"{"snmp_community_read": "***", "snmp_port": 161}"#),
        (#"{"redfish_username":"S1x","redfish_address":"h"}"#, #"{"redfish_username": "***", "redfish_address": "h"}"#),
        (
            #"{"encryption_key_id":"2672332b-b870-49a9-bbeb-902381dffe38"}"#,
            #"{"encryption_key_id": "2672332b-b870-49a9-bbeb-902381dffe38"}"#
        ),
        (#"{"P-a-S-S-w\u200bOrD":"S1x"}"#, "{\"P-a-S-S-w\u{200B}OrD\": \"***\"}"),
        (#"{"a":"{\"b\":\"{\\\"token\\\":\\\"S1x\\\"}\"}"}"#, #"{"a": "{\"b\": \"{\\\"token\\\": \\\"***\\\"}\"}"}"#),
    ])
    func `are masked in JSON, and nothing else is`(json: String, expected: String) {
        #expect(redacted(json) == expected)
    }

    @Test(arguments: [
        "provider_auth", "provider_location", "internal_access_path", "file_contents", "configdrive", "psk",
        "snmp_auth_key", "snmp_priv_key", "snmp_community", "redfish_password", "blob", "trust_id",
        "application_credential_secret", "access_key", "secret_key", "keyring", "key_material", "temp_url_key",
        "adminPass", "kek", "totp", "chap_secret", "ipmi_hex_kg_key", "kubeconfig", "config_drive_contents",
        "X-Container-Sync-Key", "Openstack-Auth-Receipt", "heartbeat_key", "fixed_key", "key-string", "masterauth",
        "dhchap_key", "dhchap_ctrl_key", "instance_rpc_encr_key", "inst_rpc_key_encr_key", "taskmanager_rpc_encr_key",
        "swift_store_key", "backup_swift_key", "validation_key", "SAMLResponse", "account_key", "tls_key", "ST_KEY",
        "certificate_key", "discovery_url",
    ])
    func `fields of OpenStack's services are masked`(name: String) {
        #expect(redacted(#"{"\#(name)": "S1x", "host": "h"}"#) == #"{"\#(name)": "***", "host": "h"}"#)
        #expect(!redaction.redact(text: "\(name)='S1x', host='h'").contains("S1x"))
    }

    /// Where secrets and facts stand side by side the keys tell which is which.
    @Test func `what an operator looks for stays`() {
        #expect(
            redacted(
                #"{"system_metadata": {"image_min_disk": "1", "instance_type_name": "m1.small", "my": "S1x", "b": null}}"#
            )
                == #"{"system_metadata": {"image_min_disk": "1", "instance_type_name": "m1.small", "my": "***", "b": null}}"#
        )
        let connection =
            #"{"driver_volume_type": "iscsi", "data": {"target_portal": "10.0.0.1:3260", "auth_method": "CHAP", "#
            + #""auth_password": "S1x", "volume_id": "v1", "hosts": ["10.0.0.1"]}, "serial": "v1"}"#
        let shown =
            #"{"driver_volume_type": "iscsi", "data": {"target_portal": "10.0.0.1:3260", "auth_method": "CHAP", "#
            + #""auth_password": "***", "volume_id": "v1", "hosts": ["10.0.0.1"]}, "serial": "v1"}"#
        #expect(redacted(#"{"connection_info": \#(connection)}"#) == #"{"connection_info": \#(shown)}"#)
        let text = WireJSON.object([.init("connection_info", .string(connection))]).text
        #expect(redacted(text).contains("10.0.0.1:3260") && !redacted(text).contains("S1x"))
        #expect(
            redacted(#"{"metadata": [{"key": "instance_type_name", "value": "m1"}, {"key": "my", "value": "S1x"}]}"#)
                == #"{"metadata": [{"key": "instance_type_name", "value": "m1"}, {"key": "my", "value": "***"}]}"#)
        #expect(
            redacted(#"{"connector": {"host": "c1", "ip": "10.0.0.2", "x": 7}}"#)
                == #"{"connector": {"host": "c1", "ip": "10.0.0.2", "x": "***"}}"#)
    }

    @Test(arguments: [
        #"{"password": "S1x"}"#, "#cloud-config\nchpasswd: {list: 'root:S1x'}", "#!/bin/sh\necho S1x",
        "[DEFAULT]\npassword = S1x\n", #"[{"a": {"token": "S1x"}}]"#, "-----BEGIN PRIVATE KEY-----\nS1x\n",
        "Content-Type: multipart/mixed; boundary=x\n\nS1x", "#ps1_sysnative\nregister S1x", "#ps1\nregister S1x",
    ])
    func `are found in base64, once and twice packed`(text: String) {
        let packed = Data(text.utf8).base64EncodedString()
        let twice = Data(#"{"more": "\#(packed)"}"#.utf8).base64EncodedString()
        for word in [packed, twice, packed.replacing("+", with: "-").replacing("/", with: "_")] {
            #expect(redaction.redact(text: "x \(word) y") == "x *** y")
            #expect(redacted(#"{"a": "\#(word)"}"#) == #"{"a": "***"}"#)
        }
    }
}
