// SPDX-License-Identifier: GPL-2.0-only
// Which files a killed kbuild left in a state that make must not believe.
#pragma once

#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// Of the files that make wrote (`changed`, paths below the object tree
/// `objects`), those that may be half written.
///
/// kbuild makes "dir/x.o" by running its command, then writes "dir/.x.o.cmd",
/// then removes "dir/.x.o.d" (scripts/Kbuild.include, if_changed and
/// cmd_and_fixdep).  So a file is whole if its .cmd is as new as itself, was
/// written by the same run and has no .d beside it.  Headers without a .cmd are renamed into place or
/// written by one echo: whole unless empty.  Host tools without a .cmd
/// (tools/, scripts/) are whole once an object of the kernel is, since kbuild
/// finishes `prepare` first.  vmlinux is always linked again: it has side products.
[[nodiscard]] std::vector<fs::path> unfinished_files(const fs::path& objects, const std::vector<fs::path>& changed);

}  // namespace diobench
