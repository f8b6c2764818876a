"""One OpenStack service on the message bus, played by the real oslo.messaging.

usage: bus_client.py SERVICE HOST --url URL --account FILE [--queue-names TAG] [--reports SECONDS] [--tls]

nova-conductor, nova-scheduler and nova-compute serve their topics until standard input ends; nova-compute reads "hold"
and "release" there: while it holds, a build stays in "spawning".  nova-api, whose process is called uwsgi as in most
clouds, reads one command a line, e.g. {"do": "calls", "count": 10}, and answers each with a line when it is done.  All
of them print a line when they are connected.  What each sends and takes stands in its account.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import threading
import time
import uuid

import bus_objects

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

    def schedule_and_build_instances(self, ctxt, build_requests, request_specs, admin_password):
        for request in build_requests:
            instance = request["nova_object.data"]["instance"]
            uuids = [instance["nova_object.data"]["uuid"]]
            selections = self._peer.call(
                ctxt, "scheduler", "select_destinations", request_spec=request_specs[0], instance_uuids=uuids)
            host = selections[0][0]["nova_object.data"]["service_host"]
            self._peer.cast(
                ctxt, "compute", "build_and_run_instance", server=host, instance=instance,
                filter_properties=bus_objects.retry(host), admin_password=admin_password)

    def object_class_action_versions(self, ctxt, objname, objmethod, object_versions, args, kwargs):
        return {"objname": objname, "args": args}

    def object_action(self, ctxt, objinst, objmethod, args, kwargs):
        return [{}, None]


class Scheduler:
    def __init__(self, peer):
        self._peer = peer

    def select_destinations(self, ctxt, request_spec, instance_uuids):
        host = HOSTS[int(instance_uuids[0][-1], 16) % len(HOSTS)]
        return [[bus_objects.selection(host)]]

    def update_instance_info(self, ctxt, host_name, instance_info):
        pass


class Compute:
    def __init__(self, peer):
        self._peer = peer
        self._may_go_on = threading.Event()
        self.release()

    def hold(self):
        self._may_go_on.clear()

    def release(self):
        self._may_go_on.set()

    def build_and_run_instance(self, ctxt, instance, filter_properties, admin_password):
        uuid, name = (instance["nova_object.data"][key] for key in ("uuid", "display_name"))
        self._peer.call(
            ctxt, "conductor", "object_class_action_versions", objname="BlockDeviceMappingList",
            objmethod="get_by_instance_uuid", object_versions={}, args=[uuid], kwargs={})
        for task_state in ("networking", "block_device_mapping", "spawning"):
            self._save(ctxt, uuid, name, task_state=task_state)
        self._may_go_on.wait()
        self._save(ctxt, uuid, name, vm_state="active", power_state=1)
        self._peer.fanout(
            ctxt, "scheduler", "update_instance_info", host_name=self._peer.host, instance_info=[uuid])
        self._peer.notify(ctxt, "compute.instance.create.end", instance_id=uuid, admin_pass=admin_password)

    def _save(self, ctxt, uuid, name, **states):
        instance = bus_objects.instance(
            uuid, name, host=self._peer.host, changes=["vm_state", "task_state", "power_state"], **states)
        self._peer.call(
            ctxt, "conductor", "object_action", objinst=instance, objmethod="save", args=[],
            kwargs={"expected_task_state": None})

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

    def run(self, command, count=1, **arguments):
        one = getattr(self, command)
        for done in [self._workers.submit(self._attempt, one, index, arguments) for index in range(count)]:
            done.result()

    @staticmethod
    def _attempt(one, index, arguments):
        try:
            one(index, **arguments)
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
        self._boot(f"vm-{index}", HOSTS[index % 2])

    def boot(self, index, name, host):
        """One server that the scheduler puts on `host`."""
        self._boot(name, host)

    def attach(self, index, host, seconds, timeout=20):
        """A call that the compute takes some seconds for."""
        self._peer.call(
            context(), "compute", "attach_interface", server=host, timeout=timeout, instance=str(uuid.uuid4()),
            seconds=seconds)

    def _boot(self, name, host):
        # The scheduler goes by the last digit.
        instance = str(uuid.uuid4())[:-1] + str(HOSTS.index(host))
        self._peer.cast(
            context(), "conductor", "schedule_and_build_instances",
            build_requests=[bus_objects.build_request(instance, name)],
            request_specs=[bus_objects.request_spec(instance)], admin_password=SECRET)


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
    if options.tls:
        values["ssl"] = True
    for name, value in values.items():
        conf.set_override(name, value, group="oslo_messaging_rabbit")
    return conf


def say(**answer):
    print(json.dumps(answer), flush=True)


def report(peer, seconds):
    """nova-compute saves its service record periodically, which is how others know that it is there."""
    service = bus_objects.nova_object(
        "Service", {"host": peer.host, "binary": peer.service, "topic": "compute"}, changes=["report_count"])
    while True:
        ctxt = {"request_id": f"req-{uuid.uuid4()}", "user_id": None, "is_admin": True}
        try:
            peer.call(ctxt, "conductor", "object_action", timeout=5, objinst=service, objmethod="save", args=[], kwargs={})
        except Exception as failure:
            print(f"report: {type(failure).__name__}: {failure}", file=sys.stderr)
        time.sleep(seconds)


def serve(peer, transport, service, host, reports):
    topic, serving = SERVERS[service]
    endpoint = serving(peer)
    target = oslo_messaging.Target(topic=topic, server=host)
    server = oslo_messaging.get_rpc_server(transport, target, [endpoint], executor="threading")
    server.start()
    if reports:
        threading.Thread(target=report, args=[peer, reports], daemon=True).start()
    say(connected=True)
    for line in sys.stdin:
        getattr(endpoint, line.strip())()
        say(done=line.strip())


def drive(peer):
    api = API(peer)
    say(connected=True)
    for line in sys.stdin:
        command = json.loads(line)
        do = command.pop("do")
        api.run(do, **command)
        say(done=do)


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
            serve(peer, transport, options.service, options.host, options.reports)
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
    parser.add_argument("--reports", type=float, metavar="SECONDS", help="report the service's state so often")
    parser.add_argument("--tls", action="store_true", help="speak TLS")
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
