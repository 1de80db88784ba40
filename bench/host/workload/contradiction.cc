// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/workload/contradiction.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/common/image/layout.h"

namespace diobench {

namespace {

/// Below this a machine of ours cannot do anything else any more.
constexpr uint64_t kLeastMemory = 24 * kMiB;
constexpr uint64_t kMostMemory = 384 * kMiB;
constexpr uint64_t kMostBuffers = 128 * kMiB;
constexpr unsigned kMostJobs = 64;

template <class Limit>
const Limit* by_name(const std::vector<Limit>& limits, const std::string& name) {
    auto found = std::find_if(limits.begin(), limits.end(), [&](const auto& limit) { return limit.name == name; });
    return found == limits.end() ? nullptr : &*found;
}

std::vector<const TestFile*> read_files(const Cell& cell, const TestImage& layout) {
    return cell.pattern == Pattern::tree ? tree_files(layout.files) : data_files(layout.files);
}

std::string wrong_backend(const Cell& cell, const TestImage& layout, const Abilities& abilities) {
    if ((cell.backend == kNull) != cell.engine.starts_with("null")) return "backend null and engine null belong together";
    if (is_one_file(cell.backend) && (cell.io != IoMode::direct || cell.cache_state != CacheState::local))
        return fmt::format("backend {} is O_DIRECT on what is below the file system: it takes io = direct and cache_state = local only", cell.backend);
    const BackendLimit* backend = by_name(abilities.backends, cell.backend);
    if (backend == nullptr) return {};
    if (cell.cache_state == CacheState::remote && !backend->on_demand)
        return fmt::format("backend {} has all its data on the machine: cache_state remote exists on demand only (fscache)", cell.backend);
    if (backend->contiguous_only && !is_contiguous(layout))
        return fmt::format("backend {} needs a layout whose one file lies on the image in one piece, and {} is not one", cell.backend, layout.name);
    if (backend->one_blob_only && layout.extra_devices > 0)
        return fmt::format("backend {} takes one blob, and layout {} has {}", cell.backend, layout.name, layout.blobs());
    return {};
}

std::string wrong_engine(const Cell& cell, const Abilities& abilities) {
    const EngineLimit* engine = by_name(abilities.engines, cell.engine);
    if (engine != nullptr && engine->mapped != (cell.io == IoMode::mmap))
        return engine->mapped ? fmt::format("engine {} reads through a mapping: io = mmap", cell.engine)
                              : fmt::format("io = mmap needs an engine that maps (mmap, mmap-random), and {} does not", cell.engine);
    if (!is_fio(cell.engine)) return {};
    if (cell.pattern != Pattern::sequential && cell.pattern != Pattern::random) return "fio reads pattern sequential or random here";
    if (cell.arrival != Arrival::closed) return "a rate for fio belongs into a job file (rate_iops=)";
    if (cell.span_bytes != 0) return "fio reads the whole file; a part of it belongs into a job file (size=, offset=)";
    if (cell.ops % cell.numjobs != 0) return "number_ios must be a multiple of numjobs for fio";
    return {};
}

std::string wrong_pattern(const Cell& cell, const std::vector<const TestFile*>& files) {
    const bool opens = cell.engine == "open-pread-close";
    if ((cell.pattern == Pattern::tree) != opens) return "pattern tree and engine open-pread-close belong together";
    if (cell.pattern == Pattern::trace) return {};
    if (files.empty())
        return fmt::format("layout {} has no files for pattern {}", cell.layout, name_of(cell.pattern));
    if (cell.pattern == Pattern::tree) return {};
    if (cell.fio_job.empty() && cell.io == IoMode::direct && cell.block_size_bytes % kBlockBytes != 0)
        return fmt::format("block_size {} is not a multiple of {}, which direct I/O needs here", cell.block_size_bytes, kBlockBytes);
    const uint64_t smallest = (*std::min_element(files.begin(), files.end(), [](const auto* a, const auto* b) { return a->size_bytes < b->size_bytes; }))->size_bytes;
    if (cell.block_size_bytes > smallest)
        return fmt::format("block_size {} is larger than the file of layout {} ({} bytes)", size_name(cell.block_size_bytes), cell.layout, smallest);
    uint64_t whole = 0;
    for (const auto* file : files) whole += file->size_bytes;
    if (cell.span_bytes > whole)
        return fmt::format("span {} is more than the files of layout {} have ({} bytes)", size_name(cell.span_bytes), cell.layout, whole);
    if (cell.span_bytes != 0 && cell.span_bytes < cell.block_size_bytes)
        return fmt::format("span {} is less than one block of {}", size_name(cell.span_bytes), size_name(cell.block_size_bytes));
    return {};
}

std::string wrong_load(const Cell& cell) {
    if (cell.numjobs == 0 || cell.numjobs > kMostJobs) return fmt::format("numjobs is {}; 1 to {} are right", cell.numjobs, kMostJobs);
    if (cell.numjobs > cell.ops) return fmt::format("{} reads cannot be shared by {} jobs", cell.ops, cell.numjobs);
    // Of a job file every job was looked at when it was adapted.
    if (const uint64_t buffers = uint64_t{cell.numjobs} * std::max(8u, cell.iodepth) * cell.block_size_bytes; cell.fio_job.empty() && buffers > kMostBuffers)
        return fmt::format("numjobs, iodepth and block_size together need {} of buffers; {} is the most", size_name(buffers), size_name(kMostBuffers));
    if (cell.numjobs > 1 && cell.pattern == Pattern::trace) return "a trace is replayed by one job";
    return {};
}

std::string wrong_memory(const Cell& cell) {
    if (cell.memory_bytes != 0 && (cell.memory_bytes < kLeastMemory || cell.memory_bytes > kMostMemory))
        return fmt::format("memory {} is not possible: {} to {} are", size_name(cell.memory_bytes), size_name(kLeastMemory), size_name(kMostMemory));
    if (cell.neighbour_bytes == 0) return {};
    if (cell.backend == kNull) return "a neighbour of a cell that reads nothing has nothing to fear";
    if (cell.memory_bytes == 0) return "a neighbour needs a memory limit (memory = \"48m\"): without one nothing is ever dropped";
    if (cell.neighbour_bytes >= cell.memory_bytes)
        return fmt::format("the neighbour's hot set of {} does not fit into memory of {}", size_name(cell.neighbour_bytes), size_name(cell.memory_bytes));
    return {};
}

}  // namespace

std::string contradiction(const Cell& cell, const Abilities& abilities) {
    auto layout = find_layout(cell.layout);
    if (!layout) return layout.error().message();
    const auto files = read_files(cell, **layout);
    for (const std::string& wrong : {wrong_backend(cell, **layout, abilities), wrong_engine(cell, abilities),
                                     cell.backend == kNull ? std::string() : wrong_pattern(cell, files), wrong_load(cell), wrong_memory(cell)})
        if (!wrong.empty()) return wrong;
    if (cell.curve && (cell.backend == kNull || is_fio(cell.engine))) return "curve needs a cell that an engine of ours reads";
    return {};
}

}  // namespace diobench
