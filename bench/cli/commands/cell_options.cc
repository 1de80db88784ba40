// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/cell_options.h"

#include <algorithm>
#include <cstdio>

#include "bench/common/base/files.h"
#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// "2/3"; the answer is what is wrong.
std::string parse_shard(const std::string& text, RunOptions& options) {
    unsigned number = 0;
    unsigned count = 0;
    int used = 0;
    if (std::sscanf(text.c_str(), "%u/%u%n", &number, &count, &used) != 2 || static_cast<size_t>(used) != text.size() || number == 0 || number > count)
        return "--shard " + text + ": expected NUMBER/COUNT, like 1/3";
    options.shard = number;
    options.shards = count;
    return {};
}

}  // namespace

void add_filter_options(CLI::App& command, CellFilter& filter, const std::string& what) {
    command.add_option("--filter", filter.glob, what + " cells whose id, or label as in tables (\"rand 4k qd1 pread\"), matches; '*' also matches '/'")->option_text("GLOB");
    command.add_option("--where", filter.where, what + " cells with these values, such as io=direct,block_size=4k|8k,cache_state=local")->option_text("NAME=VALUE[|VALUE],...");
}

void add_source_options(CLI::App& command, fs::path& tree, std::string& revision, std::vector<std::string>* allow_missing) {
    command.add_option("--tree", tree, "Kernel source of kernels named without @BASE, a tree or a tarball (default: Debian's linux-source-6.12); it is not touched")->check(CLI::ExistingPath)->option_text("DIR");
    command.add_option("--rev", revision, "Revision of --tree")->option_text("REV");
    if (allow_missing == nullptr) return;
    command.add_option("--allow-missing", *allow_missing, "Symbol of the configuration that a kernel may lack; every result says so; may be repeated")
        ->option_text("SYMBOL")->allow_extra_args(false)->take_all();
}

CLI::Validator one_of(const std::vector<std::string>& names) {
    return {[names](std::string& given) {
                if (std::find(names.begin(), names.end(), given) != names.end()) return std::string();
                return given + ": there is no such one; there are " + join(names, ", ") + did_you_mean(given, names);
            },
            "{" + join(names, ",") + "}"};
}

CLI::Validator in_existing_folder() {
    return {[](std::string& given) {
                std::error_code ec;
                const fs::path folder = fs::absolute(given, ec).parent_path();
                return fs::is_directory(folder, ec) ? std::string() : given + ": the folder " + folder.string() + " is not there";
            },
            ""};
}

namespace {

/// What is wrong with an output directory, before anything is built for it.
std::string fault_of_output(const std::string& given) {
    std::error_code ec;
    const fs::path path = fs::absolute(given, ec);
    if (fs::exists(path, ec) && !fs::is_directory(path, ec)) return given + ": this is a file: name a new folder, or an empty one";
    if (fs::exists(path, ec) && !fs::is_empty(path, ec)) return given + ": there is something in it: name a new folder, or an empty one";
    fs::path above = path;
    while (!fs::exists(above, ec) && above.has_relative_path()) above = above.parent_path();
    // Whether root may write is no question of modes: a file system that is read-only, or none of files.
    if (!fs::is_directory(above, ec) || !TempDirectory::create(above, ".diobench")) return given + ": nothing can be written in " + above.string() + ": name a folder elsewhere";
    return {};
}

}  // namespace

void add_output_option(CLI::App& command, fs::path& output, const std::string& otherwise) {
    command.add_option("--out", output, "Output directory, new or empty (default " + otherwise + ")")
        ->check(CLI::Validator([](std::string& given) { return fault_of_output(given); }, ""))->option_text("DIR");
}

void add_own_options(CLI::App& command, OwnWorkloads& own) {
    command.add_option("--workload", own.files, "A workload file of your own, instead of a suite; fio jobs and traces it names lie beside it")
        ->check(CLI::ExistingFile)->option_text("FILE ...");
    command.add_option("--fio-job", own.fio_jobs, "A fio job file as it is, instead of a suite: its reads, of an image whose blob is in the cache, without device latency; what had to be changed is listed (docs/fio-jobs.md)")
        ->check(CLI::ExistingFile)->option_text("FILE ...");
    command.add_flag("--strict-fio", own.strict_fio, "Refuse fio job files that would have to be changed, and say all that would");
    command.add_flag("--reads-of-mixed", own.reads_of_mixed, "Of fio jobs that read and write keep the reads; otherwise such jobs are left out");
    command.add_option_function<std::vector<std::string>>("--set", [&own](const std::vector<std::string>& given) {
        for (const auto& text : given) {
            const size_t equals = text.find('=');
            if (equals == 0 || equals == std::string::npos) throw CLI::ValidationError("--set " + text + ": expected NAME=VALUE, like SIZE=1g");
            own.fio_variables[text.substr(0, equals)] = text.substr(equals + 1);
        }
    }, "A variable that fio job files name as ${NAME}; those of the environment are there already")->option_text("NAME=VALUE ...");
}

void add_cell_options(CLI::App& command, RunOptions& options) {
    command.add_option("--suite", options.suite, "Which cells (suites = [...] in workloads/*.toml)")->capture_default_str();
    add_own_options(command, options.own);
    add_filter_options(command, options.filter);
    command.add_option_function<std::string>("--shard", [&options](const std::string& text) {
        if (std::string wrong = parse_shard(text, options); !wrong.empty()) throw CLI::ValidationError(wrong);
    }, "Part NUMBER of COUNT of the boots, to share a suite among hosts")->option_text("NUMBER/COUNT");
    command.add_option("--seeds", options.seeds, "Make all of it so often, with --seed, --seed + 1...: the spread is noise")
        ->check(CLI::Range(1, 100))->capture_default_str();
}

}  // namespace diobench
