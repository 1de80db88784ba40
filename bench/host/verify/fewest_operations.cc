// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <numeric>

#include "bench/host/verify/fuzz_reads.h"

namespace diobench {

namespace {

using Part = std::vector<size_t>;

/// `n` pieces of about one length, then what is left without each.
std::vector<Part> parts_of(const Part& all, size_t n) {
    std::vector<Part> pieces;
    std::vector<Part> rests;
    for (size_t i = 0; i < n; ++i) {
        const auto begin = all.begin() + static_cast<ptrdiff_t>(i * all.size() / n);
        const auto end = all.begin() + static_cast<ptrdiff_t>((i + 1) * all.size() / n);
        pieces.emplace_back(begin, end);
        rests.emplace_back(all.begin(), begin);
        rests.back().insert(rests.back().end(), end, all.end());
    }
    // Of two pieces each is the rest of the other.
    if (n > 2) pieces.insert(pieces.end(), rests.begin(), rests.end());
    return pieces;
}

}  // namespace

Result<std::vector<size_t>> fewest_operations(size_t size, const std::function<Result<size_t>(const std::vector<std::vector<size_t>>&)>& shows, unsigned most_rounds) {
    Part all(size);
    std::iota(all.begin(), all.end(), 0);
    size_t pieces = 2;
    for (unsigned round = 0; round < most_rounds && all.size() > 1; ++round) {
        const auto parts = parts_of(all, pieces);
        auto first = shows(parts);
        if (!first) return forward(first);
        if (*first < parts.size()) {
            const bool is_piece = *first < pieces;
            all = parts[*first];
            pieces = std::min(std::max<size_t>(is_piece ? 2 : pieces - 1, 2), std::max<size_t>(all.size(), 2));
        } else if (pieces >= all.size()) {
            break;
        } else {
            pieces = std::min(2 * pieces, all.size());
        }
    }
    return all;
}

}  // namespace diobench
