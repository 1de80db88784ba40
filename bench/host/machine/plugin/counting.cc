// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/counting.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstring>

namespace diobench::plugin {

namespace {

// The machine's CPU has neither ERMS nor FSRM, so user copies are calls and not a REP MOVSB in line (Linux 6.1 to 7.x, arch/x86/lib).
constexpr std::array<std::string_view, 8> kUserCopies = {"rep_movs_alternative", "copy_user_generic_string", "copy_user_generic_unrolled", "copy_user_fast_string",
                                                         "copy_user_short_string", "copy_user_enhanced_fast_string", "__copy_user_nocache", "__copy_user_flushcache"};
constexpr std::array<std::string_view, 8> kKernelCopies = {"memcpy_orig", "memcpy", "__memcpy", "memmove", "__memmove", "copy_page", "copy_page_regs", "__memcpy_flushcache"};

template <size_t size>
bool is_one_of(const std::array<std::string_view, size>& all, std::string_view name) {
    return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

std::string FunctionCounting::open(const std::string& symbol_file, const std::string& output_file) {
    if (!symbols_.read(symbol_file.c_str())) return "no kernel functions in \"" + symbol_file + "\" (symbols=)";
    output_ = std::fopen(output_file.c_str(), "we");
    if (output_ == nullptr) return "cannot write \"" + output_file + "\" (output=): " + std::strerror(errno);
    copies_.resize(symbols_.size() + 2);
    for (size_t i = 0; i < symbols_.size(); ++i) {
        if (is_one_of(kUserCopies, symbols_.name(i))) copies_[i] = Copies::user;
        if (is_one_of(kKernelCopies, symbols_.name(i))) copies_[i] = Copies::kernel;
    }
    return {};
}

size_t FunctionCounting::index_of(uint64_t address) const {
    if (address < SymbolTable::kLowestKernelAddress) return user_index();
    const size_t found = symbols_.find(address);
    return found < symbols_.size() ? found : unknown_index();
}

bool FunctionCounting::is_entry(uint64_t address) const {
    const size_t index = index_of(address);
    return index < symbols_.size() && symbols_.address(index) == address;
}

const char* FunctionCounting::name_of(size_t index) const {
    if (index == user_index()) return "[user]";
    if (index == unknown_index()) return "[kernel, no symbol]";
    return symbols_.name(index).c_str();
}

void FunctionCounting::on_marker(Marker marker) {
    switch (marker) {
        case Marker::bit0:
        case Marker::bit1:
            if (inside_) complain("a tag inside a region: two readers at once");
            tag_ = tag_ << 1 | static_cast<uint64_t>(marker == Marker::bit1);
            ++tag_bits_;
            return;
        case Marker::begin: return begin_region();
        case Marker::end:
            if (inside_) write_region();
            else complain("a region that ends without a beginning");
            inside_ = false;
            tag_ = 0;
            tag_bits_ = 0;
            return;
        default: return;
    }
}

void FunctionCounting::begin_region() {
    if (inside_ || tag_bits_ != kMarkerTagBits) complain("a region that begins inside another or without a whole tag");
    const bool copies_are_seen = std::find(copies_.begin(), copies_.end(), Copies::user) != copies_.end() &&
                                 std::find(copies_.begin(), copies_.end(), Copies::kernel) != copies_.end();
    if (!copies_are_seen) complain("no function of this kernel that copies is known by name: see bench/host/machine/plugin/counting.cc");
    inside_ = true;
    at_begin_.assign(counters_.begin(), counters_.end());
    copied_at_begin_ = copied_;
    if (caches_) traffic_at_begin_ = caches_->traffic();
}

/// A stream that broke shows as a region without its last line.
void FunctionCounting::write_region() {
    std::fprintf(output_, "region %08" PRIx32 "\n", static_cast<uint32_t>(tag_));
    uint64_t total = 0;
    size_t lines = 0;
    for (size_t i = 0; i < counters_.size(); ++i) {
        const Counters c = counters_[i] - at_begin_[i];
        if (c.instructions == 0) continue;
        std::fprintf(output_, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", c.instructions, c.loads, c.stores, c.entries, name_of(i));
        total += c.instructions;
        ++lines;
    }
    std::fprintf(output_, "copied %" PRIu64 " %" PRIu64 "\n", copied_.user - copied_at_begin_.user, copied_.kernel - copied_at_begin_.kernel);
    if (caches_) {
        const LineCounts t = caches_->traffic() - traffic_at_begin_;
        std::fprintf(output_, "traffic %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", t.l1, t.l2, t.l3, t.streamed, t.missed, t.string_steps);
    }
    std::fprintf(output_, "end %zu %" PRIu64 "\n", lines, total);
    std::fflush(output_);
}

void FunctionCounting::complain(const char* what) {
    std::fprintf(output_, "fault %s\n", what);
    std::fflush(output_);
}

}  // namespace diobench::plugin
