// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/choose_cells.h"

#include <fmt/format.h>
#include <map>
#include <tuple>

#include "bench/results/compare/comparison.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

/// Cells that are told together.
struct Read {
    std::set<std::string> cells;
    size_t samples = 0;
};

/// Headline reads first, then by run; the id without what only the way of reading says.
using Key = std::tuple<bool, size_t, std::string>;

Key key_of(size_t run, const CellResult& cell) {
    const std::string buffered = fmt::format("/{}/", name_of(IoMode::buffered));
    std::string name = cell.cell;
    if (const size_t at = name.find(buffered); at != std::string::npos) name.replace(at, buffered.size(), fmt::format("/{}/", name_of(IoMode::direct)));
    return {!is_headline(cell.dimensions), run, std::move(name)};
}

}  // namespace

bool is_headline(const Dimensions& dimensions) {
    Dimensions direct = dimensions;
    direct.io = IoMode::direct;
    return is_main_read(direct);
}

std::vector<std::set<std::string>> choose_cells(std::span<const Results> runs, std::span<const PrometheusContent> contents, size_t most_samples) {
    std::map<Key, Read> reads;
    for (size_t run = 0; run < runs.size(); ++run)
        for (const auto& cell : collapse_boots(runs[run].cells)) {
            Read& read = reads[key_of(run, cell)];
            read.cells.insert(cell.cell);
            read.samples += sample_count(cell, contents[run]);
        }
    std::vector<std::set<std::string>> out(runs.size());
    size_t taken = 0;
    for (const auto& [key, read] : reads) {
        if (taken + read.samples > most_samples) continue;
        taken += read.samples;
        out[std::get<size_t>(key)].insert(read.cells.begin(), read.cells.end());
    }
    return out;
}

}  // namespace diobench
