// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/t_io_uring.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// It says after each full second but the last how many reads that second had.
constexpr unsigned kSecondsOfARun = 2;

/// The lines it prints, each a pattern; group 1 and 2 of a line with groups are a rate and its unit.
std::vector<std::string> expected_lines(unsigned iodepth) {
    std::vector<std::string> out = {R"(submitter=0, tid=\d+, file=.*, node=-?\d+)",
                                    fmt::format("polled=0, fixedbufs=1/0, register_files=1, buffered=1, QD={}", iodepth),
                                    R"(Engine=io_uring, sq_ring=\d+, cq_ring=\d+)"};
    for (unsigned second = 1; second < kSecondsOfARun; ++second)
        out.emplace_back(R"(IOPS=(\d+|\d+\.\d\d)([KM]?), BW=[\d.]+[MG]iB/s, IOS/call=\d+/\d+)");
    out.emplace_back("Exiting on timeout");
    out.emplace_back(R"(Maximum IOPS=[\d.]+[KM]?)");
    return out;
}

}  // namespace

std::vector<std::string> t_io_uring_command(const fs::path& program, const fs::path& file, unsigned iodepth, uint64_t block_size_bytes) {
    std::vector<std::string> out = {program.string(), "-n1", fmt::format("-r{}", kSecondsOfARun), fmt::format("-b{}", block_size_bytes), fmt::format("-d{}", iodepth),
                                    fmt::format("-s{}", iodepth), "-c1"};
    for (const auto& feature : kSameFeatures)
        if (!feature.option.empty()) out.emplace_back(feature.option);
    out.push_back(file.string());
    return out;
}

Result<double> t_io_uring_reads_per_s(std::string_view output, unsigned iodepth) {
    const auto lines = split(trim(output), '\n');
    const auto expected = expected_lines(iodepth);
    double sum = 0;
    for (size_t i = 0; i < std::max(lines.size(), expected.size()); ++i) {
        const std::string line = i < lines.size() ? lines[i] : "";
        std::smatch found;
        if (i >= expected.size() || !std::regex_match(line, found, std::regex(expected[i])))
            return fail("understand t/io_uring", "", fmt::format("line {} of what it printed is \"{}\" instead of {}", i + 1, line,
                                                                 i < expected.size() ? "\"" + expected[i] + "\"" : "none"));
        if (found.size() == 3) sum += std::stod(found[1]) * (found[2] == "M" ? 1e6 : found[2] == "K" ? 1e3 : 1);
    }
    return sum / (kSecondsOfARun - 1);
}

}  // namespace diobench
