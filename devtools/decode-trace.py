#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""Print what a soft device's trace holds (devarg soft_trace).

Usage: decode-trace.py [--json] [--requests] [--queue N] FILE...

Without --requests, every record with every word that is not 0 by name. With it, one line
for each request and its answer: what does not differ between two runs that ask for the
same. Addresses become symbols ("flat", "sgl", a stream's context "ctx0" and what lies in
it "ctx0+0x9800") and alignments; tags are left out, where they are is told. Needs nothing
but Python.
"""

import argparse
import collections
import json
import struct
import sys

HEAD = struct.Struct("<8sHHH18x")
RECORD = struct.Struct("<QQIHHHBBBBBx128s")
MAGIC = b"UZTRACE\0"
VERSION = 1

KINDS = {
    1: "open", 2: "start", 3: "put", 4: "close", 5: "mmio", 6: "sqe", 7: "done", 8: "cqe",
    9: "src_sgl", 10: "dst_sgl", 11: "src_sge", 12: "dst_sge",
}
Record = collections.namedtuple(
    "Record", "ns addr pid device queue index kind api dir ext nb data")

# names of the 32 words of an SQE, datasheet 3.1
WORDS = [
    "consumed", "produced", "comp_data_length", "status", "input_data_length", "lba_l",
    "lba_h", "dw7", "dw8", "dw9", "dif_l", "dif_h", "priv_info", "dw13", "dest_avail_out",
    "ctx_dw0", "comp_head_addr_l", "comp_head_addr_h", "source_addr_l", "source_addr_h",
    "dest_addr_l", "dest_addr_h", "stream_ctx_addr_l", "stream_ctx_addr_h",
    "literals_addr_l", "literals_addr_h", "dw26", "dw27", "ctx_dw1", "ctx_dw2", "isize",
    "checksum",
]
DIRS = {0: "compress", 1: "decompress"}
REQUESTS = {1: "deflate", 2: "zlib", 3: "gzip", 4: "lz4", 0xf0: "ext_copy", 0xf1: "ext_verify"}
BUFFERS = {0: "flat", 1: "sgl"}
WINDOWS = {0: "4K", 1: "8K", 2: "16K", 3: "24K", 4: "32K"}
STATUS = {
    0x00: "ok", 0x0b: "bad", 0x0d: "neg_comp", 0x0e: "no_space", 0x10: "check",
    0x13: "stream_end", 0xff: "ext_pending",
}
STATES = {0: "normal", 1: "last_no_room", 2: "no_room", 3: "not_started", 4: "no_crc"}
# what the driver keeps in the context before and after the device's part, 5.1
CTX_HW = 64
CTX_LEN = 0x10000


def addr(words, low):
    """A 64-bit address of two words."""
    return words[low] | words[low + 1] << 32


def named(table, value):
    """The name of a value, or the value if it has none."""
    return table.get(value, hex(value))


def dw7(word):
    """Control word 1, datasheet 3.2."""
    return {
        "input_skip": word & 0xffffff, "reserved": word >> 24 & 1,
        "flush": "finish" if word >> 25 & 1 else "sync",
        "mode": "stateful" if word >> 26 & 1 else "stateless",
        "new": word >> 27 & 1, "sqe_type": word >> 28,
    }


def dw9(word):
    """Control word 2, datasheet 3.2."""
    return {
        "request": named(REQUESTS, word & 0xff), "buffer": named(BUFFERS, word >> 8 & 0xf),
        "window": named(WINDOWS, word >> 12 & 0xf), "align": word >> 16,
    }


def ctx_dw0(word):
    """State of a stream, datasheet 5.2."""
    return {
        "state": named(STATES, word & 0xf), "bfinal": word >> 7 & 1,
        "tail_bits": word >> 10 & 0x3f,
    }


def status(word):
    """Outcome, datasheet 3.9."""
    return {"status": named(STATUS, word & 0xff), "last_block": word >> 8 & 1}


NOTES = {3: status, 7: dw7, 9: dw9, 15: ctx_dw0}


def decode_sqe(data):
    """Every word of an SQE by name; what has parts with its parts."""
    words = struct.unpack("<32I", data)
    out = {}
    for i, word in enumerate(words):
        name = f"dw{i}" if WORDS[i] == f"dw{i}" else f"dw{i} {WORDS[i]}"
        if word != 0:
            out[name] = hex(word)
            if i in NOTES:
                out[name] += " " + " ".join(f"{k}={v}" for k, v in NOTES[i](word).items())
    return out


def decode_cqe(data):
    """A CQE, datasheet 2.4."""
    _, cmd, _, head, num, _, phase = struct.unpack_from("<IHHHHHH", data)
    return {"cmd_id": cmd, "sq_head": head, "sq_num": num, "phase": phase & 1}


def decode_sgl(data):
    """Header of a list, datasheet 4.1; `next` and `total` are software's."""
    next_dma, chain, used, room = struct.unpack_from("<QHHH", data)
    software, total = struct.unpack_from("<QQ", data, 48)
    return {
        "next_dma": hex(next_dma), "entry_sum_in_chain": chain, "entry_sum_in_sgl": used,
        "entry_length_in_sgl": room, "next": hex(software), "total": total,
    }


