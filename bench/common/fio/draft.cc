// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/draft.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// What the job's blocks may be: the smallest and the largest.
std::pair<uint64_t, uint64_t> block_bounds(const FioDraft& draft) {
    if (const FioOption* range = draft.find("bsrange")) {
        const std::string_view text = range->value;
        const size_t dash = text.find('-');
        return {static_cast<uint64_t>(parse_fio_bytes(text.substr(0, dash)).value_or(1)), static_cast<uint64_t>(parse_fio_bytes(text.substr(dash + 1)).value_or(1))};
    }
    if (const FioOption* sizes = draft.find("bssplit")) {
        std::pair<uint64_t, uint64_t> out{std::numeric_limits<uint64_t>::max(), 1};
        for (const auto& part : split(sizes->value, ':')) {
            const auto bytes = static_cast<uint64_t>(parse_fio_bytes(part.substr(0, part.find('/'))).value_or(1));
            out = {std::min(out.first, bytes), std::max(out.second, bytes)};
        }
        return out;
    }
    const uint64_t one = draft.bytes("bs", 4096);
    return {one, one};
}

}  // namespace

void FioChanges::add(FioChange change) {
    if (std::ranges::find(changes_, change) == changes_.end()) changes_.push_back(std::move(change));
}

void FioChanges::of(const ScriptOption& option, const std::string& became, std::string_view why) {
    add({option.file, option.line, option.written, became, std::string(why)});
}

void FioChanges::of(const ScriptJob& job, const std::string& became, std::string_view why) {
    add({job.file, job.line, "[" + job.name + "]", became, std::string(why)});
}

void FioChanges::added(const ScriptJob& job, const std::string& what, std::string_view why) {
    add({job.file, job.line, "[" + job.name + "]", "+ " + what, std::string(why)});
}

void FioChanges::fault(const ScriptOption& option, std::string_view why) {
    auto error = fail("read fio job", option.file + ":" + std::to_string(option.line), option.written + ": " + std::string(why));
    if (std::ranges::find(said_, error.value().message()) != said_.end()) return;
    said_.push_back(error.value().message());
    faults_.add(error);
}

void FioChanges::fault(const ScriptJob& job, std::string_view why) {
    faults_.add(fail("read fio job", job.file + ":" + std::to_string(job.line), "[" + job.name + "]: " + std::string(why)));
}

Result<std::vector<FioChange>> FioChanges::take() {
    if (auto s = faults_.status(); !s) return forward(s);
    std::ranges::stable_sort(changes_, {}, &FioChange::line);
    return std::move(changes_);
}

const FioOption* FioDraft::find(std::string_view key) const {
    auto found = std::ranges::find(options, key, &FioOption::key);
    return found == options.end() ? nullptr : &*found;
}

std::string FioDraft::value_of(std::string_view key, std::string_view otherwise) const {
    const FioOption* option = find(key);
    return option == nullptr ? std::string(otherwise) : option->value;
}

uint64_t FioDraft::bytes(std::string_view key, uint64_t otherwise) const {
    const FioOption* option = find(key);
    if (option == nullptr) return otherwise;
    auto number = parse_fio_bytes(option->value);
    return number && *number > 0 ? static_cast<uint64_t>(*number) : 0;
}

uint64_t FioDraft::time_ns(std::string_view key, BareTime bare) const {
    const FioOption* option = find(key);
    return option == nullptr ? 0 : parse_fio_time_ns(option->value, bare).value_or(0);
}

uint64_t FioDraft::largest_block() const { return block_bounds(*this).second; }
uint64_t FioDraft::smallest_block() const { return block_bounds(*this).first; }

void FioDraft::set(std::string_view key, const std::string& value) {
    auto found = std::ranges::find(options, key, &FioOption::key);
    if (found == options.end()) options.push_back({std::string(key), value});
    else found->value = value;
}

void FioDraft::erase(std::string_view key) { std::erase_if(options, [&](const FioOption& option) { return option.key == key; }); }

void FioDraft::change(std::string_view key, const std::string& value, std::string_view why, FioChanges& changes) {
    const std::string became = std::string(key) + "=" + value;
    if (const ScriptOption* said = source->find(key)) changes.of(*said, became, why);
    else changes.added(*source, became, why);
    set(key, value);
}

std::string plain_fio_name(std::string_view name) {
    constexpr size_t kLongestName = 40;
    std::string out;
    for (unsigned char c : name) {
        const bool plain = std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
        if (plain) out += static_cast<char>(c);
        else if (!out.empty() && out.back() != '-') out += '-';
    }
    out.resize(std::min(out.size(), kLongestName));
    while (!out.empty() && out.back() == '-') out.pop_back();
    if (out.empty() || out.starts_with("global") || out.front() == '.') out = "job" + (out.empty() ? out : "-" + out);
    return out;
}

}  // namespace diobench
