// SPDX-License-Identifier: GPL-2.0-only
// What O_DIRECT means on this kernel, and whether that is what its series says.
#include <fmt/format.h>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/direct_support.h"
#include "bench/guest/conformance/other_backends.h"

namespace diobench::mode_cases {

namespace {

std::string sentence(DirectSupport support) {
    switch (support) {
    case DirectSupport::refused: return "open(2) with O_DIRECT is refused with EINVAL";
    case DirectSupport::buffered: return "open(2) with O_DIRECT is accepted and reads go through the page cache";
    default: return "open(2) with O_DIRECT is accepted and reads leave nothing in the page cache";
    }
}

Result<Finding> note_support(World& world) {
    auto found = find_direct_support(world);
    if (!found) return forward(found);
    return noted(sentence(*found));
}

Finding judge_declaration(const World& world, std::string_view key, DirectSupport found) {
    if (found == world.declared_direct()) return passed();
    return failed(fmt::format("the series declares {} = \"{}\"; but {}", key, direct_support_name(world.declared_direct()), sentence(found)));
}

Result<Finding> keeps_declaration(World& world) {
    auto found = find_direct_support(world);
    if (!found) return forward(found);
    return judge_declaration(world, "direct_io", *found);
}

/// What it does was found out before the case.
Result<Finding> keeps_file_declaration(World& world) {
    if (world.declared_direct() == DirectSupport::unknown) return skipped("the series does not say (file_direct_io)");
    return judge_declaration(world, "file_direct_io", world.direct());
}

/// Where Linux says that it takes O_DIRECT.
Result<Finding> keeps_documentation(World& world) {
    if (world.direct() == DirectSupport::direct) return passed();
    return failed(fmt::format("on {} {}; right is that it is accepted and leaves nothing in the file's page cache", world.backend(), sentence(world.direct())));
}

std::vector<Case> all() {
    std::vector<Case> cases = {
        {"mode/direct-support", "An O_DIRECT open of a regular file is refused, or read through the page cache, or read past it.",
         "open(2), O_DIRECT; fs/open.c, do_dentry_open(): FMODE_CAN_ODIRECT", note_support},
        {"mode/declared", "The kernel does with O_DIRECT what its series declares.",
         "open(2): a program that asked for O_DIRECT expects its reads to leave the page cache alone", keeps_declaration},
    };
    for (const auto& backend : other_backends())
        cases.push_back(on_backend(backend.documented_direct
                                       ? Case{"mode/direct-support", "An O_DIRECT open of an uncompressed file is accepted and read past the file's page cache.", std::string(backend.source), keeps_documentation}
                                       : Case{"mode/declared", "The kernel does with O_DIRECT what its series declares.", std::string(backend.source), keeps_file_declaration},
                                   backend));
    return cases;
}

const CaseRegistrar registrar{all};

}  // namespace

}  // namespace diobench::mode_cases
