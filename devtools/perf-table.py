#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""Compare uacce_zip with DPDK's software compression drivers, as a table.

Runs the distribution's own dpdk-test-compress-perf over files, for each driver in
turn on the same core (A B C A B C ...), and prints the medians. Figures are Gbit/s
of uncompressed data; "size" is the compressed size in percent of the original.

The tool keeps two CPUs busy all the time. A run that got clearly less than that was
disturbed by other programs: it is done again, a few times at most, and only counts
if there is no better one.
"""

import argparse
import json
import math
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time

TOOL = "dpdk-test-compress-perf"
OURS = "uacce_zip"
# The level each driver takes for RTE_COMP_LEVEL_PMD_DEFAULT (-1). The tool can't give
# -1: its --compress-level reads unsigned numbers up to 9.
DEFAULT_LEVEL = {OURS: 1, "compress_isal": 1, "compress_zlib": 6}
FAILURE = re.compile(r"not successful|Out of space|could not be created|not the same")
ROW = re.compile(r"^ *\d+ +(\d+) +(\d+) +([\d.]+) +([\d.]+) +([\d.]+) *$", re.M)
RUN_TIMEOUT = 120
# Where EAL keeps a folder for each file prefix.
RUNTIME_DIR = ("/var/run/dpdk" if os.geteuid() == 0 else
               os.path.join(os.environ.get("XDG_RUNTIME_DIR") or "/tmp", "dpdk"))
# What share of its two CPUs a run may lack, and how many runs are done again for it.
DISTURBED = 0.05
AGAIN_SHARE = 0.4


class RunError(Exception):
    """A run of the tool failed."""


class Runner:
    """Runs the tool, with as many iterations as give the wanted time."""

    def __init__(self, options):
        self.options = options
        self.prefix = f"uacce_zip.perf.{os.getpid()}"
        self.rate = {}
        self.idle_least = math.inf
        cpus = sorted(os.sched_getaffinity(0))
        self.one_cpu = len(cpus) == 1
        if not self.one_cpu:
            # the first lcore only waits, the second one works
            self.lcores = ["-l", f"{cpus[0]},{cpus[1]}"]
        else:
            self.lcores = ["--lcores", f"0@{cpus[0]},1@{cpus[0]}"]
            note("Only one CPU: the tool's waiting thread shares it with the working one,\n"
                 "so the figures are about half of what they should be.")

    def command(self, driver, path, size, level, iterations):
        command = [TOOL, *self.lcores, "--no-pci", "--log-level", "user1:5",
                   "--file-prefix", self.prefix]
        if self.options.huge:
            command += ["--in-memory", "--iova-mode", "va"]
        else:
            command += ["--no-huge", "-m", "512"]
        vdev = driver
        if driver == OURS:
            if self.options.plugin:
                command += ["-d", self.options.plugin]
            if self.options.devargs:
                vdev += "," + self.options.devargs
        return command + [
            f"--vdev={vdev}", "--", "--ptest", "throughput", "--driver-name", driver,
            "--input-file", path, "--seg-sz", str(size), "--max-num-sgl-segs", "1",
            "--burst-sz", str(self.options.burst), "--pool-sz", "8192",
            "--operation", "comp_and_decomp", "--huffman-enc", "dynamic",
            "--compress-level", str(level), "--num-iter", str(iterations)]

    def run(self, driver, path, size, level, iterations=0):
        """Return (compression Gbit/s, decompression Gbit/s, compressed bytes, lost CPU)."""
        data_bits = os.path.getsize(path) * 8
        if not iterations:
            comp, decomp = (self.rate.get((driver, level, path, size)) or
                            self.rate.get((driver, level)) or (0.2, 1.0))
            once = data_bits / comp / 1e9 + data_bits / decomp / 1e9
            iterations = max(2, min(500, math.ceil(self.options.seconds / once)))
        command = self.command(driver, path, size, level, iterations)
        before, start = cpu_seconds(), time.monotonic()
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, errors="replace", timeout=RUN_TIMEOUT, check=False)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"{driver}: no end after {RUN_TIMEOUT} s\n"
                           f"{' '.join(command)}") from error
        finally:
            # EAL leaves its files behind
            shutil.rmtree(os.path.join(RUNTIME_DIR, self.prefix), ignore_errors=True)
        wall = time.monotonic() - start
        idle = 2 * wall - (cpu_seconds() - before)
        row = ROW.search(done.stdout)
        if done.returncode != 0 or not row or FAILURE.search(done.stderr):
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise RunError(f"{driver}: status {done.returncode}\n{' '.join(command)}\n{tail}")
        result = (float(row[4]), float(row[5]), int(row[2]))
        if min(result) <= 0 or not math.isfinite(max(result)):
            raise RunError(f"{driver}: {row[0].strip()}\n{' '.join(command)}")
        self.rate[driver, level, path, size] = self.rate[driver, level] = result[:2]
        # starting and ending need one CPU: what the best run has left idle
        self.idle_least = min(self.idle_least, idle)
        lost = (idle - self.idle_least) / (2 * wall) if not self.one_cpu else 0
        return (*result, lost)

    def run_undisturbed(self, again, *args):
        """The same, but again while others take CPU from it and "again" allows it."""
        result = self.run(*args)
        for _ in range(2):
            if result[3] <= DISTURBED or again[0] <= 0:
                break
            again[0] -= 1
            result = min(result, self.run(*args), key=lambda r: r[3])
        return result


def cpu_seconds():
    """What the programs run so far have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def note(text):
    print(text, file=sys.stderr, flush=True)


