// SPDX-License-Identifier: GPL-2.0-only
// Reads at random: what one of them does, and what else goes on meanwhile, as a function of a seed and a number.
//
// A scene is one cache (or image file), one image mounted, and a list of operations, most of which are reads.  An
// operation does not depend on those before it: any part of the list is a scene as well, which is how one is minimised.
// Host and guest link the same generator: the host sends numbers, the guest knows what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// By which call.
enum class ReadBy { pread, preadv2, libaio, io_uring, io_uring_fixed, mmap };

/// Where a read puts its data.
enum class ReadMemory {
    scattered,       ///< pages that are no neighbours
    contiguous,
    shared_file,     ///< a shared mapping of a file of tmpfs
    image_private,   ///< a private mapping of a file of the same image
    no_access,       ///< from some page on
    read_only,       ///< from some page on
    image_shared,    ///< a shared mapping of a file of the same image, which cannot be written
};

struct SceneRead {
    size_t file = 0;  ///< one of ReadScene::files
    bool direct = true;
    bool nowait = false;
    uint64_t offset = 0;
    std::vector<size_t> segments;  ///< bytes; one at least, each may be 0
    size_t shift = 0;              ///< bytes behind a page at which each segment begins
    ReadMemory memory = ReadMemory::scattered;
    size_t good_pages = 0;         ///< of memory that cannot be written from some page on

    [[nodiscard]] uint64_t length() const;
    /// Address, offset or a length is no multiple of the block.
    [[nodiscard]] bool is_misaligned() const;
};

/// What becomes of a process that has reads under way.
enum class Fate {
    waits,            ///< for all of them
    killed,           ///< by SIGKILL
    signalled,        ///< by a signal that it handles
    exits,            ///< does not wait
    execs,            ///< another program
    cancels,          ///< io_cancel(2) of each, then waits
    destroys,         ///< io_destroy(2), or the end of the ring
    destroys_killed,  ///< is killed while it does
    forks,            ///< a child that writes into the memory
    thread_leaves,    ///< a thread submits and ends
    process_leaves,   ///< a process of the same memory submits and ends (libaio), or a child with the same ring
};

/// What else happens while they are under way.
enum class Meanwhile { nothing, restart_daemon, drop_caches, detach_mount };

/// How the daemon treats READs from now on.
enum class DaemonMood {
    well,
    late,
    fills_nothing,
    fills_prefix,
    leaves_sectors_out,  ///< at the end of what is asked for
    write_fails,
};

struct SceneOperation {
    enum class Kind {
        batch,    ///< reads under way at one time, by one process that goes on
        process,  ///< by a process of their own, to which something happens
        mood,     ///< of the daemon
        drop_caches,
        remount,  ///< nothing of the image is in the cache after (or all of it: ReadScene::warm)
        cut,      ///< the cache file ends in the last block of a file, and the reads are of that file
    };
    Kind kind = Kind::batch;
    ReadBy by = ReadBy::pread;
    std::vector<SceneRead> reads = {};
    Fate fate = Fate::waits;
    Meanwhile meanwhile = Meanwhile::nothing;
    bool held = false;  ///< process: the daemon answers only after what happens to it
    DaemonMood mood = DaemonMood::well;
    uint64_t amount = 0;  ///< of the mood (ns, bytes), or bytes that a cut leaves

    /// One line for people.
    [[nodiscard]] std::string text(const struct ReadScene& scene) const;
};

struct ReadScene {
    uint64_t number = 0;
    std::string image;
    std::vector<std::string> files;  ///< that are read
    bool warm = false;               ///< all is in the cache before the first read
    bool maps_files = false;         ///< has mappings of files of the image: lockdep is off after (Case::maps_files)
    bool one_volume = false;         ///< a shared domain
    bool timer = false;              ///< the device completes in an interrupt
    uint64_t completion_ns = 0;      ///< timer
    unsigned queue_depth = 1;        ///< timer
    unsigned cache_block_bytes = 4096;
    std::vector<SceneOperation> operations;

    [[nodiscard]] uint64_t reads() const;
    [[nodiscard]] uint64_t direct_reads() const;
    /// "image flat, nothing of it in the cache, ...".
    [[nodiscard]] std::string text() const;
};

/// Scene `number` of `seed`, of some 1,000 reads.
[[nodiscard]] ReadScene make_scene(uint64_t seed, uint64_t number);
/// What make_scene() will say of ReadScene::maps_files.
[[nodiscard]] bool scene_maps_files(uint64_t number);

/// A scene, or a part of one, as a plan names it.
struct SceneChoice {
    uint64_t number = 0;
    std::optional<std::vector<size_t>> operations = {};  ///< places in the list; nothing: all

    [[nodiscard]] ReadScene scene(uint64_t seed) const;
    [[nodiscard]] nlohmann::json to_json() const;
    /// Throws nlohmann::json::exception.
    [[nodiscard]] static SceneChoice from_json(const nlohmann::json& json);
};

}  // namespace diobench
