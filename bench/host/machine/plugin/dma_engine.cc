// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/plugin/dma_engine.h"

#include <cstring>

namespace diobench::plugin {

namespace {

constexpr uint64_t kPageBytes = 4096;
// From here to 1 MiB are the display's memory and firmware, not what lies at that place in memory.
constexpr uint64_t kHoleBegin = 0xa0000;
constexpr uint64_t kHoleEnd = 0x100000;

/// The segments of a command, all in memory and together as long as the blocks they are for.
struct Segments {
    DmaStatus status = DmaStatus::done;
    uint64_t bytes = 0;
};

Segments check(const GuestMemory& memory, const DmaSegment* list, uint32_t count) {
    Segments out;
    for (uint32_t i = 0; i < count; ++i) {
        if (list[i].bytes == 0 || memory.at(list[i].address, list[i].bytes) == nullptr) return {DmaStatus::bad_segment, 0};
        out.bytes += list[i].bytes;
    }
    return out;
}

}  // namespace

uint8_t* GuestMemory::at(uint64_t address, uint64_t size) const {
    if (address > bytes_.size() || size > bytes_.size() - address) return nullptr;
    if (address < kHoleEnd && address + size > kHoleBegin) return nullptr;
    return bytes_.data() + address;
}

bool DmaEngine::attach() {
    uint8_t* page = memory_.at(uint64_t{frame_} * kPageBytes, kPageBytes);
    frame_ = 0;
    if (page == nullptr) return false;
    control_ = reinterpret_cast<DmaControl*>(page);
    for (size_t i = 0; i < DmaControl::kDisks; ++i) control_->disk_bytes[i] = i < disks_.size() ? disks_[i].size() : 0;
    control_->magic = DmaControl::kMagic;
    return true;
}

void DmaEngine::execute() {
    if (control_ == nullptr) return;
    const auto* command = reinterpret_cast<const DmaCommand*>(memory_.at(control_->command, sizeof(DmaCommand)));
    control_->status = static_cast<uint32_t>(command == nullptr ? DmaStatus::bad_list : run(*command));
}

DmaStatus DmaEngine::run(const DmaCommand& command) const {
    if (command.opcode != DmaCommand::kRead && command.opcode != DmaCommand::kWrite) return DmaStatus::bad_opcode;
    if (command.disk >= disks_.size()) return DmaStatus::bad_disk;
    if (command.segments == 0 || command.segments > kMostSegments) return DmaStatus::bad_list;
    const DmaSegment* list = &command.first;
    if (command.list != 0) list = reinterpret_cast<const DmaSegment*>(memory_.at(command.list, command.segments * sizeof(DmaSegment)));
    if (list == nullptr) return DmaStatus::bad_list;
    const Segments segments = check(memory_, list, command.segments);
    if (segments.status != DmaStatus::done) return segments.status;
    const std::span<uint8_t> disk = disks_[command.disk];
    if (command.offset % kBlockBytes != 0 || segments.bytes % kBlockBytes != 0) return DmaStatus::bad_offset;
    if (segments.bytes != command.blocks * kBlockBytes) return DmaStatus::bad_length;
    if (command.offset > disk.size() || segments.bytes > disk.size() - command.offset) return DmaStatus::bad_offset;
    uint8_t* at = disk.data() + command.offset;
    for (uint32_t i = 0; i < command.segments; at += list[i].bytes, ++i) {
        uint8_t* memory = memory_.at(list[i].address, list[i].bytes);
        if (command.opcode == DmaCommand::kRead) std::memcpy(memory, at, list[i].bytes);
        else std::memcpy(at, memory, list[i].bytes);
    }
    return DmaStatus::done;
}

}  // namespace diobench::plugin