def usable_drivers(runner, drivers, path):
    """Leave out peers that this DPDK does not have; ours must be there."""
    usable = []
    for driver in drivers:
        try:
            runner.run(driver, path, 8192, 1, 2)
            usable.append(driver)
        except RunError as error:
            if driver == OURS:
                raise
            note(f"{driver} is left out, it does not run here: {error}")
    return usable


def measure(runner, options, files):
    drivers = usable_drivers(runner, options.drivers, next(iter(files.values())))
    if not drivers:
        raise RunError("no driver to measure")
    # one that takes another level by default runs at that level too, in the same turns
    turns = [(d, 1) for d in drivers] + [(d, DEFAULT_LEVEL[d]) for d in drivers
                                         if DEFAULT_LEVEL[d] != 1]
    samples = {}
    again = [int(AGAIN_SHARE * options.rounds * len(files) * len(options.sizes) * len(turns))]
    start = time.monotonic()
    for turn in range(options.rounds):
        for name, path in files.items():
            note(f"  round {turn + 1} of {options.rounds}: {name} "
                 f"({time.monotonic() - start:.0f} s)")
            for size in options.sizes:
                for driver, level in turns:
                    samples.setdefault((name, size, driver, level), []).append(
                        runner.run_undisturbed(again, driver, path, size, level))
    note(f"  measured in {time.monotonic() - start:.0f} s")
    lost = [run[3] for runs in samples.values() for run in runs]
    results = []
    for which in ("1", "default"):
        for name, path in files.items():
            for size in options.sizes:
                cell = {"data": name, "bytes": os.path.getsize(path), "level": which,
                        "op_size": size, "drivers": {}}
                for driver in drivers:
                    level = 1 if which == "1" else DEFAULT_LEVEL[driver]
                    runs = samples[name, size, driver, level]
                    good = ([r for r in runs if r[3] <= DISTURBED] or
                            [min(runs, key=lambda r: r[3])])
                    cell["drivers"][driver] = {
                        "level": level,
                        "comp_gbps": statistics.median(r[0] for r in good),
                        "decomp_gbps": statistics.median(r[1] for r in good),
                        "size_percent": round(100 * runs[0][2] / cell["bytes"], 2),
                        "rounds": [[r[0], r[1], round(r[3], 3)] for r in runs],
                    }
                results.append(cell)
    return {"machine": machine(), "settings": {
        "rounds": options.rounds, "burst": options.burst, "huffman": "dynamic",
        "memory": "hugepages" if options.huge else "no hugepages",
        "devargs": options.devargs}, "drivers": drivers,
        "runs": len(lost), "disturbed": sum(x > DISTURBED for x in lost), "results": results}


def machine():
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.lower().startswith(("model name", "cpu part")):
                cpu = line.split(":", 1)[1].strip()
                break
    version = subprocess.run(["pkg-config", "--modversion", "libdpdk"], capture_output=True,
                             text=True, check=False).stdout.strip()
    return {"cpu": cpu, "cpus": len(os.sched_getaffinity(0)), "dpdk": version or "unknown",
            "load_average": os.getloadavg()[1]}


def multiples(cell):
    """How many times a peer's speed ours is."""
    ours = cell["drivers"].get(OURS)
    if not ours:
        return {}
    return {peer: (ours["comp_gbps"] / value["comp_gbps"],
                   ours["decomp_gbps"] / value["decomp_gbps"])
            for peer, value in cell["drivers"].items() if peer != OURS}


def summary(report, which):
    """Peer -> ((mean, least, most) for compression, the same for decompression)."""
    out = {}
    for cell in report["results"]:
        if cell["level"] == which:
            for peer, pair in multiples(cell).items():
                out.setdefault(peer, []).append(pair)
    return {peer: tuple((statistics.geometric_mean(v), min(v), max(v)) for v in zip(*pairs))
            for peer, pairs in out.items()}


def level_note(report, which):
    if which == "1":
        return "level 1"
    levels = report["results"][-1]["drivers"]
    return ("default level (" +
            ", ".join(f"{d}: {v['level']}" for d, v in levels.items()) + ")")


