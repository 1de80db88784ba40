// SPDX-License-Identifier: GPL-2.0-only
#include "bench/plan/cell.h"

#include <array>
#include <fmt/format.h>
#include <numeric>
#include <utility>

#include "bench/base/text.h"

namespace diobench {

namespace {

template <class E>
struct Names;
template <>
struct Names<Backend> {
    static constexpr std::string_view what = "backend";
    static constexpr std::array<std::string_view, 3> list = {"fscache", "raw", "null"};
};
template <>
struct Names<IoMode> {
    static constexpr std::string_view what = "io";
    static constexpr std::array<std::string_view, 2> list = {"buffered", "direct"};
};
template <>
struct Names<Pattern> {
    static constexpr std::string_view what = "pattern";
    static constexpr std::array<std::string_view, 2> list = {"sequential", "random"};
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

/// splitmix64, the generator of Fisher and Yates' shuffle below.
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}
    /// Uniform in [0, bound) without bias: values of the last, incomplete run are drawn again.
    uint64_t below(uint64_t bound) {
        const uint64_t limit = bound * (~uint64_t{0} / bound);
        for (;;) {
            if (uint64_t value = next(); value < limit) return value % bound;
        }
    }

private:
    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    uint64_t state_;
};

}  // namespace

std::string_view name_of(Backend value) { return lookup(value); }
std::string_view name_of(IoMode value) { return lookup(value); }
std::string_view name_of(Pattern value) { return lookup(value); }
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
template Result<Backend> parse_enum(std::string_view);
template Result<IoMode> parse_enum(std::string_view);
template Result<Pattern> parse_enum(std::string_view);
template Result<CacheState> parse_enum(std::string_view);

std::string Cell::id() const {
    if (backend == Backend::null) return fmt::format("{}/null/{}/{}/{}/qd{}", workload, device, size_name(block_size_bytes), engine, iodepth);
    return fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}/qd{}", workload, name_of(backend), layout, device, name_of(cache_state),
                       name_of(io), name_of(pattern), size_name(block_size_bytes), engine, iodepth);
}

nlohmann::json Cell::dimensions() const {
    return {{"backend", name_of(backend)}, {"layout", layout}, {"device", device},
            {"cache_state", name_of(cache_state)}, {"io", name_of(io)}, {"pattern", name_of(pattern)},
            {"block_size_bytes", block_size_bytes}, {"engine", engine}, {"iodepth", iodepth}, {"numjobs", 1}};
}

nlohmann::json Cell::to_json() const {
    nlohmann::json out = dimensions();
    out["workload"] = workload;
    out["ops"] = ops;
    return out;
}

Result<Cell> Cell::from_json(const nlohmann::json& json) {
    try {
        auto backend = parse_enum<Backend>(json.at("backend").get<std::string>());
        if (!backend) return forward(backend);
        auto state = parse_enum<CacheState>(json.at("cache_state").get<std::string>());
        if (!state) return forward(state);
        auto io = parse_enum<IoMode>(json.at("io").get<std::string>());
        if (!io) return forward(io);
        auto pattern = parse_enum<Pattern>(json.at("pattern").get<std::string>());
        if (!pattern) return forward(pattern);
        Cell cell;
        cell.workload = json.at("workload");
        cell.backend = *backend;
        cell.layout = json.at("layout");
        cell.device = json.at("device");
        cell.cache_state = *state;
        cell.io = *io;
        cell.pattern = *pattern;
        cell.block_size_bytes = json.at("block_size_bytes");
        cell.engine = json.at("engine");
        cell.iodepth = json.at("iodepth");
        cell.ops = json.at("ops");
        return cell;
    } catch (const nlohmann::json::exception& e) {
        return fail("read cell", "", e.what());
    }
}

std::vector<uint64_t> make_offsets(Pattern pattern, uint64_t block_size_bytes, uint64_t ops, uint64_t limit_bytes,
                                   uint64_t seed) {
    uint64_t blocks = limit_bytes / block_size_bytes;
    std::vector<uint64_t> order(blocks);
    std::iota(order.begin(), order.end(), uint64_t{0});
    if (pattern == Pattern::random) {
        Random random(seed);
        for (uint64_t i = blocks; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    }
    std::vector<uint64_t> offsets(ops);
    for (uint64_t i = 0; i < ops; ++i) offsets[i] = order[i % blocks] * block_size_bytes;
    return offsets;
}

}  // namespace diobench