def decode_sges(data, nb):
    """Entries, datasheet 4.2."""
    out = []
    for i in range(nb):
        base, ctrl, length, pad, va = struct.unpack_from("<QQIIQ", data, 32 * i)
        out.append({"addr": hex(base), "page_ctrl": hex(ctrl), "len": length, "pad": pad,
                    "va": hex(va)})
    return out


def decode_mmio(record):
    """A doorbell, datasheet 2.5."""
    value = record.addr
    return {
        "offset": hex(record.index), "value": hex(value), "queue": value & 0x3ff,
        "command": named({0: "sq", 1: "cq"}, value >> 12 & 0xf),
        "random": value >> 16 & 0xffff, "index": value >> 32 & 0xffff, "priority": value >> 48,
    }


def decode(record):
    """What a record says beyond its head."""
    kind = KINDS.get(record.kind)
    if kind == "open":
        return {"sq_depth": record.addr & 0xffff, "cq_depth": record.addr >> 16}
    if kind == "start":
        return {"qc_type": named(DIRS, record.dir)}
    if kind == "mmio":
        return decode_mmio(record)
    if kind in ("sqe", "done"):
        return {"slot": record.index, **decode_sqe(record.data)}
    if kind == "cqe":
        return {"place": record.index, **decode_cqe(record.data)}
    if kind in ("src_sgl", "dst_sgl"):
        return {"slot": record.index, "at": hex(record.addr), **decode_sgl(record.data)}
    if kind in ("src_sge", "dst_sge"):
        return {"slot": record.index, "at": hex(record.addr),
                "entries": decode_sges(record.data, record.nb)}
    return {}


def print_record(record, as_json):
    """One record in full."""
    head = {
        "time": f"{record.ns / 1e9:.9f}", "pid": record.pid, "device": record.device,
        "api": record.api, "ext": record.ext, "queue": record.queue,
        "kind": KINDS.get(record.kind, record.kind),
    }
    if as_json:
        print(json.dumps({**head, **decode(record)}))
        return
    print(f"{head['time']} pid {head['pid']} device {head['device']} v{head['api']} "
          f"queue {head['queue']} {head['kind']}")
    for name, value in decode(record).items():
        print(f"    {name}: {value}")


class Contexts:
    """Stream contexts in the order in which they appear, and what lies in them."""

    def __init__(self):
        self.bases = []

    def note(self, hardware):
        """A context, by the address of the device's part."""
        base = hardware - CTX_HW
        if hardware != 0 and base not in self.bases:
            self.bases.append(base)

    def symbol(self, address, buffer):
        """What to call an address."""
        if address == 0:
            return "0"
        for i, base in enumerate(self.bases):
            if base <= address < base + CTX_LEN:
                return f"ctx{i}+{address - base:#x}"
        return buffer


def alignment(address):
    """Largest power of two up to 64 that divides an address."""
    return min(address & -address, 64)


def side(request, contexts, which, low, buffer):
    """One side of a request: the address as a symbol, its lists with theirs."""
    address = addr(request["words"], low)
    out = contexts.symbol(address, buffer)
    if buffer != "sgl":
        return out
    lists = [{k: v for k, v in sgl.items() if k not in ("next_dma", "next")} |
             {"linked": sgl["next_dma"] != "0x0", "va_linked": sgl["next"] != "0x0",
              "aligned": alignment(at)} for at, sgl in request[which + "_sgl"]]
    entries = [
        {"at": contexts.symbol(int(sge["addr"], 16), "flat"), "len": sge["len"],
         "page_ctrl": sge["page_ctrl"], "pad": sge["pad"],
         "va": "same" if sge["va"] == sge["addr"] else named({0: "0"}, int(sge["va"], 16))}
        for sge in request[which + "_sge"]]
    return {"at": out, "lists": lists, "entries": entries}


