#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""Make some ordinary traffic on the loopback interface and record it.

A web server, its clients, a name server and a log collector talk over 127.0.0.1.
What passes on "lo" is recorded with a packet socket, once per packet, and written
to DIR/packets.pcap and, as IP payloads (transport header and data: what IPComp
compresses) one after the other, to DIR/packets.bin.

make-corpus.sh runs this in a network namespace of its own (--own-netns), so that
nothing else is on the wire and the interface may be set up like an Ethernet one.
"""

import argparse
import ctypes
import fcntl
import http.client
import http.server
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse

HOST = "127.0.0.1"
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
SIOCSIFMTU = 0x8922
SIOCETHTOOL = 0x8946
ETHTOOL_STSO = 0x1F
ETHTOOL_SGSO = 0x24
IFF_UP = 1
TIME_LIMIT = 60


def set_up_loopback():
    """Bring lo up, with the packet sizes of an Ethernet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        flags = struct.unpack_from("16sh", fcntl.ioctl(
            sock, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0)))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))
        fcntl.ioctl(sock, SIOCSIFMTU, struct.pack("16si20x", b"lo", 1500))
        for command in (ETHTOOL_STSO, ETHTOOL_SGSO):
            value = bytearray(struct.pack("II", command, 0))
            address = (ctypes.c_char * len(value)).from_buffer(value)
            pointer = ctypes.addressof(address)
            try:
                fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", b"lo", pointer))
            except OSError as error:
                print(f"segmentation offload stays on: {error}", file=sys.stderr)


