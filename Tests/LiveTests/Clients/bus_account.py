"""What a process sent and took, written down by itself as lines of JSON.

The library's own functions are wrapped where a message has all its ids and is not encoded yet, so an account knows
nothing of what is on the wire.  Events:

sent     a message is about to be published: kind, method, topic, server, request_id, msg_id, unique_id
result   the library is done with a message that was sent: ok, error, timed_out or failed (it was not published)
taken    a message was delivered to a server: reply_q, the queue that an answer goes to
handled  a server is done with it
"""

import json
import threading
import time

from oslo_messaging._drivers import amqp
from oslo_messaging._drivers import amqpdriver
from oslo_messaging import exceptions
from oslo_messaging.rpc import client
from oslo_messaging.rpc import server


class Account:
    def __init__(self, path, service, host):
        self._file = open(path, "a", buffering=1)
        self._lock = threading.Lock()
        self._process = {"service": service, "host": host}

    def write(self, event, **facts):
        entry = {"event": event, "at": time.time(), **self._process, **facts}
        line = json.dumps({key: value for key, value in entry.items() if value is not None}) + "\n"
        with self._lock:
            self._file.write(line)


def keep(account):
    """Wraps the library of this process: from now on `account` holds every message."""
    sending = threading.local()
    _keep_ids(account, sending)
    _keep_requests(account, sending)
    _keep_replies(account, sending)
    _keep_taken(account)


def _keep_ids(account, sending):
    add_unique_id = amqp._add_unique_id

    def wrapped(message):
        add_unique_id(message)
        sending.unique_id = message[amqp.UNIQUE_ID]
        account.write(
            "sent", unique_id=sending.unique_id, msg_id=message.get("_msg_id"),
            **{"method": message.get("method"), "event_type": message.get("event_type"), **sending.facts})

    amqp._add_unique_id = wrapped


def _keep_requests(account, sending):
    send = amqpdriver.AMQPDriverBase._send

    def wrapped(self, target, context, message, *positional, **named):
        is_call = named.get("wait_for_reply") or (positional and positional[0])
        kind = "notification" if named.get("notify") else "call" if is_call else "fanout" if target.fanout else "cast"
        sending.facts = {
            "kind": kind, "topic": target.topic, "server": target.server, "request_id": context.get("request_id")}
        sending.unique_id = None
        result, error = "ok", None
        try:
            return send(self, target, context, message, *positional, **named)
        except exceptions.MessagingTimeout:
            result = "timed_out"
            raise
        except client.RemoteError as failure:
            result, error = "error", failure.exc_type
            raise
        except Exception as failure:
            result, error = "failed", type(failure).__name__
            raise
        finally:
            account.write("result", unique_id=message.get(amqp.UNIQUE_ID), result=result, error=error)

    amqpdriver.AMQPDriverBase._send = wrapped


def _keep_replies(account, sending):
    send_reply = amqpdriver.AMQPIncomingMessage._send_reply

    def wrapped(self, conn, reply=None, failure=None, ending=True):
        sending.facts = {
            "kind": "reply" if ending else "heartbeat", "method": self.message.get("method"), "topic": self.reply_q}
        sending.unique_id = None
        result = "ok"
        try:
            return send_reply(self, conn, reply, failure, ending)
        except Exception:
            result = "failed"
            raise
        finally:
            if sending.unique_id:
                account.write("result", unique_id=sending.unique_id, result=result)

    amqpdriver.AMQPIncomingMessage._send_reply = wrapped


def _keep_taken(account):
    init = amqpdriver.AMQPIncomingMessage.__init__
    process = server.RPCServer._process_incoming

    def taken(self, listener, context, message, unique_id, msg_id, reply_q, *others):
        account.write(
            "taken", method=message.get("method"), request_id=context.get("request_id"), unique_id=unique_id,
            msg_id=msg_id, reply_q=reply_q)
        init(self, listener, context, message, unique_id, msg_id, reply_q, *others)

    def handled(self, incoming):
        unique_id = incoming[0].unique_id
        try:
            return process(self, incoming)
        finally:
            account.write("handled", unique_id=unique_id)

    amqpdriver.AMQPIncomingMessage.__init__ = taken
    server.RPCServer._process_incoming = handled
