# SPDX-License-Identifier: GPL-2.0-only
"""The built program, as its --help describes it: commands, and the options of each."""

import re
import subprocess
from functools import cache


class Program:
    def __init__(self, path: str):
        self.path = path

    @cache
    def help(self, command: tuple[str, ...]) -> str:
        return subprocess.run([self.path, *command, "--help"], capture_output=True, text=True, check=True).stdout

    def commands(self, command: tuple[str, ...] = ()) -> set[str]:
        """Names of the commands below `command`."""
        if not re.search(r"^Usage: .*SUBCOMMAND", self.help(command), re.M):
            return set()
        _, _, listed = self.help(command).partition("\nOptions:\n")
        _, *groups = re.split(r"^[A-Z][\w ]*:$\n", listed.partition("\nExit codes:")[0], flags=re.M)
        found = {name for group in groups for name in re.findall(r"^  ([a-z][\w-]*)(?: |$)", group.partition("\n\n")[0], re.M)}
        return found - {"diobench"}  # of examples

    def options(self, command: tuple[str, ...]) -> set[str]:
        """Options of `command` itself."""
        _, _, listed = self.help(command).partition("\nOptions:\n")
        rows = re.findall(r"^  (-\S+)", listed.partition("\n\n")[0], re.M)
        return {option for row in rows for option in re.findall(r"--?[\w-]+", row)}

    def choices(self, command: tuple[str, ...]) -> dict[str, list[str]]:
        """The values of each option that takes one of a few: "--machine TEXT:{exact,kvm}"."""
        return {option: values.split(",") for option, values in re.findall(r"^  (--[\w-]+) TEXT:\{([^}]+)\}", self.help(command), re.M)}

    def suite(self, command: tuple[str, ...]) -> str:
        """The suite that `command` takes without --suite; empty: it takes none."""
        found = re.search(r"^  --suite TEXT=(\w+)", self.help(command), re.M)
        return found[1] if found else ""

    @cache
    def cells_match(self, suite: str, pattern: str) -> bool:
        """Whether the suite is there and has such cells."""
        return subprocess.run([self.path, "plan", "--suite", suite, "--filter", pattern], capture_output=True, check=False).returncode == 0

    def all_options(self, command: tuple[str, ...] = ()) -> set[str]:
        """Options of `command` and of all below it."""
        return self.options(command).union(*(self.all_options((*command, name)) for name in self.commands(command)))

    def command_of(self, words: list[str]) -> tuple[str, ...]:
        """The longest command that `words` begin with."""
        command: tuple[str, ...] = ()
        for word in words:
            if word not in self.commands(command):
                break
            command = (*command, word)
        return command
