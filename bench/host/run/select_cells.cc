// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/select_cells.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/engine/engine.h"

namespace diobench {

namespace {

/// Adds what lies beside a user's workload file, in `folder` there or in the same folder.
Status add_neighbouring(const fs::path& workload, const std::string& folder, const std::string& extension, std::vector<NamedText>& texts) {
    for (const fs::path& place : {workload.parent_path() / folder, workload.parent_path()}) {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(place.empty() ? fs::path(".") : place, none)) {
            const std::string name = entry.path().stem().string();
            const bool known = std::any_of(texts.begin(), texts.end(), [&](const NamedText& text) { return text.name == name; });
            if (entry.path().extension() != extension || known) continue;
            auto text = read_file(entry.path());
            if (!text) return forward(text);
            texts.push_back({name, std::move(*text)});
        }
    }
    return {};
}

/// A workload for a job file that stands alone: on the flat image, in the cache.
std::string workload_of_job(const std::string& name) {
    return fmt::format("name = \"{0}\"\nquestion = \"What does fio say of {0}.fio?\"\nsuites = [\"own\"]\n"
                       "[[cells]]\nbackend = \"fscache\"\nlayout = \"flat\"\ndevice = \"ram\"\ncache_state = \"local\"\nfio_job = \"{0}\"\n", name);
}

Result<std::vector<Cell>> own_cells(const RunOptions& options, WorkloadSet& set) {
    std::vector<Cell> cells;
    auto take = [&](const std::string& text, const std::string& file) -> Status {
        auto workload = parse_workload(text, file, set, abilities());
        if (!workload) return forward(workload);
        cells.insert(cells.end(), workload->cells.begin(), workload->cells.end());
        set.workloads.push_back(std::move(*workload));
        return {};
    };
    for (const auto& file : options.workload_files) {
        auto text = read_file(file);
        if (!text) return forward(text);
        if (auto s = add_neighbouring(file, "fio", ".fio", set.fio_jobs); !s) return forward(s);
        if (auto s = add_neighbouring(file, "traces", ".trace", set.traces); !s) return forward(s);
        if (auto s = take(*text, file.string()); !s) return forward(s);
    }
    for (const auto& file : options.fio_jobs) {
        auto text = read_file(file);
        if (!text) return forward(text);
        const std::string name = file.stem().string();
        std::erase_if(set.fio_jobs, [&](const auto& job) { return job.name == name; });
        set.fio_jobs.push_back({name, std::move(*text)});
        if (auto s = take(workload_of_job(name), name + ".toml"); !s) return forward(s);
    }
    return cells;
}

}  // namespace

Abilities abilities() {
    Abilities out;
    for (const auto& engine : all_engines()) out.engines.push_back({std::string(engine.name), engine.max_iodepth, engine.mapped});
    out.engines.push_back({"fio-psync", 1});
    out.engines.push_back({"fio-libaio", 4096});
    out.engines.push_back({"fio-io_uring", 4096});
    for (const auto& backend : all_backends())
        out.backends.push_back({std::string(backend.name), backend.on_demand, backend.contiguous_only, backend.one_blob_only});
    return out;
}

Result<SelectedCells> select_cells(const RunOptions& options) {
    auto set = load_workloads(project_root() / "workloads", abilities());
    if (!set) return forward(set);
    const bool own = !options.workload_files.empty() || !options.fio_jobs.empty();
    auto cells = own ? own_cells(options, *set) : set->suite(options.suite);
    if (!cells) return forward(cells);
    SelectedCells out;
    const std::set<std::string> only(options.only.begin(), options.only.end());
    std::vector<Cell> all;
    for (Cell cell : *cells) {
        if (options.machine == MachineKind::kvm || options.machine == MachineKind::host) {
            if (cell.device != cells->front().device) continue;
            cell.device = options.machine == MachineKind::kvm ? "disk" : "host";
        }
        all.push_back(std::move(cell));
    }
    auto chosen = choose_cells(options.filter, named_cells(all), own ? "these workloads" : "suite " + options.suite);
    if (!chosen) return forward(chosen);
    for (const size_t place : *chosen)
        if (only.empty() || only.contains(all[place].id())) out.cells.push_back(all[place]);
    if (out.cells.empty()) return fail("select cells", options.filter.text(), fmt::format("none of the {} cells that were asked for by id is in suite {}", only.size(), options.suite));
    if (options.backwards) std::reverse(out.cells.begin(), out.cells.end());
    out.workloads = std::move(*set);
    return out;
}

}  // namespace diobench
