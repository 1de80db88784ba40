// SPDX-License-Identifier: GPL-2.0-only
// The memory that the reads of one operation of a scene put their data into.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <sys/uio.h>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/guest/conformance/bad_memory.h"
#include "bench/guest/conformance/read_scene.h"
#include "bench/guest/conformance/reading.h"

namespace diobench {

/// Memory of a kind, handed out in pieces.
class Arena {
public:
    /// Neighbours or not, or a file of tmpfs that is shared with children.
    [[nodiscard]] static Result<Arena> create(ReadMemory kind, size_t bytes);
    Arena(Arena&& other) noexcept;
    Arena& operator=(Arena&&) = delete;
    ~Arena();
    [[nodiscard]] std::span<std::byte> span() const { return span_; }
    /// Whole pages; empty if there is no room.
    [[nodiscard]] std::span<std::byte> take(size_t bytes);
    void take_all_back() { used_ = 0; }

private:
    explicit Arena(std::span<std::byte> span) : span_(span) {}
    std::optional<ReadBuffer> buffer_;
    std::span<std::byte> span_;
    size_t used_ = 0;
};

/// A file of the image that memory can be a mapping of.
struct MappableFile {
    int fd = -1;
    uint64_t size_bytes = 0;
};

class ReadTargets {
public:
    /// `bytes`: of all reads of an operation, at most.
    [[nodiscard]] static Result<ReadTargets> create(uint64_t bytes);
    /// What can be registered for ReadBy::io_uring_fixed.
    [[nodiscard]] std::span<std::byte> scattered() const { return arenas_.front()->span(); }
    /// Children do not get this memory, which would be copied page by page.
    void leave_out_of_children();
    /// Lays out the memory of an operation's reads and poisons it; what the one before had is gone.
    [[nodiscard]] Status lay_out(std::span<const SceneRead> reads, const MappableFile& file);

    /// Of the last operation's memory: what is a mapping of the image keeps that busy.
    void let_go();

    [[nodiscard]] std::span<const iovec> segments(size_t read) const { return targets_[read].segments; }
    /// The memory of a read that returned `result`, one segment behind the other, as far as it can be written.
    [[nodiscard]] std::vector<std::byte> found(size_t read, ssize_t result) const;
    /// What was written beside the segments; empty if nothing was.
    [[nodiscard]] std::string spilled(size_t read) const;
    /// Writes into the memory of all reads that has no other owner.
    void scribble() const;

private:
    struct Target {
        std::vector<iovec> segments = {};
        size_t writable_bytes = 0;
        bool poisoned = true;               ///< else what it held is no poison
        std::span<std::byte> region = {};        ///< holds all segments, with room between; empty: none
    };
    [[nodiscard]] Result<Target> lay_out(const SceneRead& read, const MappableFile& file);
    [[nodiscard]] Result<Target> in_arena(const SceneRead& read);
    [[nodiscard]] Result<Target> in_bad_memory(const SceneRead& read);
    [[nodiscard]] Result<Target> in_mapping(const SceneRead& read, const MappableFile& file);
    [[nodiscard]] Result<Arena*> arena(ReadMemory kind);
    explicit ReadTargets(uint64_t bytes) : bytes_(bytes) {}
    uint64_t bytes_;
    bool left_out_ = false;
    std::array<std::optional<Arena>, 3> arenas_;  ///< scattered, contiguous, shared_file: made when they are wanted
    std::vector<BadMemory> bad_;
    std::vector<std::shared_ptr<void>> mappings_;
    std::vector<Target> targets_;
};

}  // namespace diobench
