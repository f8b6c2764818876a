"""nova's versioned objects as they stand in RPC arguments, with what a boot needs of them."""


def nova_object(name, data, changes=()):
    body = {
        "nova_object.name": name, "nova_object.namespace": "nova", "nova_object.version": "1.0",
        "nova_object.data": data}
    if changes:
        body["nova_object.changes"] = list(changes)
    return body


def request_spec(uuid):
    return nova_object("RequestSpec", {"instance_uuid": uuid, "num_instances": 1})


def build_request(uuid, name):
    return nova_object("BuildRequest", {"instance_uuid": uuid, "instance": instance(uuid, name)})


def selection(host):
    return nova_object("Selection", {"service_host": host, "nodename": host})


def instance(uuid, name, host=None, vm_state="building", task_state=None, power_state=0, changes=()):
    return nova_object(
        "Instance",
        {
            "uuid": uuid, "display_name": name, "hostname": name, "host": host, "node": host, "vm_state": vm_state,
            "task_state": task_state, "power_state": power_state,
        },
        changes)


def retry(host):
    return {"retry": {"num_attempts": 1, "hosts": [[host, host]], "exc_reason": None}}
