"""One OpenStack service on the message bus, played by the real oslo.messaging.

usage: bus_client.py SERVICE HOST --url URL --account FILE [--queue-names TAG]

nova-conductor, nova-scheduler and nova-compute serve their topics until standard input ends.  nova-api, whose process
is called uwsgi as in most clouds, reads one command a line, e.g. {"do": "calls", "count": 10}, and answers each with a
line when it is done.  All of them print a line when they are connected.  What each sends and takes stands in its
account.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import time
import uuid

SECRET = "hunter2-must-never-be-shown"
HOSTS = ["host1", "host2"]
EXCHANGE = "nova"


def context():
    return {"request_id": f"req-{uuid.uuid4()}", "user_id": uuid.uuid4().hex, "auth_token": SECRET}


class InstanceNotFound(Exception):
    """Looks like nova's, which is not installed."""


InstanceNotFound.__module__ = "nova.exception"


class Peer:
    """A process on the bus: sends by topic, method and arguments."""

    def __init__(self, transport, service, host, notifier):
        self._transport, self.service, self.host, self._notifier = transport, service, host, notifier

    def _client(self, topic, server=None, fanout=None, **options):
        target = oslo_messaging.Target(topic=topic, server=server, fanout=fanout)
        return get_client(self._transport, target, **options)

    def call(self, ctxt, topic, method, server=None, timeout=20, monitor=None, **arguments):
        options = {"timeout": timeout, "call_monitor_timeout": monitor}
        return self._client(topic, server, **options).call(ctxt, method, **arguments)

    def cast(self, ctxt, topic, method, server=None, **arguments):
        self._client(topic, server).cast(ctxt, method, **arguments)

    def fanout(self, ctxt, topic, method, **arguments):
        self._client(topic, fanout=True).cast(ctxt, method, **arguments)

    def notify(self, ctxt, event_type, **payload):
        self._notifier.info(ctxt, event_type, payload)


class Conductor:
    def __init__(self, peer):
        self._peer = peer

    def schedule_and_build_instances(self, ctxt, build_requests, admin_passwords):
        for instance, password in zip(build_requests, admin_passwords):
            host = self._peer.call(ctxt, "scheduler", "select_destinations", instance_uuids=[instance])
            self._peer.cast(
                ctxt, "compute", "build_and_run_instance", server=host, instance=instance, admin_password=password)

    def object_class_action_versions(self, ctxt, objname, objmethod, args):
        return {"objname": objname, "args": args}


class Scheduler:
    def __init__(self, peer):
        self._peer = peer

    def select_destinations(self, ctxt, instance_uuids):
        return HOSTS[int(instance_uuids[0][-1], 16) % len(HOSTS)]

    def update_instance_info(self, ctxt, host_name, instance_info):
        pass


class Compute:
    def __init__(self, peer):
        self._peer = peer

    def build_and_run_instance(self, ctxt, instance, admin_password):
        self._peer.call(
            ctxt, "conductor", "object_class_action_versions", objname="BlockDeviceMappingList",
            objmethod="get_by_instance_uuid", args=[instance])
        self._peer.fanout(
            ctxt, "scheduler", "update_instance_info", host_name=self._peer.host, instance_info=[instance])
        self._peer.notify(ctxt, "compute.instance.create.end", instance_id=instance, admin_pass=admin_password)

    def get_diagnostics(self, ctxt, instance, admin_password):
        return {"state": "running", "instance": instance, "password": admin_password}

    def get_vnc_console(self, ctxt, instance, admin_password):
        raise InstanceNotFound(f"Instance {instance} could not be found. password={admin_password}")

    def attach_interface(self, ctxt, instance, seconds):
        time.sleep(seconds)

    def terminate_instance(self, ctxt, instance, admin_password):
        pass

    def refresh_instance_security_rules(self, ctxt, instance):
        pass