class Recorder(threading.Thread):
    """Record the IPv4 packets of our ports."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        except OSError:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind(("lo", 0))
        self.sock.settimeout(0.2)
        self.ports = set()
        self.packets = []
        self.payload_size = 0
        self.stopping = False

    def run(self):
        while True:
            try:
                frame, address = self.sock.recvfrom(1 << 17)
            except socket.timeout:
                if self.stopping:
                    return
                continue
            # each packet is seen twice on lo, as it leaves and as it arrives
            if address[2] == PACKET_OUTGOING or address[1] != 0x0800 or len(frame) < 38:
                continue
            header = 14 + (frame[14] & 15) * 4
            ports = struct.unpack_from("!HH", frame, header)
            if self.ports.isdisjoint(ports):
                continue
            end = 14 + struct.unpack_from("!H", frame, 16)[0]
            self.packets.append((time.time(), frame[:end], header))
            self.payload_size += end - header

    def write(self, folder, size):
        with open(os.path.join(folder, "packets.pcap"), "wb") as pcap:
            pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for when, frame, _ in self.packets:
                pcap.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6),
                                       len(frame), len(frame)))
                pcap.write(frame)
        payload = b"".join(frame[header:] for _, frame, header in self.packets)
        with open(os.path.join(folder, "packets.bin"), "wb") as out:
            out.write(payload[:size])


class Shop:
    """Some records for the JSON interface to deal in; the same in each run."""

    WORDS = ("bracket bearing coupling gasket washer spindle flange housing valve "
             "sensor relay bushing damper roller piston shim clamp nozzle").split()

    def __init__(self):
        self.random = random.Random(20260101)

    def order(self, number):
        rand = self.random
        lines = [{
            "sku": f"{rand.choice(self.WORDS)[:3].upper()}-{rand.randrange(10**6):06d}",
            "description": " ".join(rand.sample(self.WORDS, 3)),
            "quantity": rand.randrange(1, 40),
            "unit_price": round(rand.uniform(0.5, 400), 2),
        } for _ in range(rand.randrange(1, 6))]
        return {
            "id": number,
            "uuid": "%032x" % rand.getrandbits(128),
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                        time.gmtime(1767225600 + number * 37)),
            "status": rand.choice(["new", "paid", "packed", "shipped", "returned"]),
            "customer": {"id": rand.randrange(5000), "country": rand.choice(["DE", "FR", "JP"])},
            "lines": lines,
        }


def make_handler(files, shop):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Example/1.0"
        disable_nagle_algorithm = True
        wbufsize = 64 << 10

        def reply(self, kind, body):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            url = urllib.parse.urlparse(self.path)
            if url.path.startswith("/files/"):
                with open(files[int(url.path.rsplit("/", 1)[1])], "rb") as source:
                    self.reply("text/plain; charset=utf-8", source.read(256 << 10))
            else:
                page = int(urllib.parse.parse_qs(url.query)["page"][0])
                orders = [shop.order(page * 20 + i) for i in range(20)]
                self.reply("application/json",
                           json.dumps({"page": page, "orders": orders}).encode())

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply("application/json", b'{"accepted":true}')

        def log_message(self, *args):
            pass

    return Handler


def dns_name(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


def name_server(sock):
    """Answer name queries."""
    while True:
        try:
            data, peer = sock.recvfrom(4096)
        except OSError:
            return
        question = data[12:]
        answer = b"".join(b"\xc0\x0c" + struct.pack("!HHIH4s", 1, 1, 300, 4, os.urandom(4))
                          for _ in range(2))
        sock.sendto(data[:2] + b"\x81\x80\0\1\0\2\0\0\0\0" + question + answer, peer)


def client_round(number, files, shop, http_port, dns_port, log_port):
    """What one visit to the shop looks like."""
    rand = shop.random
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        for _ in range(20):
            name = f"{rand.choice(shop.WORDS)}{rand.randrange(100)}.example"
            sock.sendto(struct.pack("!HHHHHH", rand.randrange(65536), 0x0100, 1, 0, 0, 0) +
                        dns_name(name) + b"\0\1\0\1", (HOST, dns_port))
            sock.recv(4096)
        for i in range(60):
            line = (f"<134>1 2026-01-01T10:{number % 60:02d}:{i:02d}.{rand.randrange(1000):03d}Z "
                    f"host{rand.randrange(8)} shop {rand.randrange(300, 9999)} - - "
                    f"level=info method={rand.choice(['GET', 'POST'])} path=/api/orders/"
                    f"{rand.randrange(100000)} status={rand.choice([200, 200, 200, 404, 503])} "
                    f"duration_ms={rand.uniform(0.2, 90):.3f}")
            sock.sendto(line.encode(), (HOST, log_port))
    connection = http.client.HTTPConnection(HOST, http_port, timeout=5)
    headers = {"User-Agent": "client/2.3 (loopback)", "Accept": "*/*",
               "Cookie": "session=%032x" % rand.getrandbits(128)}
    for i in range(4):
        connection.request("GET", f"/api/orders?page={number * 4 + i}", headers=headers)
        connection.getresponse().read()
        connection.request("POST", "/api/events", json.dumps(shop.order(i)), headers)
        connection.getresponse().read()
    for i in range(3):
        connection.request("GET", f"/files/{(number * 3 + i) % len(files)}", headers=headers)
        connection.getresponse().read()
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=4 << 20, help="bytes of IP payload")
    parser.add_argument("--own-netns", action="store_true",
                        help="the network namespace is ours: lo may be changed")
    parser.add_argument("folder", help="where packets.bin and packets.pcap go")
    options = parser.parse_args()
    files = [line for line in sys.stdin.read().splitlines() if os.access(line, os.R_OK)]
    if not files:
        sys.exit("no files to serve (their names are read from standard input)")
    if options.own_netns:
        set_up_loopback()
    recorder = Recorder()
    shop = Shop()
    server = http.server.ThreadingHTTPServer((HOST, 0), make_handler(files, shop))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    logs = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for sock in (names, logs):
        sock.bind((HOST, 0))
    threading.Thread(target=name_server, args=(names,), daemon=True).start()
    ports = (server.server_address[1], names.getsockname()[1], logs.getsockname()[1])
    recorder.ports = set(ports)
    recorder.start()
    started = time.monotonic()
    number = 0
    while recorder.payload_size < options.size:
        if time.monotonic() - started > TIME_LIMIT:
            sys.exit(f"only {recorder.payload_size} bytes in {TIME_LIMIT} s")
        client_round(number, files, shop, *ports)
        number += 1
    recorder.stopping = True
    recorder.join(5)
    server.shutdown()
    recorder.write(options.folder, options.size)
    print(f"{len(recorder.packets)} packets, {recorder.payload_size} bytes of IP payload")


if __name__ == "__main__":
    main()
