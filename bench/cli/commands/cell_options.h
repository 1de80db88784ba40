// SPDX-License-Identifier: GPL-2.0-only
// Options that say which cells: the same for every command that has any.
#pragma once

#include <CLI/CLI.hpp>

#include "bench/host/run/run_suite.h"

namespace diobench {

/// The value is one of these; an error says which there are, and the nearest.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& names);
/// The value is a file to be written, in a folder that is there.
[[nodiscard]] CLI::Validator in_existing_folder();
/// --out; `otherwise` is its default in words. A folder with something in it, or where nothing can be written, is refused at once.
void add_output_option(CLI::App& command, fs::path& output, const std::string& otherwise);
/// --filter and --where; `what` begins their help.
void add_filter_options(CLI::App& command, CellFilter& filter, const std::string& what = "Only");
/// --tree and --rev, the default base of a command's kernels, and, if there is a list for it, --allow-missing.
void add_source_options(CLI::App& command, fs::path& tree, std::string& revision, std::vector<std::string>* allow_missing = nullptr);
/// --workload, --fio-job and what belongs to it.
void add_own_options(CLI::App& command, OwnWorkloads& own);
/// --suite, those of add_own_options(), --filter, --where, --shard, --seeds.
void add_cell_options(CLI::App& command, RunOptions& options);

}  // namespace diobench
