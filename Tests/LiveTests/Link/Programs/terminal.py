"""Runs a program on a terminal of its own, whose screen goes to standard output.

Lines on standard input say what the person does: `type HEX` presses keys, `look away` reads no more of the screen, as a
connection that hangs, `look` reads on. Prints what the program ended with as the last line of standard error.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios


def main():
    columns, command = int(sys.argv[1]), sys.argv[2:]
    child, screen = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execvp(command[0], command)
    print(f"process {child}", file=sys.stderr, flush=True)
    looks, is_open, orders = True, True, b""
    while True:
        watched = [0] + ([screen] if looks and is_open else [])
        ready, _, _ = select.select(watched, [], [], 0.05)
        if 0 in ready:
            chunk = os.read(0, 4096)
            if not chunk:
                os.kill(child, 9)
                looks = True
            orders += chunk
            *whole, orders = orders.split(b"\n")
            for order in whole:
                if order == b"look":
                    looks = True
                elif order == b"look away":
                    looks = False
                else:
                    os.write(screen, bytes.fromhex(order.split()[1].decode()))
        if screen in ready:
            try:
                chunk = os.read(screen, 65536)
            except OSError:
                chunk = b""
            os.write(1, chunk)
            is_open = bool(chunk)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if looks and is_open:
                drain(screen)
            code = os.waitstatus_to_exitcode(status)
            sys.stderr.write(f"ended {code if code >= 0 else 128 - code}\n")
            return


def drain(screen):
    """What the program wrote last."""
    while select.select([screen], [], [], 0)[0]:
        try:
            chunk = os.read(screen, 65536)
        except OSError:
            return
        if not chunk:
            return
        os.write(1, chunk)


main()
