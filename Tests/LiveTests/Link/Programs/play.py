"""Sends the packets of a recording onto interfaces, as they are.

Packets of one TCP connection go to one of the interfaces; ports of clients are mostly even. Prints how many packets with the broker's port were sent, as
these are the ones that a capture is to find. Reads classic pcap files of Ethernet with microseconds, little endian.
"""

import argparse
import socket
import struct
import time


def packets(path):
    """Time in seconds, and bytes, of each packet."""
    with open(path, "rb") as file:
        data = memoryview(file.read())
    magic, link_type = struct.unpack_from("<I16xI", data)
    if magic != 0xA1B2C3D4 or link_type != 1:
        raise SystemExit(f"{path} is no pcap file of Ethernet with microseconds")
    offset = 24
    while offset + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, offset)
        offset += 16
        yield seconds + fraction / 1e6, data[offset : offset + length]
        offset += length


def ports(packet):
    """Source and destination of TCP over IPv4, else nothing."""
    if len(packet) < 54 or packet[12:14] != b"\x08\x00" or packet[23] != 6:
        return None
    return struct.unpack_from(">HH", packet, 14 + (packet[14] & 15) * 4)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("interface", nargs="+")
    arguments.add_argument("--speed", type=float, help="times the recording's own; without it as fast as possible")
    arguments.add_argument("--begin", type=float, default=0, help="the part of the packets that is left out first")
    arguments.add_argument("--end", type=float, default=1, help="the part after which all are left out")
    arguments.add_argument("--port", type=int, default=5672, help="the broker's")
    options = arguments.parse_args()

    links = []
    for name in options.interface:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        link.bind((name, 0))
        links.append(link)
    everything = list(packets(options.file))
    chosen = everything[int(len(everything) * options.begin) : int(len(everything) * options.end)]
    sent = 0
    start = time.monotonic()
    for when, packet in chosen:
        ends = ports(packet)
        if options.speed:
            time.sleep(max(0, start + (when - chosen[0][0]) / options.speed - time.monotonic()))
        links[sum(ends) // 2 % len(links) if ends else 0].send(packet)
        if ends and options.port in ends:
            sent += 1
    print(sent, flush=True)


main()
