// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/write_outputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/host/machine/qemu.h"
#include "bench/host/overhead/overhead.h"
#include "bench/results/export/junit.h"
#include "bench/results/export/prometheus.h"
#include "bench/results/export/report.h"
#include "bench/results/export/summary.h"
#include "bench/results/store/calibration_file.h"
#include "bench/results/store/clock_file.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

/// What measuring costs beside fio, as `diobench overhead` last found on this host; nothing if it never did, or if what it
/// left cannot be read: that is said, and no reason to lose a run.
Status copy_overhead(const fs::path& directory) {
    auto overhead = newest_overhead();
    if (!overhead) fmt::print(stderr, "{}\n", overhead.error().message());
    if (!overhead || !*overhead) return {};
    return write_file_atomic(directory / "overhead.json", (*overhead)->to_json().dump(2) + "\n");
}

}  // namespace

Status point_latest(const fs::path& directory) {
    fs::path link = directory.parent_path() / "latest";
    fs::path fresh = directory.parent_path() / (".latest-" + directory.filename().string());
    std::error_code ec;
    fs::remove(fresh, ec);
    fs::create_symlink(directory.filename(), fresh, ec);
    if (!ec) fs::rename(fresh, link, ec);
    if (ec) return fail_errno("point to the latest of", directory.parent_path().string(), ec.value());
    return {};
}

std::string reproduce_head(const Results& results) {
    const Run& run = results.run;
    std::string git = run.tool.contains("git") ? run.tool.at("git") : "unknown";
    std::string text = fmt::format("#!/bin/sh\n# Makes run {} again{}.\n"
                                   "# diobench {}, {}, {}\nset -eu\n", run.id, is_installed() ? "" : ": call it in a clone of diobench", git, run.tool.at("qemu"), run.tool.at("compiler"));
    for (const auto& kernel : results.kernels)
        text += fmt::format("# kernel {}: Linux {}, patches sha256 {}, image sha256 {}\n", kernel.name, kernel.base_version,
                            kernel.patch_sha256, kernel.image_sha256);
    if (is_installed()) return text + "exec diobench";
    const std::string revision = git.substr(0, git.find("-dirty"));
    text += fmt::format("git checkout {}\nscripts/setup\ncmake --preset default\ncmake --build build\nexec build/diobench", revision);
    return text;
}

std::string reproduce_script(const Results& results, const RunOptions& options) {
    const Run& run = results.run;
    std::string text = reproduce_head(results) + " run";
    for (const auto& kernel : options.kernels) text += " --kernel " + shell_text({kernel});
    text += fmt::format(" --suite {} --machine {} --seed {}", shell_text({run.suite}), run.machine, run.seed);
    text += options.own.options_text();
    if (options.seeds != 1) text += fmt::format(" --seeds {}", options.seeds);
    if (options.shards != 1) text += fmt::format(" --shard {}/{}", options.shard, options.shards);
    if (options.machine == MachineKind::kvm) text += " --accel " + run.accelerator;
    if (!options.filter.takes_all()) text += " " + shell_text(options.filter.words());
    if (options.cost_model) text += " --cost-model";
    if (!options.tree.empty()) text += " --tree " + shell_text({options.tree.string()});
    if (!options.revision.empty()) text += " --rev " + shell_text({options.revision});
    for (const auto& symbol : options.allow_missing) text += " --allow-missing " + shell_text({symbol});
    if (!options.cache_device.empty()) text += " --cache-device " + shell_text({options.cache_device.string()});
    return text + " \"$@\"\n";
}

Status write_outputs(const fs::path& directory, const Results& results, const std::string& reproduce, LatestLink latest, History history) {
    if (auto s = write_file_atomic(directory / "reproduce.sh", reproduce); !s) return s;
    std::error_code ec;
    fs::permissions(directory / "reproduce.sh", fs::perms(0755), ec);
    if (auto s = write_prometheus(directory / kPrometheusFileName, results); !s) return s;
    if (auto s = write_junit(directory / kJunitFileName, results); !s) return s;
    if (auto s = write_summary(directory / kSummaryFileName, results); !s) return s;
    if (auto s = copy_overhead(directory); !s) return s;
    if (auto s = copy_calibration(results.run.machine, directory); !s) return s;
    // Of a real clock the numbers are a stopwatch's themselves.
    if (results.run.clock.kind == "virtual")
        if (auto s = copy_clock(results.run.host, directory); !s) return s;
    if (auto s = write_results(directory, results); !s) return s;
    if (history == History::record) {
        auto store = ResultStore::open();
        if (!store) return forward(store);
        if (auto s = store->record_run(results, directory); !s) return s;
    }
    if (latest == LatestLink::point)
        if (auto s = point_latest(directory); !s) return s;
    return {};
}

}  // namespace diobench
