"""Puts a mark behind the name of a secret into everything that AMQP lets a client name or say, and provokes the broker
to repeat it.

usage: secret_client.py PORT USER PASSWORD VIRTUAL_HOST

A mark is WLEAK, the place, and 9.  The places are printed, one a line.
"""

import json
import sys
import uuid

import amqp

PLACES = []


def mark(place):
    PLACES.append(place)
    return f"password=WLEAK{place}9"


def connect(port, user, password, virtual_host):
    properties = {name: mark(name) for name in ["connection_name", "product", "version", "platform", "information"]}
    properties["connection_name"] = "nova-compute:12:" + properties["connection_name"]
    return amqp.Connection(
        f"127.0.0.1:{port}", user, password, virtual_host=virtual_host, client_properties=properties)


def envelope(message):
    message = {"_unique_id": uuid.uuid4().hex, "_msg_id": uuid.uuid4().hex, "_reply_q": "reply_x", **message}
    return json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(message)})


def bodies():
    """Bodies of a request, its answer, a notification, and of what is none of these."""
    yield envelope({
        "method": "build " + mark("method"), "namespace": mark("namespace"), "version": "6.0",
        "args": {
            mark("argument"): 1, "admin_password": "WLEAKadmin9", "host": mark("host"), "node": mark("node"),
            "injected_files": [["/etc/x", "WLEAKfile9"]], "connection_info": {"data": {"auth_password": "WLEAKchap9"}},
            "url": "http://u:WLEAKurl9@h/", "command": ["iscsiadm", "--password", "WLEAKcommand9"],
            "pair": {"name": "password", "value": "WLEAKpair9"}, "text": "token: WLEAKtext9",
            "xml": "<password>WLEAKxml9</password>", "inner": json.dumps({"secret": "WLEAKinner9"}),
        },
        "_context_auth_token": "WLEAKold9", "_context_request_id": "req-" + mark("request"),
        "_context_user_id": mark("user_id")})
    yield envelope({"result": {"token": "WLEAKresult9"}, "failure": None, "ending": True})
    failure = {
        "class": "Error" + mark("class"), "module": "nova." + mark("module"), "message": mark("message"),
        "tb": ["File x, " + mark("traceback")], "args": [mark("cause")], "kwargs": {"token": "WLEAKkwargs9"}}
    yield envelope({"result": None, "failure": json.dumps(failure)})
    yield envelope({
        "event_type": "compute." + mark("event"), "publisher_id": "compute." + mark("publisher"), "priority": "INFO",
        "message_id": str(uuid.uuid4()), "timestamp": mark("timestamp"), "payload": {"admin_pass": "WLEAKpayload9"}})
    yield "{broken " + mark("broken")
    yield "no JSON, " + mark("other")


def publish(channel, exchange, key):
    for body in bodies():
        message = amqp.Message(
            body, content_type="application/json", content_encoding="utf-8",
            application_headers={"x": mark("header")}, correlation_id=mark("correlation"),
            reply_to=mark("reply_to"), message_id=mark("message_id"), type=mark("type"), app_id=mark("app"))
        channel.basic_publish(message, exchange=exchange, routing_key=key, mandatory=True)


def refused(do):
    """Does what the broker refuses, with words that repeat what it was asked."""
    try:
        do()
    except amqp.exceptions.AMQPError:
        return
    raise SystemExit("the broker refused nothing")


def main(port, user, password, virtual_host):
    with connect(port, user, password, virtual_host) as connection, \
            connect(port, user, password, virtual_host) as other:
        channel = connection.channel()
        exchange, key = "e." + mark("exchange"), "k." + mark("key")
        queue, tag = "compute." + mark("queue"), "t." + mark("tag")
        channel.exchange_declare(exchange, "topic", durable=False, auto_delete=False)
        channel.queue_declare(queue, durable=False, auto_delete=False)
        channel.queue_bind(queue, exchange, key)
        channel.events["basic_return"].add(lambda *returned: None)
        channel.basic_consume(
            queue, consumer_tag=tag, no_ack=True, callback=lambda message: None, on_cancel=lambda tag: None)
        publish(channel, exchange, key)
        publish(channel, exchange, "nobody." + mark("unrouted"))
        other.channel().queue_delete(queue)
        for _ in range(8):
            try:
                connection.drain_events(timeout=0.5)
            except OSError:
                break
        missing = mark("missing")
        refused(lambda: connection.channel().queue_declare(missing, passive=True))
        refused(lambda: connection.channel().exchange_declare(exchange, "fanout", durable=True))
        refused(lambda: connection.channel().basic_consume(missing))
        connection.channel().basic_publish(amqp.Message("{}"), exchange=mark("no_exchange"))
    host, stranger = "v." + mark("no_host"), "u " + mark("stranger")
    refused(lambda: connect(port, user, password, host).connect())
    refused(lambda: connect(port, stranger, "WLEAKpassword9", virtual_host).connect())
    print("\n".join(sorted(set(PLACES))))


if __name__ == "__main__":
    main(*sys.argv[1:])
