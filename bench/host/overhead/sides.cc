// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/sides.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/common/base/process.h"
#include "bench/common/fio/fio_measurement.h"
#include "bench/host/overhead/t_io_uring.h"

namespace diobench {

namespace {

std::vector<std::string> reader_command(const Programs& programs, const SideLoad& load, const fs::path& result) {
    std::vector<std::string> out = {programs.reader.string(), "--rw=" + load.rw, "--ioengine=" + load.ioengine, "--bs=" + std::to_string(load.block_size_bytes),
                                    "--iodepth=" + std::to_string(load.iodepth), "--number_ios=" + std::to_string(load.number_ios), "--direct=0",
                                    "--benchmark_out=" + result.string(), "--benchmark_out_format=json"};
    if (!load.file.empty()) out.push_back("--file=" + load.file.string());
    if (load.noatime) out.emplace_back("--noatime=1");
    return out;
}

// As fio comes, but for what would make the reads other ones: no readahead
// hint and no dropping of the page cache.  thread: its reads are then a thread
// that can be counted alone.  Its clock is the one that ours reads.
std::vector<std::string> fio_command(const Programs& programs, const SideLoad& load, const fs::path& result) {
    std::vector<std::string> out = {programs.fio.string(), "--name=overhead", "--rw=" + load.rw, "--ioengine=" + load.ioengine,
                                    "--bs=" + std::to_string(load.block_size_bytes), "--iodepth=" + std::to_string(load.iodepth),
                                    "--number_ios=" + std::to_string(load.number_ios), "--size=" + std::to_string(load.number_ios * load.block_size_bytes),
                                    "--direct=0", "--thread=1", "--clocksource=clock_gettime", "--invalidate=0", "--fadvise_hint=0", "--readonly",
                                    "--eta=never", "--output-format=json", "--output=" + result.string()};
    if (!load.file.empty()) out.push_back("--filename=" + load.file.string());
    return out;
}

Result<double> reader_result(const std::string& text, const fs::path& result) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return fail("read", result.string(), "diobench-read wrote no JSON", ExitCode::usage);
    const auto& run = json.at("benchmarks").at(0);
    if (run.value("error_occurred", false)) return fail("run diobench-read", "", run.value("error_message", "it failed"));
    return run.at("items_per_second").get<double>();
}

Result<double> fio_result(const std::string& text, const SideLoad& load) {
    auto json = fio_json(text, "");
    if (!json) return forward(json);
    if (!json->contains("jobs")) return fail("run fio", "", "what it wrote is no result of fio's");
    const auto& read = json->at("jobs").at(0).at("read");
    if (read.at("total_ios").get<uint64_t>() != load.number_ios)
        return fail("run fio", "", "it made " + std::to_string(read.at("total_ios").get<uint64_t>()) + " reads instead of " + std::to_string(load.number_ios));
    return read.at("iops").get<double>();
}

}  // namespace

std::string_view name_of(Side side) {
    switch (side) {
        case Side::ours: return "diobench-read";
        case Side::fio: return "fio";
        case Side::t_io_uring: return "t/io_uring";
    }
    return "";
}

std::vector<std::string> command_of(Side side, const Programs& programs, const SideLoad& load, const fs::path& result) {
    switch (side) {
        case Side::ours: return reader_command(programs, load, result);
        case Side::fio: return fio_command(programs, load, result);
        case Side::t_io_uring: return t_io_uring_command(programs.t_io_uring, load.file, load.iodepth, load.block_size_bytes);
    }
    return {};
}

Result<double> reads_per_s(Side side, const SideLoad& load, const fs::path& result) {
    auto text = read_file(result);
    if (!text) return forward(text);
    try {
        auto value = side == Side::ours ? reader_result(*text, result) : side == Side::fio ? fio_result(*text, load) : t_io_uring_reads_per_s(*text, load.iodepth);
        if (value && !(std::isfinite(*value) && *value > 0)) return fail("read", result.string(), "no reads a second in it");
        return value;
    } catch (const nlohmann::json::exception& e) {
        return fail("read", result.string(), e.what());
    }
}

Result<double> run_side(Side side, const Programs& programs, const SideLoad& load, const fs::path& scratch, std::chrono::milliseconds time_limit,
                        std::vector<std::string> under) {
    auto directory = TempDirectory::create(scratch, "side-");
    if (!directory) return forward(directory);
    const fs::path result = directory->path() / "result";
    const auto command = command_of(side, programs, load, result);
    under.insert(under.end(), command.begin(), command.end());
    CommandOptions options;
    options.time_limit = time_limit;
    auto ran = run_checked(under, options);
    if (!ran) return forward(ran);
    if (side == Side::t_io_uring)
        if (auto s = write_file_atomic(result, ran->output); !s) return forward(s);
    std::error_code ec;
    if (!fs::exists(result, ec)) return fail("run", command.front(), fmt::format("it ended well and wrote no result: is it {}?", name_of(side)));
    return reads_per_s(side, load, result);
}

}  // namespace diobench