class API:
    """The commands of the driver; each makes `count` of its kind, several at a time."""

    def __init__(self, peer):
        self._peer = peer
        self._workers = concurrent.futures.ThreadPoolExecutor(8)

    def run(self, command, count):
        one = getattr(self, command)
        for done in [self._workers.submit(self._attempt, one, index) for index in range(count)]:
            done.result()

    @staticmethod
    def _attempt(one, index):
        try:
            one(index)
        except Exception as failure:
            print(f"{one.__name__}: {type(failure).__name__}: {failure}", file=sys.stderr)

    def calls(self, index):
        self._peer.call(
            context(), "compute", "get_diagnostics", server=HOSTS[index % 2], instance=str(uuid.uuid4()),
            admin_password=SECRET)

    def failures(self, index):
        self._peer.call(
            context(), "compute", "get_vnc_console", server=HOSTS[index % 2], instance=str(uuid.uuid4()),
            admin_password=SECRET)

    def slow(self, index):
        self._peer.call(
            context(), "compute", "attach_interface", server=HOSTS[index % 2], monitor=2, instance=str(uuid.uuid4()),
            seconds=2.5)

    def unserved(self, index):
        self._peer.call(context(), "consoleauth", "authorize_console", timeout=1, token=SECRET)

    def casts(self, index):
        self._peer.cast(
            context(), "compute", "terminate_instance", server=HOSTS[index % 2], instance=str(uuid.uuid4()),
            admin_password=SECRET)

    def fanouts(self, index):
        self._peer.fanout(context(), "compute", "refresh_instance_security_rules", instance=str(uuid.uuid4()))

    def notifications(self, index):
        self._peer.notify(context(), "keypair.create.end", key_name=f"key{index}", private_key=SECRET)

    def boots(self, index):
        self._peer.cast(
            context(), "conductor", "schedule_and_build_instances", build_requests=[str(uuid.uuid4())],
            admin_passwords=[SECRET])


SERVERS = {
    "nova-conductor": ("conductor", Conductor), "nova-scheduler": ("scheduler", Scheduler),
    "nova-compute": ("compute", Compute)}


def settings(options):
    """Reconnects fast; with `--queue-names` quorum queues and the names that survive a restart."""
    conf = cfg.CONF
    conf([], project="nova", default_config_files=[], default_config_dirs=[])
    conf.register_opts(impl_rabbit.rabbit_opts, group="oslo_messaging_rabbit")
    values = {
        "rabbit_retry_interval": 1, "rabbit_retry_backoff": 0, "kombu_reconnect_delay": 0.2,
        "kombu_missing_consumer_retry_timeout": 5}
    if options.queue_names:
        values.update(
            rabbit_quorum_queue=True, rabbit_transient_quorum_queue=True, use_queue_manager=True,
            hostname=f"{options.host}-{options.queue_names}", processname=options.service)
    for name, value in values.items():
        conf.set_override(name, value, group="oslo_messaging_rabbit")
    return conf


def say(**answer):
    print(json.dumps(answer), flush=True)


def serve(peer, transport, service, host):
    topic, endpoint = SERVERS[service]
    target = oslo_messaging.Target(topic=topic, server=host)
    server = oslo_messaging.get_rpc_server(transport, target, [endpoint(peer)], executor="threading")
    server.start()
    say(connected=True)
    sys.stdin.read()


def drive(peer):
    api = API(peer)
    say(connected=True)
    for line in sys.stdin:
        command = json.loads(line)
        api.run(command["do"], command["count"])
        say(done=command["do"])


def main(options):
    oslo_messaging.set_transport_defaults(EXCHANGE)
    bus_account.keep(bus_account.Account(options.account, options.service, options.host))
    conf = settings(options)
    transport = oslo_messaging.get_rpc_transport(conf, options.url)
    publisher = f"{options.service.removeprefix('nova-')}.{options.host}"
    notifier = oslo_messaging.Notifier(
        oslo_messaging.get_notification_transport(conf, options.url), publisher, driver="messagingv2",
        topics=["notifications"])
    peer = Peer(transport, options.service, options.host, notifier)
    try:
        if options.service in SERVERS:
            serve(peer, transport, options.service, options.host)
        else:
            drive(peer)
    finally:
        if options.queue_names:
            counter = f"/dev/shm/{options.host}-{options.queue_names}_{options.service}_qmanager"
            pathlib.Path(counter).unlink(missing_ok=True)
        os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", choices=[*SERVERS, "nova-api"])
    parser.add_argument("host")
    parser.add_argument("--url", required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--queue-names", metavar="TAG", help="quorum queues, and the queue manager's names with TAG")
    options = parser.parse_args()
    # The library takes the name of its connections, and of its queues, from here when it is imported.
    sys.argv[0] = "uwsgi" if options.service == "nova-api" else f"/usr/bin/{options.service}"
    os.environ["OSLO_LOCK_PATH"] = os.path.dirname(os.path.abspath(options.account))
    from oslo_config import cfg
    import oslo_messaging
    from oslo_messaging._drivers import impl_rabbit
    import bus_account
    get_client = getattr(oslo_messaging, "get_rpc_client", None) or oslo_messaging.RPCClient
    main(options)
