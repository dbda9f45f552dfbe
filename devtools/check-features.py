#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""Is the guide's table of features what the driver says of itself?

Usage: check-features.py [--default INI] INI PROGRAM [EAL ARGUMENT...]

INI is the driver's table, PROGRAM uacce-zip-caps. It is run with the soft device and
with an engine: a class tree of ours holds one, which need not work to be asked. What
either has must be in the table and nothing else. --default names DPDK's list of rows;
those that this DPDK has no flag for are not judged.
"""

import argparse
import os
import subprocess
import sys
import tempfile

# row: name of the flag or algorithm, in newer versions of DPDK only a flag that tells
ROWS = {
    "HW Accelerated": ("HW_ACCELERATED", None),
    "CPU SSE": ("CPU_SSE", None),
    "CPU AVX": ("CPU_AVX", None),
    "CPU AVX2": ("CPU_AVX2", None),
    "CPU AVX512": ("CPU_AVX512", None),
    "CPU NEON": ("CPU_NEON", None),
    "Stateful Compression": ("STATEFUL_COMPRESSION", None),
    "Stateful Decompression": ("STATEFUL_DECOMPRESSION", None),
    "Pass-through": ("algorithm NULL", None),
    "OOP SGL In SGL Out": ("OOP_SGL_IN_SGL_OUT", None),
    "OOP SGL In LB  Out": ("OOP_SGL_IN_LB_OUT", None),
    "OOP LB  In SGL Out": ("OOP_LB_IN_SGL_OUT", None),
    "Deflate": ("algorithm DEFLATE", None),
    "LZS": ("algorithm LZS", None),
    "LZ4": ("algorithm LZ4", "LZ4_DICT_ID"),
    "Adler32": ("ADLER32_CHECKSUM", None),
    "Crc32": ("CRC32_CHECKSUM", None),
    "Adler32&Crc32": ("CRC32_ADLER32_CHECKSUM", None),
    "xxHash32": ("XXHASH32_CHECKSUM", "XXHASH32_CHECKSUM"),
    "Fixed": ("HUFFMAN_FIXED", None),
    "Dynamic": ("HUFFMAN_DYNAMIC", None),
    "LZ4 Dictionary ID": ("LZ4_DICT_ID", "LZ4_DICT_ID"),
    "LZ4 Content Checksum": ("LZ4_CONTENT_WITH_CHECKSUM", "LZ4_CONTENT_WITH_CHECKSUM"),
    "LZ4 Content Size": ("LZ4_CONTENT_SIZE", "LZ4_CONTENT_SIZE"),
    "LZ4 Block Checksum": ("LZ4_BLOCK_WITH_CHECKSUM", "LZ4_BLOCK_WITH_CHECKSUM"),
    "LZ4 Block Independence": ("LZ4_BLOCK_INDEPENDENCE", "LZ4_BLOCK_INDEPENDENCE"),
}

# the newest engine there is
ENGINE = {
    "api": "hisi_qm_v5", "algorithms": "zlib\ngzip\ndeflate\nlz77_zstd\nlz77_only\nlz4",
    "flags": "1", "available_instances": "62", "region_mmio_size": "65536",
    "region_dus_size": "262144", "isolate": "0", "isolate_strategy": "0",
}


def read_ini(path):
    """{row: value}, in order. Keys matter to the letter, so no library reads it."""
    rows, section = {}, None
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.strip()
            if line.startswith("["):
                section = line
            elif line and not line.startswith(";") and section == "[Features]":
                key, _, value = line.partition("=")
                rows[key.rstrip()] = value.strip()
    return rows


def run(command, vdev):
    out = subprocess.run(command + [f"--vdev=uacce_zip,{vdev}"], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=300)
    if out.returncode != 0:
        sys.exit(f"{vdev}: status {out.returncode}\n{out.stdout}{out.stderr}")
    print(f"{vdev.partition(',')[0]}:\n{out.stdout}", end="")
    known, has, devices = set(), set(), 0
    for line in out.stdout.splitlines():
        name, colon, flags = line.partition(":")
        if name == "known":
            known = set(flags.split())
        elif colon and name.startswith("uacce_zip"):
            has |= set(flags.split())
            devices += 1
        elif colon and name.startswith("  "):
            has |= set(flags.split()) | {"algorithm " + name.split()[0]}
    if devices != 1 or not known:
        sys.exit(f"{vdev}: no device in what the program prints")
    return known, has


def advertised(command):
    known, has = run(command, "device=soft")
    with tempfile.TemporaryDirectory() as tree:
        entry = os.path.join(tree, "hisi_zip-0")
        os.mkdir(entry)
        for name, text in ENGINE.items():
            with open(os.path.join(entry, name), "w", encoding="utf-8") as f:
                f.write(text + "\n")
        has |= run(command, f"device=hw,class_path={tree},dev_path={tree}")[1]
    return known, has


def judge(rows, valid, known, has):
    """What is wrong, a line each."""
    order = [key for key in valid if key in rows]
    if [key for key in rows if key in valid] != order:
        yield "the rows are not in the order of DPDK's: " + ", ".join(order)
    for key, value in rows.items():
        if key not in ROWS or (valid and key not in valid and ROWS[key][1] is None):
            yield f"'{key}' is no row of DPDK's"
        if value != "Y":
            yield f"'{key}' is '{value}': rows of what there is say Y, others are left out"
    for key in valid:
        if key not in ROWS:
            yield f"DPDK has a row '{key}' that this script does not know"
    for key, (name, since) in ROWS.items():
        if since is not None and since not in known:
            print(f"not judged, as this DPDK does not have it: {key}")
        elif (name in has) != (key in rows):
            yield f"'{key}': the driver {'has' if name in has else 'does not have'} {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--default", help="DPDK's default.ini")
    parser.add_argument("ini")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    rows = read_ini(args.ini)
    valid = read_ini(args.default) if args.default else {}
    if not valid:
        print("no default.ini of DPDK: names of rows are checked against this script's")
    wrong = list(judge(rows, valid, *advertised(args.program)))
    for line in wrong:
        print(f"{os.path.basename(args.ini)}: {line}")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
