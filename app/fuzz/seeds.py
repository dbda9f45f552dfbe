#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""Write a few inputs for each fuzzer to start from: seeds.py DIR makes DIR/NAME/*.

What the bytes mean is said at the top of fuzz_NAME.c.
"""

import os
import struct
import sys
import zlib


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


# ------------------------------------------------------------------- devargs

DEVARGS = [
    "", "device=soft", "device=auto", "device=hw", "device=hisi_zip-0,device=hisi_zip-4",
    "device=soft,device=hw", "max_qps=64,fallback=off", "verify=off", "verify=all",
    "class_path=/a/b,dev_path=/c", "device=soft,soft_ext=off,soft_api=2",
    "device=soft,soft_ext=off,soft_api=5,soft_threads=64", "soft_instant=on,soft_depth=32768",
    "soft_queues=1023,socket_id=0", "soft_faults=status:c:0:1+ooo:any:3:0:2:0x10",
    "soft_faults=late:d:1:2:3:4+lost+dup+noise+badindex:c:0:0:1:70000",
    "soft_faults=writeback+early+stop+txstop+busy+reset", "device=[a,b],max_qps=1",
    "max_qps=2,max_qps=2", "speed=9", "soft", ",,=,", "device=soft,max_qps=",
]


def devargs(folder):
    for i, text in enumerate(DEVARGS):
        write(folder, f"seed{i:02}", text.encode() + b"\0")


# ---------------------------------------------------------------------- scan

GOOD, NONE = 1, 0
TEXT, DIR, DANGLING, LOOP, FIFO = range(2, 7)
KINDS = 7
ATTRS = ["api", "algorithms", "flags", "available_instances", "region_mmio_size",
         "region_dus_size", "isolate", "isolate_strategy", "numa_node"]


def entry(kind=NONE, name=b"", **attrs):
    """A slot of the tree; attributes are bytes, (bytes, length) or a kind."""
    out = bytes([kind, len(name)]) + name
    for attr in ATTRS:
        value = attrs.get(attr, GOOD)
        text, length = value if isinstance(value, tuple) else (value, None)
        if isinstance(text, bytes):
            length = len(text) if length is None else length
            out += struct.pack("<BHB", TEXT - GOOD, length, len(text)) + text
        else:
            out += bytes([(text - GOOD) % KINDS])
    return out


def tree(*slots, devs=5, skips=4, path=0, asked=255):
    slots = list(slots) + [entry()] * (4 - len(slots))
    return bytes([devs, skips, path, asked]) + b"".join(slots)


def scan(folder):
    good = [entry(GOOD, b"hisi_zip-%d" % i) for i in (10, 2, 0, 1)]
    seeds = [
        tree(), tree(*good), tree(*good, devs=2), tree(*good, skips=1, asked=1),
        tree(*good, path=0xfe), tree(*good, path=0xc0), tree(*good, path=0xff),
        tree(entry(TEXT, b"a"), entry(DIR, b"b"), entry(DANGLING, b"c"), entry(LOOP, b"d")),
        tree(entry(FIFO, b"f"), entry(GOOD, b".hidden"), entry(GOOD, b"x" * 64), good[0]),
        tree(entry(GOOD, b"y" * 63), entry(GOOD, b"z" * 255), entry(GOOD, b"\xff\n")),
    ]
    bad = {
        "api": [b"hisi_qm_v1\n", b"hisi_qm_v2_noiommu\n", b"hisi_qm_v99999999999\n", (b"v", 64)],
        "algorithms": [b"sha256\n", b"lz4\n\nzlib", (b"deflate\n", 383), (b"gzip\n", 1024)],
        "flags": [b"0\n", b"4294967295\n", b"4294967296\n", b"+1\n"],
        "available_instances": [b"0\n", b"-1\n", b"2147483648\n", (b"1", 32)],
        "region_mmio_size": [b"0\n", b"4095\n", b"67108864\n", b"67112960\n"],
        "region_dus_size": [b"151552\n", b"1\0", b"\n", b" 4096\n"],
        "isolate": [b"1\n", b"2\n", b"", b"0x0\n"],
        "isolate_strategy": [b"65535\n", b"abc\n", b"0\n\n", (b"9", 31)],
        "numa_node": [b"-1\n", b"0\n", b"2147483647\n", b"n\n"],
    }
    for attr, texts in bad.items():
        seeds.append(tree(*(entry(GOOD, b"hisi_zip-%d" % i, **{attr: text})
                            for i, text in enumerate(texts))))
        seeds.append(tree(*(entry(GOOD, b"hisi_zip-%d" % kind, **{attr: kind})
                            for kind in (NONE, DIR, LOOP, FIFO))))
    for i, data in enumerate(seeds):
        write(folder, f"seed{i:02}", data)


# ----------------------------------------------------------------------- sqe

WAIT, CARRY, GO_ON, PATCH, NOISE, TYPE = (1 << i for i in range(6))
V2, V3, V5 = range(3)
EXT, DECOMPRESS = 4, 8
DEFLATE, ZLIB, GZIP, LZ4, COPY, VERIFY = 1, 2, 3, 4, 0xf0, 0xf1
FINISH, STATEFUL, NEW = 1 << 25, 1 << 26, 1 << 27
SGL = 1 << 8
PARTIAL, NO_FINAL, CRC, ADLER = 1 << 13, 1 << 10, 1 << 11, 1 << 12
ALL_LISTS = 5 | 5 << 3
REPEAT = 0x40
TEXT_DATA = b"".join(b"The quick brown fox no. %d jumps over %d lazy dogs. " % (i, i * i)
                     for i in range(12))


def ext(level=1, huffman=0, window=15, bits=0):
    return 0x5a530000 | level | huffman << 4 | window << 6 | bits


def sqe(kind, in_len, out_len, flags=0, dw7=FINISH | NEW, src=0, dst=0, ctx=0, dw12=0,
        dw9=0, dw8=0, dw5=0, dw24=0):
    """A request; addresses are offsets."""
    words = [0] * 32
    words[4], words[7], words[8], words[9] = in_len, dw7, dw8, kind | dw9 | 4 << 12
    words[12], words[13], words[14], words[26] = dw12, 0xabcd, out_len, 0xabcd
    words[18], words[20], words[22], words[24], words[5] = src, dst, ctx, dw24, dw5
    return bytes([flags]) + struct.pack("<32I", *words)


def sgl(*entries, nxt=0, nb=None):
    nb = len(entries) if nb is None else nb
    return struct.pack("<BHB", nxt, nb, len(entries) - 1) + b"".join(
        struct.pack("<II", *e) for e in entries)


def device(shape, *requests, how=0, lists=b"", data=TEXT_DATA):
    return bytes([shape, how, len(requests) - 1]) + b"".join(requests) + lists + data


def packed(kind, data, level=6):
    """What an engine takes: no header, the trailer of zlib or gzip."""
    bits, header = {DEFLATE: (-15, 0), ZLIB: (15, 2), GZIP: (31, 10)}[kind]
    packer = zlib.compressobj(level, zlib.DEFLATED, bits)
    return (packer.compress(data) + packer.flush())[header:]


def sqe_stateless():
    n = len(TEXT_DATA)
    for shape, kind in ((V2, ZLIB), (V2, GZIP), (V3, DEFLATE), (V3, ZLIB), (V5, GZIP)):
        yield device(shape, sqe(kind, n, 4096))
        stream = packed(kind, TEXT_DATA)
        yield device(shape | DECOMPRESS, sqe(kind, len(stream), 4096), data=stream)
        yield device(shape | DECOMPRESS, sqe(kind, len(stream), n - 1), data=stream)
    for level, huffman, window, bits in ((0, 0, 15, CRC), (1, 1, 15, ADLER), (9, 2, 8, 0),
                                         (6, 0, 12, NO_FINAL), (1, 2, 15, PARTIAL | CRC)):
        yield device(V3 | EXT, sqe(DEFLATE, 65536, 100000,
                                   dw12=ext(level, huffman, window, bits)), how=REPEAT)
        yield device(V3 | EXT, sqe(DEFLATE, n, 150, dw12=ext(level, huffman, window, bits)))
    yield device(V3 | EXT, sqe(COPY, n, n, dw12=ext()))
    yield device(V3 | EXT, sqe(DEFLATE, 0, 2, dw12=ext()))
    yield device(V3, sqe(DEFLATE, n, 16), sqe(0x77, n, 99), sqe(DEFLATE, 0, 99))
    for level in (0, 1, 9):
        stream = packed(DEFLATE, TEXT_DATA * 8, level)
        yield device(V3 | EXT | DECOMPRESS,
                     sqe(DEFLATE, len(stream), 65536, dw12=ext(bits=CRC | ADLER)), data=stream)
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = b"".join(stream.compress(TEXT_DATA) + stream.flush(zlib.Z_FULL_FLUSH)
                      for _ in range(3))
    yield device(V3 | EXT | DECOMPRESS,
                 sqe(DEFLATE, len(stream), 1000, dw12=ext(bits=PARTIAL)), data=stream)


# a frame of "abcabcabcabcabcabcabcabcabc", as the lz4 program makes it
LZ4_FRAME = bytes.fromhex("04224d186440a7"
                          "0d0000003f61626303000050626361626300000000" "56c7d67b")


def sqe_extension():
    n = len(TEXT_DATA)
    half = n // 2
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=TEXT_DATA[:half])
    tail = packer.compress(TEXT_DATA[half:]) + packer.flush()
    stream = packed(DEFLATE, TEXT_DATA)
    for bits in (0, 0x100, 0x3c):
        yield device(V5 | EXT, sqe(LZ4, n, 4096, dw12=ext(window=0), dw5=bits))
        yield device(V5 | EXT, sqe(LZ4, 60000, 70000, dw12=ext(9, window=0), dw5=bits),
                     how=REPEAT)
        yield device(V5 | EXT | DECOMPRESS,
                     sqe(LZ4, len(LZ4_FRAME), 4096, dw12=ext(window=0), dw5=bits),
                     data=LZ4_FRAME)
    for dw7 in (FINISH | NEW, FINISH | NEW | STATEFUL):
        yield device(V3 | EXT, sqe(DEFLATE, n - half, 4096, dw7=dw7, src=half,
                                   dw12=ext(bits=CRC), dw5=half << 16))
        yield device(V3 | EXT | DECOMPRESS,
                     sqe(DEFLATE, len(tail), 4096, dw7=dw7, src=half, dw12=ext(),
                         dw5=half << 16 | 0x100), data=TEXT_DATA[:half] + tail)
    yield device(V3 | EXT | DECOMPRESS, sqe(DEFLATE, len(stream), n, dw12=ext()),
                 sqe(VERIFY, len(stream), n, dw12=ext()),
                 sqe(VERIFY, len(stream), n - 1, dw12=ext()), data=stream)
    yield device(V3 | EXT, sqe(DEFLATE, 300, 900, dw7=NEW | STATEFUL, dw12=ext(), dw5=0x100),
                 sqe(DEFLATE, 300, 900, CARRY | GO_ON, dw7=STATEFUL | FINISH, dw12=ext(),
                     dw5=0x300, dst=900))


def sqe_lists():
    n = len(TEXT_DATA)
    many = (sgl((0, 7), (7, 1), (8, 100), (108, 0), nxt=1), sgl((108, 64), nxt=4),
            sgl((0, 8 << 20)), sgl((0xffffffff, 9), nb=300),
            sgl((100, 3), (50, 9), nb=255))
    room = (sgl((0, 1), (2, 40), (100, 4096), nxt=1), sgl((5000, 30000), nxt=2),
            sgl((60000, 8), (60008, 1), (70000, 60000), nxt=0), sgl((0, 5), nxt=3),
            sgl((90, 17), nb=200))
    lists = b"".join(many + room)
    stream = packed(DEFLATE, TEXT_DATA)
    for shape in (V3, V5 | EXT):
        for data, way in ((TEXT_DATA, 0), (stream, DECOMPRESS)):
            yield device(shape | way, sqe(DEFLATE, len(data), 9000, dw9=SGL), data=data)
            for src, dst in ((0, 0), (1, 2), (4, 1), (2, 0), (3, 0), (0, 3)):
                yield device(shape | way,
                             sqe(DEFLATE, len(stream) if way else 160, 4000, src=src,
                                 dst=dst, dw9=SGL, dw7=FINISH | NEW | 3, dw8=2,
                                 dw12=ext() if shape & EXT else 0),
                             how=ALL_LISTS, lists=lists, data=b"\0\0\0" + data)
    yield device(V3, sqe(DEFLATE, n, 900, src=0x80000100, dw9=SGL))
    yield device(V3, *(sqe(DEFLATE, 100, 200, WAIT, src=i * 10, dst=i * 200)
                       for i in range(8)))


def sqe_streams():
    n = len(TEXT_DATA)
    go_on = CARRY | GO_ON
    for shape, kind in ((V2, ZLIB), (V3, DEFLATE), (V5, GZIP), (V3 | EXT, DEFLATE)):
        dw12 = ext() if shape & EXT else 0
        yield device(shape, sqe(kind, 200, 400, dw7=STATEFUL | NEW, dw12=dw12),
                     sqe(kind, 200, 400, go_on, dw7=STATEFUL, dst=400, dw12=dw12),
                     sqe(kind, n - 400, 900, go_on, dw7=STATEFUL | FINISH, dst=800, dw12=dw12))
        stream = packed(kind, TEXT_DATA)
        steps = [(50, 4096), (1, 100), (0, 300), (len(stream), 60), (len(stream), 200),
                 (len(stream), 4096), (0, 300), (8, 300)]
        yield device(shape | DECOMPRESS,
                     *(sqe(kind, i, o, go_on if k else 0, dst=k * 4096, dw12=dw12,
                           dw7=STATEFUL | (0 if k else NEW)) for k, (i, o) in enumerate(steps)),
                     data=stream)
        yield device(shape | DECOMPRESS,
                     sqe(kind, 60, 4096, dw7=STATEFUL | NEW, dw12=dw12, src=28),
                     sqe(kind, 60, 4096, go_on | PATCH, dw7=STATEFUL, dw12=dw12),
                     data=struct.pack("<HBB", 64, 0, 24) + b"\xff" * 24 + stream)
    yield device(V3 | DECOMPRESS, sqe(DEFLATE, 5, 300, NOISE, dw7=STATEFUL | NEW, ctx=1, src=10),
                 sqe(DEFLATE, 9, 300, CARRY | GO_ON, dw7=STATEFUL, ctx=1),
                 sqe(DEFLATE, 9, 300, dw7=STATEFUL, ctx=0x80001100),
                 data=struct.pack("<HQ", 0x1000, 1 << 16) + packed(DEFLATE, b"abc" * 99))


def sqe_seeds(folder):
    for group in (sqe_stateless, sqe_extension, sqe_lists, sqe_streams):
        for i, data in enumerate(group()):
            write(folder, f"{group.__name__}{i:02}", data)


# ---------------------------------------------------------------- decompress

STATEFUL_BIT = 0x80


def job(what, data, room=4096, step=0, src=(), dst=(), skip=0):
    cuts = struct.pack("<%dH" % (len(src) + len(dst)), *src, *dst)
    head = bytes([what, len(src) | len(dst) << 4, skip, room >> 16])
    return head + struct.pack("<HH", room & 0xffff, step) + cuts + data


def fixed(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_FIXED)
    return packer.compress(data) + packer.flush()


def flushed(data, flush):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return b"".join(packer.compress(data[i:i + 200]) + packer.flush(flush)
                    for i in range(0, len(data), 200)) + packer.flush()


def broken(stream):
    yield stream[:len(stream) // 2]
    yield stream[:-1]
    yield stream + b"more"
    yield stream[:20] + bytes([stream[20] ^ 4]) + stream[21:]


def decompress(folder):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    unfinished = packer.compress(TEXT_DATA) + packer.flush(zlib.Z_FULL_FLUSH)
    streams = [packed(DEFLATE, TEXT_DATA, level) for level in (0, 1, 9)]
    streams += [fixed(TEXT_DATA), flushed(TEXT_DATA, zlib.Z_SYNC_FLUSH),
                flushed(TEXT_DATA, zlib.Z_FULL_FLUSH), unfinished, unfinished + b"\x03\0",
                packed(DEFLATE, b""), packed(DEFLATE, b"a" * 60000), b"\x01\0\0\xff\xff",
                b"\x0b\x00", b"", packed(DEFLATE, bytes(range(256)) * 4)]
    streams += broken(streams[2])
    streams += broken(streams[3])
    for i, data in enumerate(streams):
        jobs = [job(i % 4 | i % 4 << 2, data, 65536),
                job(i % 2, data, len(TEXT_DATA) - i % 2, src=(3, 1, 40), dst=(7, 0, 100)),
                job(1 - i % 2 | i % 4 << 2, data, 5000, src=(9,), dst=(1000, 1), skip=0x23),
                job(2, data, 1 << 17, dst=(65535, 65535)),
                job(i % 4 << 2, data, 450, src=(100,), dst=(33, 5)),
                job(STATEFUL_BIT | i % 3 | i % 4 << 2, data, 4096, 50),
                job(STATEFUL_BIT | i % 3, data, 97, 1 << 10, (5, 9), (30, 1)),
                job(STATEFUL_BIT | (i + 1) % 3, data, 300, 1, skip=0x45)]
        for k, made in enumerate(jobs):
            write(folder, f"seed{i:02}-{k}", made)


# What fuzzers have found: stays in the corpus whatever else reaches the same code.
FOUND = {
    "sqe": [
        # no room for the trailer, and a bit of the extension without the extension
        device(V3 | EXT, sqe(GZIP, len(TEXT_DATA), 125, dw12=PARTIAL)),
        # the same, in other words
        bytes.fromhex(
            "05400000000000c00b535acdb40000d8d8d8d8d8a086010000000000000000000000000000000000"
            "0300000000100000ea000000fffc000000000000cd000000000000000000000020717569636b2062"
            "726f776e31666f78206e6f2e2035206a756d7073206f7665090072203235206e6f2e2036206a756d"
            "00000000cdab0a00070000000000000000000000000000000000340072"),
        # lists that give more than a flat buffer may have
        bytes.fromhex(
            "062d00000000480000a100000000000000000000a403000c00010000000000000300000a02000000"
            "0141000000000000000a0000000353ac32ab0000a00f000000000000000000000000000005000000"
            "00000000020000000000000000000000000000000000000000000000cdab00000000000000000000"
            "00000000000000000000000001040003000000000700000007000000012000000800000064000000"
            "6c00000000002a00040100006c01800001000000000100000000000000008000002c0100ffffffff"
            "09000000010500016400000003100000360000000900000001030000020091000100000002000000"
            "28000000640000000010000000881300ee307500fcfcfc36fcfcfcfcfcfcfcfcfcfcfcfcfcfcfc00"
            "00030079ffff"),
    ],
    "decompress": [
        # bytes behind the end that an engine had taken in
        job(STATEFUL_BIT | 2, b"\x03\x24\0", 4096, 50),
        job(STATEFUL_BIT | 1, b"\x33\0\0d\2" + bytes(10), 25664, 2, skip=0x45),
    ],
}

FUZZERS = {"decompress": decompress, "devargs": devargs, "scan": scan, "sqe": sqe_seeds}


def main():
    for name, fuzzer in FUZZERS.items():
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        fuzzer(folder)
        for i, data in enumerate(FOUND.get(name, [])):
            write(folder, f"found{i:02}", data)


main()
