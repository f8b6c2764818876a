import Correlation
import TestSupport
import Testing

/// Command lines as they stand in the process table, the arguments separated by spaces.
@Suite struct `A command line names the service that a process is` {
    private func service(_ line: String) -> String? {
        CommandLine.service(name: "python3", arguments: line.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        ("/usr/bin/python3 /usr/bin/nova-conductor --config-file=/etc/nova/nova.conf", "nova-conductor"),
        ("/usr/bin/python3 /usr/bin/nova-scheduler --config-file /etc/nova/nova.conf", "nova-scheduler"),
        ("/usr/bin/python2 /usr/bin/nova-compute", "nova-compute"),
        ("/usr/bin/python3.9 -s /usr/bin/nova-compute", "nova-compute"),
        ("/opt/stack/data/venv/bin/python3.12 /opt/stack/data/venv/bin/nova-compute --config-file x", "nova-compute"),
        ("/opt/stack/data/venv/bin/python3 /opt/stack/data/venv/bin/neutron-server --config-dir y", "neutron-server"),
        ("/usr/bin/python3 /usr/local/bin/cinder-volume --config-file /etc/cinder/cinder.conf", "cinder-volume"),
        ("/var/lib/kolla/venv/bin/python3 /var/lib/kolla/venv/bin/nova-scheduler", "nova-scheduler"),
        (
            "/var/lib/kolla/venv/bin/python /var/lib/kolla/venv/bin/neutron-openvswitch-agent",
            "neutron-openvswitch-agent"
        ),
        ("/var/lib/kolla/venv/bin/nova-scheduler", "nova-scheduler"),
        ("/openstack/venvs/nova-28.0.0/bin/python3 /openstack/venvs/nova-28.0.0/bin/nova-conductor", "nova-conductor"),
        ("/snap/microstack/245/usr/bin/python3 /snap/microstack/245/bin/nova-compute --log-file z", "nova-compute"),
        ("/snap/openstack-hypervisor/146/bin/nova-compute --config-dir /var/snap/x", "nova-compute"),
        ("/usr/bin/python3 /usr/bin/neutron-dhcp-agent --config-file=/etc/neutron/neutron.conf", "neutron-dhcp-agent"),
        ("/usr/bin/python3 /usr/bin/neutron-rpc-server --config-file /etc/neutron/neutron.conf", "neutron-server"),
        ("/usr/bin/python3 /usr/bin/neutron-periodic-workers", "neutron-server"),
        ("/usr/bin/python3 /usr/bin/nova-api-os-compute", "nova-api"),
        ("/usr/bin/python3 /usr/bin/nova-api-wsgi --port 8774", "nova-api"),
        ("/usr/libexec/platform-python /usr/bin/heat-engine", "heat-engine"),
        ("python3 -u -W ignore -X dev -- /usr/bin/glance-api", "glance-api"),
        ("python3 -BsWignore /usr/bin/glance-api", "glance-api"),
        ("python3 --check-hash-based-pycs always /usr/bin/heat-api", "heat-api"),
        ("python3 -m nova.cmd.conductor", "nova-conductor"),
        ("python3 -um nova.cmd.compute --config-file /etc/nova/nova.conf", "nova-compute"),
        ("python3 -mneutron.cmd.eventlet.server", "neutron-server"),
        ("python3 -m neutron.cmd.eventlet.agents.dhcp", "neutron-dhcp-agent"),
        ("uwsgi --procname-prefix nova-api --ini /etc/nova/nova-api-uwsgi.ini", "nova-api"),
        ("/opt/stack/data/venv/bin/uwsgi --ini /etc/nova/nova-api-uwsgi.ini --venv /opt/stack/data/venv", "nova-api"),
        ("/usr/bin/uwsgi_python3 --ini /etc/cinder/cinder-api-uwsgi.ini", "cinder-api"),
        ("uwsgi --ini=/etc/neutron/neutron-api-uwsgi.ini", "neutron-server"),
        ("uwsgi /etc/glance/glance-api-uwsgi.ini", "glance-api"),
        ("/openstack/venvs/uwsgi-28.0.0/bin/uwsgi --autoload --ini /etc/uwsgi/nova-api-os-compute.ini", "nova-api"),
        ("uwsgi --master --wsgi-file /var/lib/kolla/venv/bin/nova-metadata-wsgi --http :8775", "nova-api"),
        ("uwsgi --wsgi-file=/usr/bin/glance-wsgi-api", "glance-api"),
        ("uwsgi --http :8776 --module cinder.wsgi.api:application", "cinder-api"),
        ("uwsgi --module nova.wsgi.osapi_compute:application", "nova-api"),
        ("uwsgi --ini /etc/keystone/keystone-uwsgi-public.ini", "keystone"),
        ("python3 -m uwsgi --procname-prefix-spaced=octavia-wsgi", "octavia-api"),
        ("/usr/bin/python3 /usr/bin/gunicorn --name nova-api nova.wsgi.osapi_compute", "nova-api"),
        ("gunicorn -w 4 -b 0.0.0.0:9311 barbican.wsgi.api:application", "barbican-api"),
        ("(wsgi:nova-api) -k start", "nova-api"),
        ("(wsgi:keystone-pu -k start", "keystone"),
        ("(wsgi:nova_api_w -DFOREGROUND", "nova-api"),
        ("(wsgi:cinder_api -DFOREGROUND", "cinder-api"),
        ("(wsgi:heat_api_cfn) -DFOREGROUND", "heat-api-cfn"),
    ])
    func `by the program, the script or the application that it runs`(line: String, name: String) {
        #expect(service(line) == name)
    }

