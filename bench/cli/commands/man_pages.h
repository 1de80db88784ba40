// SPDX-License-Identifier: GPL-2.0-only
// The manual, from the tables that --help shows.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace diobench {

/// man(7) source of each page by its file: "diobench.1", "diobench-run.1", "diobench-kernel-build.1".
[[nodiscard]] std::map<std::string, std::string> man_pages(const CLI::App& app, const std::string& version);

}  // namespace diobench
