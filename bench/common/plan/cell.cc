// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/cell.h"

#include <array>
#include <fmt/format.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

template <class E>
struct Names;
template <>
struct Names<IoMode> {
    static constexpr std::string_view what = "io";
    static constexpr std::array<std::string_view, 3> list = {"buffered", "direct", "mmap"};
};
template <>
struct Names<Pattern> {
    static constexpr std::string_view what = "pattern";
    static constexpr std::array<std::string_view, 7> list = {"sequential", "random", "strided", "zipf", "reread", "tree", "trace"};
};
template <>
struct Names<Arrival> {
    static constexpr std::string_view what = "arrival";
    static constexpr std::array<std::string_view, 4> list = {"closed", "constant", "poisson", "trace"};
};
template <>
struct Names<CacheState> {
    static constexpr std::string_view what = "cache_state";
    static constexpr std::array<std::string_view, 3> list = {"remote", "local", "resident"};
};

template <class E>
std::string_view lookup(E value) {
    return Names<E>::list[static_cast<size_t>(value)];
}

/// Throws what from_json() below catches.
template <class E>
E enum_at(const nlohmann::json& json, const char* key) {
    auto value = parse_enum<E>(json.at(key).get<std::string>());
    if (!value) throw std::invalid_argument(value.error().message());
    return *value;
}

}  // namespace

std::string_view name_of(IoMode value) { return lookup(value); }
std::string_view name_of(Pattern value) { return lookup(value); }
std::string_view name_of(Arrival value) { return lookup(value); }
std::string_view name_of(CacheState value) { return lookup(value); }

template <class E>
Result<E> parse_enum(std::string_view text) {
    std::string known;
    for (size_t i = 0; i < Names<E>::list.size(); ++i) {
        if (Names<E>::list[i] == text) return static_cast<E>(i);
        known += (i == 0 ? "" : ", ") + std::string(Names<E>::list[i]);
    }
    return fail("read " + std::string(Names<E>::what), fmt::format("\"{}\"", text), "known are " + known);
}
template Result<IoMode> parse_enum(std::string_view);
template Result<Pattern> parse_enum(std::string_view);
template Result<Arrival> parse_enum(std::string_view);
template Result<CacheState> parse_enum(std::string_view);

std::string Cell::id() const {
    // A trace has reads of all sizes.
    const std::string block = block_size_bytes == 0 ? "mixed" : size_name(block_size_bytes);
    std::string out = backend == kNull
        ? fmt::format("{}/null/{}/{}/{}/qd{}", workload, device, block, engine, iodepth)
        : fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}/qd{}", workload, backend, layout, device, name_of(cache_state), name_of(io),
                      trace.empty() ? std::string(name_of(pattern)) : "trace-" + trace, block, engine, iodepth);
    if (numjobs != 1) out += fmt::format("/jobs{}", numjobs);
    if (span_bytes != 0) out += fmt::format("/span{}", size_name(span_bytes));
    if (arrival == Arrival::trace) out += "/timed";
    else if (arrival != Arrival::closed) out += fmt::format("/{}{}", name_of(arrival), rate_iops);
    if (memory_bytes != 0) out += fmt::format("/mem{}", size_name(memory_bytes));
    if (neighbour_bytes != 0) out += fmt::format("/neighbour{}", size_name(neighbour_bytes));
    if (cache_state == CacheState::remote && fetch != "lan") out += "/" + fetch;
    if (!fio_job.empty()) out += "/" + fio_job;
    return out;
}

nlohmann::json Cell::dimensions() const {
    return {{"backend", backend}, {"layout", layout}, {"device", device},
            {"cache_state", name_of(cache_state)}, {"io", name_of(io)}, {"pattern", name_of(pattern)},
            {"block_size_bytes", block_size_bytes}, {"engine", engine}, {"iodepth", iodepth}, {"numjobs", numjobs},
            {"span_bytes", span_bytes}, {"arrival", name_of(arrival)}, {"rate_iops", rate_iops},
            {"memory_bytes", memory_bytes}, {"neighbour_bytes", neighbour_bytes}, {"fetch", fetch},
            {"trace", trace}, {"fio_job", fio_job}};
}

nlohmann::json Cell::to_json() const {
    nlohmann::json out = dimensions();
    out["workload"] = workload;
    out["ops"] = ops;
    out["curve"] = curve;
    return out;
}

Result<Cell> Cell::from_json(const nlohmann::json& json) {
    try {
        Cell cell;
        cell.workload = json.at("workload");
        cell.backend = json.at("backend");
        cell.layout = json.at("layout");
        cell.device = json.at("device");
        cell.cache_state = enum_at<CacheState>(json, "cache_state");
        cell.io = enum_at<IoMode>(json, "io");
        cell.pattern = enum_at<Pattern>(json, "pattern");
        cell.block_size_bytes = json.at("block_size_bytes");
        cell.engine = json.at("engine");
        cell.iodepth = json.at("iodepth");
        cell.numjobs = json.at("numjobs");
        cell.ops = json.at("ops");
        cell.span_bytes = json.at("span_bytes");
        cell.arrival = enum_at<Arrival>(json, "arrival");
        cell.rate_iops = json.at("rate_iops");
        cell.memory_bytes = json.at("memory_bytes");
        cell.neighbour_bytes = json.at("neighbour_bytes");
        cell.fetch = json.at("fetch");
        cell.trace = json.at("trace");
        cell.fio_job = json.at("fio_job");
        cell.curve = json.at("curve");
        return cell;
    } catch (const std::exception& e) {
        return fail("read cell", "", e.what());
    }
}

}  // namespace diobench