def normalise(request, contexts):
    """A request without what differs between runs."""
    words = request["words"]
    control = {**dw7(words[7]), **dw9(words[9])}
    # SQEs of type 0 have no such field (3.10)
    if control["sqe_type"] == 0:
        control["window"] = "-"
    contexts.note(addr(words, 22))
    out = {"api": request["api"], "dir": named(DIRS, request["dir"]), **control,
           "output_skip": words[8] & 0xffffff, "in": words[4], "out": words[14],
           "source": side(request, contexts, "src", 18, control["buffer"]),
           "dest": side(request, contexts, "dst", 20, control["buffer"]),
           "ctx": contexts.symbol(addr(words, 22), "?")}
    # the tag is where it is of this type, and may be 0
    tag = 13 if control["sqe_type"] == 0 else 26
    for i in (15, 28, 29, 30, 31):
        out[WORDS[i]] = hex(words[i])
    other = set(range(32)) - {4, 7, 8, 9, 14, tag, 15, 18, 19, 20, 21, 22, 23, 28, 29, 30, 31}
    out["tag"] = f"dw{tag}"
    out["others"] = {f"dw{i}": hex(words[i]) for i in sorted(other) if words[i] != 0}
    answer = request.get("done")
    if answer is not None:
        out["answer"] = {**status(answer[3]), "consumed": answer[0], "produced": answer[1],
                         **ctx_dw0(answer[15]), "stored_left": answer[28] & 0x7ffff,
                         "window_len": answer[29] & 0xffff, "isize": answer[30],
                         "checksum": hex(answer[31])}
        kept = [i for i in range(32) if i not in (0, 1, 2, 3, 10, 11, 15, 28, 29, 30, 31)]
        out["preserved"] = all(answer[i] == words[i] for i in kept)
    return out


def requests_of(records):
    """Requests in the order in which they were fetched."""
    order, by_slot = [], {}
    for record in records:
        kind = KINDS.get(record.kind)
        key = (record.pid, record.device, record.queue, record.index)
        if kind == "sqe":
            by_slot[key] = {
                "api": record.api, "dir": record.dir, "src_sgl": [], "dst_sgl": [],
                "src_sge": [], "dst_sge": [], "words": struct.unpack("<32I", record.data),
            }
            order.append(by_slot[key])
        elif key not in by_slot:
            continue
        elif kind == "done":
            by_slot[key]["done"] = struct.unpack("<32I", record.data)
        elif kind in ("src_sgl", "dst_sgl"):
            by_slot[key][kind].append((record.addr, decode_sgl(record.data)))
        elif kind in ("src_sge", "dst_sge"):
            by_slot[key][kind] += decode_sges(record.data, record.nb)
    return order


def flat_text(value):
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + " ".join(f"{k}={flat_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(flat_text(v) for v in value) + "]"
    return str(value)


def read_records(path):
    """All whole records of a file; says if it is torn."""
    with open(path, "rb") as file:
        head = file.read(HEAD.size)
        if len(head) != HEAD.size:
            raise ValueError(f"{path} is too short")
        magic, version, head_size, record_size = HEAD.unpack(head)
        if magic != MAGIC or version != VERSION:
            raise ValueError(f"{path} is no trace of version {VERSION}")
        if head_size != HEAD.size or record_size != RECORD.size:
            raise ValueError(f"{path} has records of {record_size} bytes")
        while True:
            data = file.read(RECORD.size)
            if len(data) != RECORD.size:
                if data:
                    print(f"{path}: ends within a record", file=sys.stderr)
                return
            yield Record(*RECORD.unpack(data))


def main():
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--requests", action="store_true", help="one line for each request")
    parser.add_argument("--queue", type=int, help="this queue number alone")
    parser.add_argument("files", nargs="+", metavar="FILE")
    args = parser.parse_args()
    for path in args.files:
        records = (r for r in read_records(path) if args.queue in (None, r.queue))
        if not args.requests:
            for record in records:
                print_record(record, args.json)
            continue
        contexts = Contexts()
        for request in requests_of(records):
            line = normalise(request, contexts)
            print(json.dumps(line) if args.json else flat_text(line)[1:-1])


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"decode-trace.py: {error}")
    except BrokenPipeError:
        sys.exit(1)
