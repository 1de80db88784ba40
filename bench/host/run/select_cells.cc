// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/select_cells.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/faults.h"
#include "bench/common/fio/script.h"
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
            texts.push_back({name, std::move(*text), entry.path()});
        }
    }
    return {};
}

/// A workload for a job file that stands alone: in the cache, on an image with as many files as it reads.
std::string workload_of_job(const std::string& name, std::string_view layout) {
    return fmt::format("name = \"{0}\"\nquestion = \"What does fio say of {0}.fio?\"\nsuites = [\"own\"]\n"
                       "[[cells]]\nbackend = \"fscache\"\nlayout = \"{1}\"\ndevice = \"ram\"\ncache_state = \"local\"\nfio_job = \"{0}\"\n", name, layout);
}

/// Text of a job file, under a name that files and cells can have, and the layout that it is read on.
Result<std::string> add_fio_job(const fs::path& file, const RunOptions& options, WorkloadSet& set, SelectedCells& out) {
    auto text = read_fio_text(file);
    if (!text) return forward(text);
    const std::string name = plain_fio_name(file.stem().string());
    for (const auto& workload : set.workloads)
        if (workload.name == name && std::find(workload.suites.begin(), workload.suites.end(), kOwnSuite) != workload.suites.end())
            return fail("read fio job", file.string(), fmt::format("there is another of that name ({}): give one file another name", name));
    auto script = parse_fio_script(*text, file.string(), file.parent_path(), fio_variables(options.own.fio_variables));
    if (!script) return forward(script);
    out.fio_variables.insert(script->variables_used.begin(), script->variables_used.end());
    const bool several = fio_files_wanted(*script, abilities(options).fio.mixed) > 1;
    std::erase_if(set.fio_jobs, [&](const auto& job) { return job.name == name; });
    set.fio_jobs.push_back({name, std::move(*text), file});
    return workload_of_job(name, several ? "several" : "flat");
}

Result<std::vector<Cell>> own_cells(const RunOptions& options, WorkloadSet& set, SelectedCells& out) {
    std::vector<Cell> cells;
    Faults faults;
    auto take = [&](const std::string& text, const std::string& file) -> Status {
        auto workload = parse_workload(text, file, set, abilities(options));
        if (!workload) return forward(workload);
        cells.insert(cells.end(), workload->cells.begin(), workload->cells.end());
        set.workloads.push_back(std::move(*workload));
        return {};
    };
    for (const auto& file : options.own.files) {
        auto text = read_file(file);
        if (!text) return forward(text);
        if (auto s = add_neighbouring(file, "fio", ".fio", set.fio_jobs); !s) return forward(s);
        if (auto s = add_neighbouring(file, "traces", ".trace", set.traces); !s) return forward(s);
        if (auto s = take(*text, file.string()); !s) return forward(s);
    }
    for (const auto& file : options.own.fio_jobs) {
        auto workload = add_fio_job(file, options, set, out);
        faults.add(workload);
        if (workload) faults.add(take(*workload, plain_fio_name(file.stem().string()) + ".toml"));
    }
    if (auto s = faults.status(); !s) return forward(s);
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

Abilities abilities(const RunOptions& options) {
    Abilities out = abilities();
    out.fio.clock = options.machine == MachineKind::exact ? FioClock::emulated : FioClock::real;
    out.fio.mixed = options.own.reads_of_mixed ? MixedJobs::reads_kept : MixedJobs::left_out;
    out.fio.changes = options.own.strict_fio ? FioHandling::Changes::refused : FioHandling::Changes::listed;
    out.fio.variables = options.own.fio_variables;
    return out;
}

Result<SelectedCells> select_cells(const RunOptions& options) {
    auto set = load_workloads(workload_folders(), abilities(options));
    if (!set) return forward(set);
    const bool own = options.own.any();
    SelectedCells out;
    auto cells = own ? own_cells(options, *set, out) : set->suite(options.suite);
    if (!cells) return forward(cells);
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
