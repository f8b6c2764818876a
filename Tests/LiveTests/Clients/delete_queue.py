"""Deletes a queue, as the management plugin or a careless script would.

usage: delete_queue.py PORT VIRTUAL_HOST QUEUE
"""

import sys

import amqp

if __name__ == "__main__":
    port, virtual_host, queue = sys.argv[1:]
    with amqp.Connection(f"127.0.0.1:{port}", "guest", "guest", virtual_host=virtual_host) as connection:
        connection.channel().queue_delete(queue)