def render_text(report):
    drivers = report["drivers"]
    lines = []
    for which in ("1", "default"):
        cells = [c for c in report["results"] if c["level"] == which]
        peers = list(multiples(cells[0]))
        for name in dict.fromkeys(c["data"] for c in cells):
            part = [c for c in cells if c["data"] == name]
            lines += ["", f"{name}, {part[0]['bytes'] / 2**20:.1f} MiB, "
                          f"{level_note(report, which)}, Gbit/s"]
            lines.append("op size" + "".join(f" |{d:^22}" for d in drivers) +
                         "".join(f" |{'x ' + p:^16}" for p in peers))
            lines.append("       " + " |   comp  decomp  size%" * len(drivers) +
                         " |    comp  decomp" * len(peers))
            for cell in part:
                line = f"{cell['op_size']:7}"
                for value in (cell["drivers"][d] for d in drivers):
                    line += (f" | {value['comp_gbps']:6.2f} {value['decomp_gbps']:7.2f}"
                             f" {value['size_percent']:6.1f}")
                for pair in multiples(cell).values():
                    line += f" | {pair[0]:7.2f} {pair[1]:7.2f}"
                lines.append(line)
    lines += ["", *notes(report)]
    for which in ("1", "default"):
        lines += [f"{OURS} at {level_note(report, which)}, geometric means: {text}"
                  for text in summary_lines(report, which)]
    return "\n".join(lines)


def summary_lines(report, which):
    return [f"{comp[0]:.2f} times {peer} at compression ({comp[1]:.2f} to {comp[2]:.2f}), "
            f"{decomp[0]:.2f} times at decompression ({decomp[1]:.2f} to {decomp[2]:.2f})"
            for peer, (comp, decomp) in summary(report, which).items()]


def notes(report):
    mach, settings = report["machine"], report["settings"]
    disturbed = []
    if report["disturbed"]:
        disturbed = [f"Other programs took CPU time from {report['disturbed']} of "
                     f"{report['runs']} runs: figures are less certain."]
    # a figure without such a run is that of the run that was disturbed least
    least = any(all(run[2] > DISTURBED for run in value["rounds"])
                for cell in report["results"] for value in cell["drivers"].values())
    return disturbed + [
        f"{mach['cpu']}, {mach['cpus']} CPUs, DPDK {mach['dpdk']}, {settings['memory']}; "
        f"{TOOL} on one core,",
        f"medians of the undisturbed of {settings['rounds']} interleaved rounds"
        f"{' (where there is none: the least disturbed)' if least else ''},",
        f"bursts of {settings['burst']}, one segment per operation, dynamic Huffman codes.",
        "The tool can't give a driver level -1 (its --compress-level reads unsigned numbers up",
        "to 9), so \"default\" is the level that each driver takes for it by its documentation.",
    ]


def render_markdown(report):
    drivers = report["drivers"]
    lines = []
    for which in ("1", "default"):
        cells = [c for c in report["results"] if c["level"] == which]
        peers = list(multiples(cells[0]))
        title = level_note(report, which)
        lines += [f"**{title[0].upper()}{title[1:]}**: compression / decompression in Gbit/s, "
                  "compressed size in % of the original", ""]
        lines.append("| data | op size | " + " | ".join(
            [f"`{d}` | size" for d in drivers] + [f"× `{p}`" for p in peers]) + " |")
        lines.append("|---|--:|" + "--:|--:|" * len(drivers) + "--:|" * len(peers))
        for cell in cells:
            row = [cell["data"], str(cell["op_size"])]
            for value in (cell["drivers"][d] for d in drivers):
                row += [f"{value['comp_gbps']:.2f} / {value['decomp_gbps']:.2f}",
                        f"{value['size_percent']:.1f}"]
            row += [f"{c:.2f} / {d:.2f}" for c, d in multiples(cell).values()]
            lines.append("| " + " | ".join(row) + " |")
        lines.append("")
    return "\n".join(lines + notes(report)) + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="data to compress")
    parser.add_argument("--plugin", help=f"the plug-in with {OURS} (else EAL finds it itself)")
    parser.add_argument("--devargs", default="", help=f"device arguments of {OURS}")
    parser.add_argument("--drivers", default=",".join(DEFAULT_LEVEL), help="(%(default)s)")
    parser.add_argument("--sizes", default="1408,2048,8192,32768", help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--burst", type=int, default=32, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.25,
                        help="what one measurement should take (%(default)s)")
    parser.add_argument("--huge", action="store_true",
                        help="there are hugepages (512 MiB), use them")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there as well")
    parser.add_argument("--from-json", metavar="FILE", help="show these figures, run nothing")
    options = parser.parse_args()
    options.drivers = options.drivers.split(",")
    options.sizes = [int(s) for s in options.sizes.split(",")]
    if not options.files and not options.from_json:
        parser.error("which files?")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    unknown = set(options.drivers) - set(DEFAULT_LEVEL)
    if unknown:
        parser.error(f"unknown drivers: {', '.join(sorted(unknown))}")
    return options


def main():
    options = parse_arguments()
    if options.from_json:
        with open(options.from_json, encoding="utf-8") as source:
            report = json.load(source)
    else:
        if not shutil.which(TOOL):
            sys.exit(f"{TOOL} is not installed (Debian package dpdk-dev)")
        files = {os.path.basename(f).removesuffix(".bin"): f for f in options.files}
        try:
            report = measure(Runner(options), options, files)
        except RunError as error:
            sys.exit(f"perf-table: {error}")
    print(render_text(report))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(report, out, indent=1)
            out.write("\n")
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as out:
            out.write(render_markdown(report))


if __name__ == "__main__":
    main()
