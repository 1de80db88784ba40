// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/requests.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace diobench {

namespace {

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
    /// Uniform in (0, 1].
    double unit() { return (static_cast<double>(next() >> 11) + 1) / 9007199254740992.0; }

private:
    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    uint64_t state_;
};

std::vector<uint64_t> shuffled(uint64_t count, Random& random) {
    std::vector<uint64_t> order(count);
    std::iota(order.begin(), order.end(), uint64_t{0});
    for (uint64_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

std::vector<uint64_t> strided(uint64_t count) {
    std::vector<uint64_t> order;
    for (uint64_t lane = 0; lane < kStrideBlocks; ++lane)
        for (uint64_t block = lane; block < count; block += kStrideBlocks) order.push_back(block);
    return order;
}

/// Ranks by popularity 1/rank^theta; which block has which rank is shuffled.
std::vector<uint64_t> zipf(uint64_t ops, uint64_t count, Random& random) {
    const std::vector<uint64_t> place = shuffled(count, random);
    std::vector<double> cumulative(count);
    double sum = 0;
    for (uint64_t rank = 0; rank < count; ++rank) cumulative[rank] = sum += std::pow(static_cast<double>(rank + 1), -kZipfTheta);
    std::vector<uint64_t> out(ops);
    for (auto& block : out) {
        const auto rank = std::lower_bound(cumulative.begin(), cumulative.end(), random.unit() * sum) - cumulative.begin();
        block = place[std::min<uint64_t>(static_cast<uint64_t>(rank), count - 1)];
    }
    return out;
}

std::vector<uint64_t> cycled(const std::vector<uint64_t>& order, uint64_t ops) {
    std::vector<uint64_t> out(ops);
    for (uint64_t i = 0; i < ops; ++i) out[i] = order[i % order.size()];
    return out;
}

/// Each file whole, in a shuffled order.
std::vector<Request> whole_files(uint64_t ops, std::span<const uint64_t> sizes, uint64_t seed) {
    std::vector<Request> out;
    for (uint64_t file : make_blocks(Pattern::random, ops, sizes.size(), seed)) {
        const auto size = static_cast<uint32_t>(sizes[file]);
        out.push_back({0, (size + 4095) / 4096 * 4096, size, static_cast<uint32_t>(file)});
    }
    return out;
}

}  // namespace

std::vector<uint64_t> make_blocks(Pattern pattern, uint64_t ops, uint64_t blocks, uint64_t seed) {
    if (blocks == 0) return {};
    Random random(seed);
    std::vector<uint64_t> out(ops);
    switch (pattern) {
    case Pattern::sequential:
        for (uint64_t i = 0; i < ops; ++i) out[i] = i % blocks;
        return out;
    case Pattern::strided: return cycled(strided(blocks), ops);
    case Pattern::zipf: return zipf(ops, blocks, random);
    case Pattern::reread:
        for (auto& block : out) block = random.below(blocks);
        return out;
    case Pattern::random:
    case Pattern::tree:
    case Pattern::trace: break;
    }
    return cycled(shuffled(blocks, random), ops);
}

std::vector<uint64_t> make_offsets(Pattern pattern, uint64_t block_size_bytes, uint64_t ops, uint64_t limit_bytes, uint64_t seed) {
    auto blocks = make_blocks(pattern, ops, limit_bytes / block_size_bytes, seed);
    for (auto& block : blocks) block *= block_size_bytes;
    return blocks;
}

std::vector<Request> make_requests(const Cell& cell, std::span<const uint64_t> file_sizes_bytes, unsigned job, uint64_t seed) {
    const uint64_t ops = cell.ops / cell.numjobs + (job < cell.ops % cell.numjobs ? 1 : 0);
    // Job 0 of a cell reads as a cell of one job does.
    const uint64_t job_seed = seed + uint64_t{job} * 0x51ED2701u;
    if (cell.pattern == Pattern::tree) return whole_files(ops, file_sizes_bytes, job_seed);
    const uint64_t block = cell.block_size_bytes;
    std::vector<uint64_t> first_block;  // of each file, in the numbering over all of them
    uint64_t blocks = 0;
    for (uint64_t size : file_sizes_bytes) {
        first_block.push_back(blocks);
        blocks += size / block;
    }
    if (cell.span_bytes != 0) blocks = std::min(blocks, cell.span_bytes / block);
    std::vector<Request> out;
    for (uint64_t number : make_blocks(cell.pattern, ops, blocks, job_seed)) {
        const auto file = std::upper_bound(first_block.begin(), first_block.end(), number) - first_block.begin() - 1;
        out.push_back({(number - first_block[static_cast<size_t>(file)]) * block, static_cast<uint32_t>(block), static_cast<uint32_t>(block),
                       static_cast<uint32_t>(file)});
    }
    return out;
}

std::vector<uint64_t> make_arrivals(Arrival arrival, uint64_t rate_iops, uint64_t ops, uint64_t seed) {
    std::vector<uint64_t> due;
    if (arrival != Arrival::constant && arrival != Arrival::poisson) return due;
    const double gap_ns = 1e9 / static_cast<double>(rate_iops);
    Random random(seed ^ 0xA5A5A5A5u);
    double at = 0;
    for (uint64_t i = 0; i < ops; ++i) {
        due.push_back(static_cast<uint64_t>(at));
        at += arrival == Arrival::constant ? gap_ns : -std::log(random.unit()) * gap_ns;
    }
    return due;
}

uint64_t distinct_bytes(std::span<const Request> requests) {
    // Ranges by file, merged.
    std::map<uint32_t, std::vector<std::pair<uint64_t, uint64_t>>> ranges;
    for (const Request& r : requests) ranges[r.file].emplace_back(r.offset_bytes, r.offset_bytes + r.expected_bytes);
    uint64_t sum = 0;
    for (auto& [file, list] : ranges) {
        std::sort(list.begin(), list.end());
        uint64_t end = 0;
        for (auto [from, to] : list) {
            from = std::max(from, end);
            if (to > from) sum += to - from;
            end = std::max(end, to);
        }
    }
    return sum;
}

}  // namespace diobench
