// SPDX-License-Identifier: GPL-2.0-only
// The DMA engine of the exact machine: holds the content of its disks and copies
// from and to the guest's memory while the guest executes one instruction.  The
// guest's side is the driver in kernel-patches/machines/exact/; what both agree
// on is below, little endian.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diobench::plugin {

/// At "attach" the engine fills in what it has, at "execute" it does `command`.
struct DmaControl {
    static constexpr uint64_t kMagic = 0x3141'4d44'6269'6400;  ///< "\0dibDMA1"
    static constexpr size_t kDisks = 2;

    uint64_t magic;
    uint64_t disk_bytes[kDisks];  ///< 0: there is none
    uint64_t command;             ///< physical address
    uint32_t status;              ///< a DmaStatus
    uint32_t reserved;
};

struct DmaSegment {
    uint64_t address;  ///< physical
    uint64_t bytes;
};

struct DmaCommand {
    enum : uint32_t { kRead, kWrite };

    uint32_t opcode;
    uint32_t disk;
    uint64_t offset;    ///< bytes into the disk
    uint64_t list;      ///< physical address of `segments` DmaSegment; 0: there is one, `first`
    uint32_t segments;
    uint32_t blocks;    ///< that the segments have together, as the request has them
    DmaSegment first;
    uint64_t reserved2[2];
};
static_assert(sizeof(DmaCommand) == 64);

enum class DmaStatus : uint32_t {
    done,
    bad_opcode,
    bad_disk,
    bad_offset,   ///< beyond the end of the disk, or not a whole number of blocks
    bad_list,     ///< the list of segments is not in memory, or of a length that no request has
    bad_segment,  ///< not in memory
    bad_length,   ///< the segments have more or fewer blocks than the command: a device would go on in memory that nobody named
};

/// Memory of the guest by physical address, as one piece from 0.
class GuestMemory {
public:
    GuestMemory() = default;
    explicit GuestMemory(std::span<uint8_t> bytes) : bytes_(bytes) {}
    /// The bytes at `address`, or nullptr if not all of them are memory: the hole below 1 MiB is not.
    [[nodiscard]] uint8_t* at(uint64_t address, uint64_t size) const;
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

private:
    std::span<uint8_t> bytes_;
};

class DmaEngine {
public:
    static constexpr uint64_t kBlockBytes = 4096;
    static constexpr uint32_t kMostSegments = 128;

    DmaEngine(GuestMemory memory, std::vector<std::span<uint8_t>> disks) : memory_(memory), disks_(std::move(disks)) {}

    /// A bit of the page number that attach() takes, the highest first.
    void take_bit(bool bit) { frame_ = frame_ << 1 | static_cast<uint32_t>(bit); }
    /// False if there is no memory at that page: the guest then sees no engine.
    bool attach();
    /// Does what the control page says, or nothing at all and says why.
    void execute();

private:
    [[nodiscard]] DmaStatus run(const DmaCommand& command) const;

    GuestMemory memory_;
    std::vector<std::span<uint8_t>> disks_;
    uint32_t frame_ = 0;
    DmaControl* control_ = nullptr;
};

}  // namespace diobench::plugin
