// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/engines.h"

#include <algorithm>
#include <array>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

struct EngineRow {
    std::string_view engines;  ///< separated by '|'
    EngineChoice choice;
};

constexpr auto kFileEngines = std::to_array<EngineRow>({
    {"sync", {"sync", ""}},
    {"psync", {"psync", ""}},
    {"vsync", {"vsync", ""}},
    {"pvsync", {"pvsync", ""}},
    {"pvsync2", {"pvsync2", ""}},
    {"libaio", {"libaio", ""}},
    {"io_uring", {"io_uring", ""}},
    {"posixaio", {"posixaio", ""}},
    {"mmap", {"mmap", ""}},
    {"aio|linuxaio", {"libaio", "an old name of it"}},
    {"windowsaio|solarisaio|guasi", {"libaio", "another system's asynchronous reads"}},
    {"preadv2", {"pvsync2", "fio calls it so"}},
    {"splice", {"psync", "splice moves pages of the page cache, which direct reads do not have"}},
    {"sg|mtd|libzbc|ime_psync|libcufile", {"psync", "commands of a device of its own: plain reads stand for them"}},
    {"ime_aio", {"libaio", "commands of a device of its own: plain reads stand for them"}},
    {"ime_psyncv", {"pvsync", "commands of a device of its own: plain reads stand for them"}},
    {"dev-dax|libpmem|pmemblk", {"mmap", "it maps a device; here a file is mapped"}},
    {"io_uring_cmd|xnvme|nvme|spdk|spdk_bdev|spdk_nvme", {"io_uring", "commands of a device of its own: plain reads stand for them"}},
});

struct OtherRow {
    std::string_view engines;
    std::string_view why;
};
constexpr auto kOtherEngines = std::to_array<OtherRow>({
    {"cpuio", "it burns CPU time and reads nothing"},
    {"null|cpp_null|skeleton_external|null_blk", "it reads nothing"},
    {"net|netsplice|rdma|librpma_apm_client|librpma_apm_server|librpma_gpspm_client|librpma_gpspm_server", "it moves bytes over a network, and reads no file"},
    {"rados|rbd|http|gfapi|gfapi_async|libhdfs|libiscsi|nbd|nfs|dfs", "it reads from servers, not from files of this kernel"},
    {"ftruncate|filecreate|filestat|filedelete|falloc|e4defrag|exec|dircreate|dirstat|dirdelete", "it reads no bytes of a file"},
});

bool is_one_of(std::string_view engine, std::string_view list) {
    const auto all = split(list, '|');
    return std::ranges::find(all, engine) != all.end();
}

}  // namespace

std::optional<std::string> fio_engine_without_files(std::string_view engine) {
    for (const auto& row : kOtherEngines)
        if (is_one_of(engine, row.engines)) return "ioengine " + std::string(engine) + ": " + std::string(row.why);
    if (engine.starts_with("external") || engine.find('/') != std::string_view::npos) return "an engine from outside cannot be loaded: what and how it reads is not known";
    return std::nullopt;
}

EngineChoice fio_engine_here(std::string_view engine) {
    for (const auto& row : kFileEngines)
        if (is_one_of(engine, row.engines)) return row.choice;
    return {};
}

}  // namespace diobench
