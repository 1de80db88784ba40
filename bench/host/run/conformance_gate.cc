// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/conformance_gate.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/common/image/layout.h"
#include "bench/common/plan/case_name.h"
#include "bench/results/store/database.h"

namespace diobench {

namespace {

using Words = std::vector<std::string>;

bool contains(const Words& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

/// "data/sparse-4k/buffered-sequential" -> data, sparse, 4k, buffered, sequential.
Words words_of(std::string_view case_name) {
    Words out;
    for (const auto& part : split(case_name, '/'))
        for (auto& word : split(part, '-')) out.push_back(std::move(word));
    return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) { return std::find(list.begin(), list.end(), word) != list.end(); }

/// Whether a test image (by the first word of its name) stands for a measured layout.
bool stands_for(const std::string& image, std::string_view layout) {
    if (layout.starts_with("chunk")) return is_one_of(image, {"chunk", "index", "scattered", "blob", "blobs", "domain"});
    if (layout == "blob" || layout.starts_with("container")) return is_one_of(image, {"chunk", "blob", "blobs", "domain"});
    if (layout == "inline-tail" || layout == "small-tail") return image == "inline";
    if (layout == "small-scattered") return is_one_of(image, {"chunk", "index", "scattered"});
    if (layout == "small-devices") return is_one_of(image, {"chunk", "index", "blob", "blobs"});
    if (layout == "small-files") return is_one_of(image, {"inline", "many"});
    if (layout == "several" || layout == "small") return image == "flat";
    return image == layout;
}

bool is_compressed(const std::string& layout) {
    auto image = find_layout(layout);
    return image && (*image)->compressed;
}

/// The mode that a case names; empty: none.
std::string_view mode_of(const Words& words) {
    for (std::string_view mode : {"direct", "buffered", "mmap"})
        if (contains(words, mode)) return mode;
    return {};
}

bool speaks_of_every_mode(const std::string& topic) {
    static constexpr std::array<std::string_view, 9> kTopics = {"cache", "failure", "leaks", "lookups", "pressure", "signals", "concurrency", "coherence", "end-of-file"};
    return std::find(kTopics.begin(), kTopics.end(), topic) != kTopics.end();
}

/// What a series says of itself and no number hides: when a read returns, which the numbers of its cells show,
/// and what a daemon meets that speaks the protocol in another way than the one that serves measurements.
bool takes_no_numbers(const ConformanceEntry& entry) {
    if (!entry.known) return false;
    if (entry.reason.find(kKnownOnSmp) != std::string::npos) return true;
    return entry.case_name.starts_with("asynchrony/") || entry.case_name.starts_with("nowait/") || entry.case_name.starts_with("protocol/");
}

}  // namespace

bool concerns(std::string_view case_name, const Dimensions& cell) {
    const auto [statement, backend] = parse_case_name(case_name);
    if (cell.backend != backend) return false;
    if (statement.starts_with("mount/")) return false;  // images that are damaged, names that are too long: no cell mounts such
    const Words words = words_of(statement);
    const std::string topic(statement.substr(0, statement.find('/')));
    const std::string_view mode = mode_of(words);
    const std::string_view io = name_of(cell.io);
    if (topic == "data") return words.size() > 1 && stands_for(words[1], cell.layout) && (mode.empty() || mode == io);
    if (topic == "compressed") return is_compressed(cell.layout);
    if (!mode.empty()) return mode == io;
    return speaks_of_every_mode(topic) || cell.io == IoMode::direct;
}

void refuse_numbers(std::vector<CellResult>& cells, std::string_view kernel, const std::vector<ConformanceEntry>& failed) {
    for (auto& cell : cells) {
        if (cell.kernel != kernel || cell.status != CellStatus::ok) continue;
        // A failure that is news decides before one that is known.
        const ConformanceEntry* found = nullptr;
        for (const auto& entry : failed)
            if (entry.status == ConformanceStatus::fail && !takes_no_numbers(entry) && concerns(entry.case_name, cell.dimensions) && (found == nullptr || (found->known && !entry.known)))
                found = &entry;
        if (found == nullptr) continue;
        cell.status = CellStatus::invalid;
        cell.reason = fmt::format("conformance case {} fails on this kernel: {}", found->case_name, found->reason.substr(0, found->reason.find('\n')));
        cell.known = found->known;
        cell.observed_io.reset();
        cell.metrics.reset();
        cell.histogram.reset();
    }
}

Status refuse_unverified_numbers(Results& results) {
    auto store = ResultStore::open();
    if (!store) return forward(store);
    for (const auto& kernel : results.kernels) {
        if (kernel.patch_sha256.empty()) continue;
        auto verification = store->last_verification(kernel.base_version, kernel.patch_sha256);
        if (!verification) return forward(verification);
        refuse_numbers(results.cells, kernel.name, verification->failed);
    }
    return {};
}

}  // namespace diobench
