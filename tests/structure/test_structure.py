# SPDX-License-Identifier: GPL-2.0-only
"""bench/ keeps the table of wings; CMake, tests/ and docs/architecture.md have the same rooms."""

import re
import unittest
from pathlib import Path

from tests.structure.wings import MAY_INCLUDE, PARTS_OF_ROOMS, House, Include, breaches, names_said_twice, read_house, room_of, rooms

ROOT = Path(__file__).resolve().parents[2]


class TheHouse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = read_house(ROOT)

    def test_it_is_read(self):
        self.assertGreater(len(self.house.files), 100)
        self.assertGreater(len(self.house.includes), 500)

    def test_every_include_is_allowed_and_none_closes_a_circle(self):
        self.assertEqual([], breaches(self.house))

    def test_cmake_makes_a_library_of_each_room_without_exceptions(self):
        text = (ROOT / "CMakeLists.txt").read_text()
        self.assertEqual(rooms(self.house), set(re.findall(r"^diobench_room\((\S+)", text, re.M)))
        self.assertNotRegex(text, r"EXCLUDE\b(?!_FROM_ALL)|REMOVE_ITEM")

    def test_files_of_a_room_can_be_compiled_as_one(self):
        # Cases of conformance have a namespace each, other parts of rooms a library each.
        files = [path for folder in ("bench", "tests") for path in (ROOT / folder).rglob("*.cc") if path.parent.name not in PARTS_OF_ROOMS]
        self.assertEqual([], names_said_twice({path.relative_to(ROOT).as_posix(): path.read_text() for path in files}))

    def test_a_public_type_has_a_name_of_its_own(self):
        # All rooms share one namespace and end in one program: two types of one name are one type to the linker.
        places: dict[str, list[str]] = {}
        for path in sorted((ROOT / "bench").rglob("*.h")):
            for name in re.findall(r"^(?:struct|class|enum class) (\w+)[^;\n]*\{", path.read_text(), re.M):
                places.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
        self.assertEqual({}, {name: where for name, where in places.items() if len(where) > 1})

    def test_tests_mirror_the_rooms(self):
        folders = {path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("*_test.cc")}
        self.assertEqual(set(), folders - rooms(self.house))

    def test_the_document_names_every_room_and_no_other(self):
        text = (ROOT / "docs/architecture.md").read_text()
        told = set(re.findall(r"^\| `([a-z]+(?:/[a-z]+)?)` \|", text, re.M))
        self.assertEqual(rooms(self.house), told - set(MAY_INCLUDE) | rooms(self.house) & told)

    def test_paths_that_documents_name_are_there(self):
        named = re.compile(r"`((?:bench|docs|kernel-patches|reports|scripts|tests|workloads)/[\w./-]*\w)/?`")
        lost = []
        for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for number, line in enumerate(document.read_text().splitlines(), 1):
                lost += [f"{document.name}:{number}: {path}" for path in named.findall(line) if "NAME" not in path and not (ROOT / path).exists()]
        self.assertEqual([], lost)


class TheRules(unittest.TestCase):
    """The same rules on houses that break them."""

    @staticmethod
    def house(*pairs: tuple[str, str]) -> House:
        files = sorted({name for pair in pairs for name in pair})
        return House([Include(file, 7, target) for file, target in pairs], files)

    def test_a_wing_that_may_not_be_included(self):
        found = breaches(self.house(("bench/common/base/fd.cc", "bench/host/kernel/build.h")))
        self.assertEqual(["bench/common/base/fd.cc:7: includes bench/host/kernel/build.h; what lies in common/ may include common/ only"], found)

    def test_results_know_nothing_of_kernels(self):
        self.assertEqual(1, len(breaches(self.house(("bench/results/serve/page.cc", "bench/host/kernel/series.h")))))

    def test_the_host_side_includes_names_of_the_guests_and_no_more(self):
        self.assertEqual([], breaches(self.house(("bench/host/run/a.cc", "bench/guest/engine/engine.h"))))
        found = breaches(self.house(("bench/host/run/a.cc", "bench/guest/engine/read_loop.h")))
        self.assertEqual(1, len(found))
        self.assertIn("bench/host/run/a.cc:7", found[0])

    def test_a_circle_is_named_with_the_includes_that_close_it(self):
        found = breaches(self.house(("bench/host/run/a.cc", "bench/host/profile/b.h"), ("bench/host/profile/b.cc", "bench/host/run/c.h")))
        self.assertEqual(1, len(found))
        self.assertIn("host/profile -> host/run -> host/profile", found[0])
        self.assertIn("bench/host/run/a.cc:7", found[0])

    def test_a_folder_that_is_no_wing(self):
        self.assertIn("no wing", breaches(self.house(("bench/extra/a/b.cc", "bench/extra/a/c.h")))[0])

    def test_a_name_that_two_files_of_a_folder_define(self):
        one = "namespace {\n\nconstexpr int kMost = 3;\nstruct Row {\n};\nint count(std::string_view text) {\n}\n\n}  // namespace\n"
        other = "namespace {\n\nconstexpr int kLeast = 3;\nusing Row = int;\nint count(std::string_view line) {\n}\nint count(int number) {\n}\n}  // namespace\nint kMost = 3;\n"
        found = names_said_twice({"bench/host/run/a.cc": one, "bench/host/run/b.cc": other, "bench/host/kernel/a.cc": one})
        self.assertEqual(["bench/host/run/a.cc:6: count(std::string_view) is defined at bench/host/run/b.cc:5, too; both may be compiled as one file"], found)

    def test_parts_of_a_room_and_programs(self):
        self.assertEqual("guest/conformance", room_of("bench/guest/conformance/cases/data.cc"))
        self.assertEqual("nightly", room_of("bench/nightly/night.cc"))
        self.assertEqual("guest/main.cc", room_of("bench/guest/main.cc"))


if __name__ == "__main__":
    unittest.main()
