# SPDX-License-Identifier: GPL-2.0-only
"""What a number is by the clock of its run: counted, modelled or timed, and the words for it.

This is the one place that decides it (of the terminal: bench/results/compare/measures.cc). On machine exact a nanosecond is
an instruction: what the CPU does is counted, and a time is what a model makes of it and of a simulated device. There nothing
is fast or slow unless the model's name stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from reports.style import ns_name

COUNTED, MODELLED, TIMED = "counted", "modelled", "timed"
MOST_DEVICES = 2  # that are named


class Basis(Enum):
    """Where a number comes from, whatever the clock."""

    COUNT = "bytes, pages, requests"
    CPU = "time of the CPU"
    TIME = "time, and what is divided by it"


@dataclass(frozen=True)
class Clock:
    """The words of a clock."""

    cpu: str                    # the kind of what the CPU did
    time: str                   # and of times
    model: str                  # empty if there is none
    meaning: str
    faster: str
    slower: str
    fastest: str
    throughput: tuple[str, str]  # of an arm that has more of it, and less
    cpu_per_read: str
    cpu_need: tuple[str, str]   # less of it, and more
    cpu_least: str
    wrong_floor_from: float     # a floor that is passed by more than this share is wrong, not luck
    before_a_time: str          # stands before a number that would else look like one of a stopwatch

    def kind(self, basis: Basis) -> str:
        """The word for a number."""
        return {Basis.COUNT: COUNTED, Basis.CPU: self.cpu, Basis.TIME: self.time}[basis]

    @property
    def counts_instructions(self) -> bool:
        return self.cpu == COUNTED

    def on(self, *devices: str) -> str:
        """The devices, with the model that times on them are of: "modelled: 1 instruction = 1 ns, device ram"."""
        found = dict.fromkeys(devices)
        names = " or ".join(found)
        if not self.model:
            return names
        return f"{self.time}: {self.model}, " + (f"device {names}" if 0 < len(found) <= MOST_DEVICES else "the simulated device")

    def cpu_text(self, ns: float) -> str:
        """CPU time: "5,870 instructions" or "5.87 µs"."""
        return f"{ns:,.0f} instructions" if self.counts_instructions else ns_name(ns)


VIRTUAL = Clock(
    cpu=COUNTED, time=MODELLED, model="1 instruction = 1 ns",
    meaning="Counted: instructions that were executed, bytes, pages, requests. They are the same on every host and in every repetition of one plan, with one seed, QEMU and compiler, so any "
            "difference between two kernels is a difference in what they do. Modelled: throughput and latency, as if an instruction took 1 ns, plus "
            "the latency of the simulated device that is named. Caches, memory bandwidth, branch prediction and the bus are not in the model: "
            "it ranks arms and shows changes, and is not what a stopwatch would show. Nothing was timed.",
    faster="modelled faster", slower="modelled slower", fastest="modelled fastest",
    throughput=("has a higher throughput", "has a lower throughput"),
    cpu_per_read="instructions per read", cpu_need=("needs fewer instructions per read", "needs more instructions per read"),
    cpu_least="the fewest instructions", wrong_floor_from=0.005, before_a_time="modelled ")
REAL = Clock(
    cpu=TIMED, time=TIMED, model="",
    meaning="Timed: throughput, latency and CPU time, by a real clock on this host. They contain its noise: small differences between single boots "
            "may be chance. Counted: bytes, pages, requests.",
    faster="faster", slower="slower", fastest="fastest", throughput=("reads faster", "reads slower"),
    cpu_per_read="CPU per read", cpu_need=("needs less CPU per read", "needs more CPU per read"),
    cpu_least="least CPU", wrong_floor_from=0.1, before_a_time="")


def clock_of(run_object: dict[str, Any]) -> Clock:
    """Of "run" in a results.json."""
    return VIRTUAL if run_object["clock"]["kind"] == "virtual" else REAL


def clock_note(run_object: dict[str, Any]) -> str:
    """What a unit of time on the axes is, for the top of a figure."""
    return f"machine {run_object['machine']}; {clock_of(run_object).time}: {run_object['clock']['unit_is']}"