    @Test(arguments: [
        ("nova-compute: worker", "nova-compute"),
        ("nova-conductor: worker(0)", "nova-conductor"),
        ("neutron-server: rpc worker (/usr/bin/python3 /usr/bin/neutron-server --config-file x)", "neutron-server"),
        ("neutron-server: api worker", "neutron-server"),
        ("neutron-ovn-metadata-agent: MetadataAgent worker(1)", "neutron-ovn-metadata-agent"),
        ("ceilometer-polling: AgentManager worker(0)", "ceilometer-polling"),
        ("ceilometer-polling: master process [/usr/bin/ceilometer-polling --logfile x]", "ceilometer-polling"),
        ("gunicorn: master [nova-api]", "nova-api"),
        ("gunicorn: worker [cinder.wsgi.api:application]", "cinder-api"),
        ("nova-apiuWSGI worker 1", "nova-api"),
        ("nova-api-uWSGI worker 2                                  ", "nova-api"),
        ("nova-api uWSGI master", "nova-api"),
        ("nova-metadata uWSGI worker 1", "nova-api"),
        ("neutron-api uWSGI worker 3", "neutron-server"),
        ("/usr/bin/python3 /usr/bin/nova-conductor --config-file x", "nova-conductor"),
        ("(wsgi:nova-api)    -k start", "nova-api"),
    ])
    func `by the title that it has given itself`(title: String, name: String) {
        #expect(CommandLine.service(name: "python3", arguments: [title]) == name)
        #expect(CommandLine.service(name: "python3", arguments: [title, "", ""]) == name)
    }

    @Test(arguments: [
        "/usr/sbin/apache2 -k start", "apache2", "/usr/sbin/httpd -DFOREGROUND", "uWSGI worker 1", "uwsgi",
        "uwsgi --ini /etc/placement/placement-uwsgi.ini", "placement-api uWSGI worker 1",
        "(wsgi:placement- -DFOREGROUND",
        "uwsgi --ini /etc/placement/placement-uwsgi.ini --pyargv --config-file=/etc/nova/nova-api.ini",
        "uwsgi --logto /var/log/nova/nova-api.log --ini /etc/uwsgi/default.ini", "uwsgi --paste /etc/nova/nova-api.ini",
        "uwsgi --ini /etc/nova/nova.ini", "(wsgi:nova-metada -k start", "(wsgi:heat_api_ -DFOREGROUND", "(wsgi:) -k",
        "/usr/sbin/haproxy -f /var/lib/neutron/ns-metadata-proxy/b870.conf", "/usr/lib/erlang/erts/bin/beam.smp -W w",
        "dnsmasq --conf-file=/etc/neutron/dnsmasq-neutron.conf --pid-file=/run/neutron-dhcp-agent",
        "tail -f /var/log/nova/nova-compute.log", "vim /etc/nova/nova-api-uwsgi.ini", "less /usr/bin/nova-compute",
        "/usr/bin/python3 /opt/tools/check.py --service nova-compute", "python3 /usr/bin/python3 /usr/bin/nova-compute",
        "python3 -c import nova-compute", "python3 -m pytest nova-compute", "python3", "python3 -", "python3 -m",
        "sudo nova-compute", "sh -c /usr/bin/nova-compute", "dumb-init --single-child -- kolla_start nova-compute",
        "gunicorn: master [gnocchi-api]", "gunicorn", "gunicorn -w", "sshd: nova [priv]", "postgres: nova nova-api",
        "nova-", "nova-\u{1B}[31m", "nova-API", "nova-conductor\u{202E}", "/", "-", ":", ": :", "(wsgi:",
        "[kworker/0:1]",
        "/usr/bin/nova-compute/", "--procname-prefix nova-api", "python3 -m neutron.cmd.eventlet.plugins.ovs_agent",
    ])
    func `and by nothing that it merely mentions`(line: String) {
        #expect(service(line) == nil)
        _ = CommandLine.service(name: "", arguments: [line])
    }

    @Test func `whatever it holds`() {
        let pieces = [
            "python3", "uwsgi", "gunicorn", "--ini", "--name", "-m", "-c", "--", "-", ":", "(wsgi:", ")", "[", "]",
            ".ini", " ",
            "uWSGI", "nova-api", "nova", "-wsgi", "_wsgi", ".", "/", "=", "", "é", "\u{0}", "cmd", "--procname-prefix",
        ]
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let arguments = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined()
            }
            guard let service = CommandLine.service(name: "", arguments: arguments) else { continue }
            #expect(service.utf8.allSatisfy { (0x2D...0x7A).contains($0) && $0 != UInt8(ascii: "/") }, "\(arguments)")
        }
    }

    @Test func `by the kernel's name where there is no command line, if that is whole`() {
        #expect(CommandLine.service(name: "nova-conductor", arguments: []) == "nova-conductor")
        #expect(CommandLine.service(name: "nova-conductor", arguments: ["  "]) == "nova-conductor")
        #expect(CommandLine.service(name: "neutron-openvsw", arguments: []) == nil)
        #expect(CommandLine.service(name: "nova-conductor", arguments: ["/usr/sbin/haproxy"]) == nil)
    }
}
