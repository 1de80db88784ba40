// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/instructions.h"

#include <algorithm>
#include <charconv>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// N: what differs between two start-ups, some ten thousand instructions, is then some two a read.
constexpr uint64_t kReads = 20'000;

Result<uint64_t> count(Side side, const Programs& programs, const SideLoad& load, const fs::path& scratch) {
    auto valgrind = find_program("valgrind", "valgrind");
    if (!valgrind) return forward(valgrind);
    auto directory = TempDirectory::create(scratch, "callgrind-");
    if (!directory) return forward(directory);
    // It must have read what it was asked to.
    auto rate = run_side(side, programs, load, scratch, std::chrono::minutes(5),
                         {valgrind->string(), "--quiet", "--tool=callgrind", "--separate-threads=yes", "--callgrind-out-file=" + (directory->path() / "totals").string()});
    if (!rate) return forward(rate);
    return callgrind_instructions(side, directory->path());
}

}  // namespace

Result<uint64_t> callgrind_instructions(Side side, const fs::path& directory) {
    uint64_t sum = 0;
    uint64_t largest = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
        auto text = read_file(entry.path());
        if (!text) return forward(text);
        for (const auto& line : split(*text, '\n')) {
            if (!line.starts_with("totals: ")) continue;
            uint64_t value = 0;
            const std::string_view number = trim(std::string_view(line).substr(8));
            if (auto [end, error] = std::from_chars(number.begin(), number.end(), value); error != std::errc() || end != number.end())
                return fail("read callgrind's", entry.path().filename().string(), "\"" + line + "\" has no number");
            sum += value;
            largest = std::max(largest, value);
        }
    }
    if (sum == 0) return fail("read callgrind's totals in", directory.string(), "there are none");
    return side == Side::ours ? sum : largest;
}

Result<double> instructions_per_read(Side side, const Programs& programs, unsigned iodepth, const fs::path& scratch) {
    SideLoad load{.ioengine = "null", .iodepth = iodepth, .number_ios = kReads, .file = {}};
    auto once = count(side, programs, load, scratch);
    if (!once) return forward(once);
    load.number_ios = 2 * kReads;
    auto twice = count(side, programs, load, scratch);
    if (!twice) return forward(twice);
    if (*twice <= *once)
        return fail("count instructions of", name_of(side), "twice the reads took no more: " + std::to_string(*twice) + " after " + std::to_string(*once));
    return static_cast<double>(*twice - *once) / static_cast<double>(kReads);
}

}  // namespace diobench
