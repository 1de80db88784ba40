// SPDX-License-Identifier: GPL-2.0-only
// Offsets and sizes that the files of the image have, and blocks that direct reads can have.  What is larger than its file is
// made smaller with all others by one factor, so that the pattern keeps its shape.
#include <algorithm>
#include <cmath>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/common/fio/draft.h"

namespace diobench {

namespace {

constexpr uint64_t kLargestBlock = 8 * kMiB;
constexpr uint64_t kDirectBlockBytes = 4096;  // EROFS, and the series that make its direct reads

uint64_t least_file(const FioDraft& draft, const FioSurroundings& around) {
    uint64_t least = UINT64_MAX;
    for (unsigned number : draft.files) least = std::min(least, around.file_bytes[number - 1]);
    return round_down(least, kDirectBlockBytes);
}

uint64_t share_of(std::string_view text, uint64_t whole) { return whole / 100 * parse_fio_percent(text).value_or(100); }

bool is_share(const FioDraft& draft, std::string_view key) { return draft.value_of(key).ends_with('%'); }

/// What blocks a read may have: whole ones of the file system if direct, none larger than the file.
uint64_t right_block(uint64_t bytes, const FioDraft& draft, uint64_t file_bytes) {
    const uint64_t unit = draft.direct() ? kDirectBlockBytes : 1;
    const uint64_t most = std::min(kLargestBlock, file_bytes);
    return std::min(round_up(std::max<uint64_t>(bytes, 1), unit), most);
}

const char* why_other_block(const FioDraft& draft, uint64_t bytes) {
    if (draft.direct() && bytes % kDirectBlockBytes != 0) return "direct reads of this file system are of multiples of 4096 bytes";
    return "no read is larger than its file, or than 8m";
}

void adapt_blocks(FioDraft& draft, uint64_t file_bytes, FioChanges& changes) {
    auto right = [&](std::string_view text) { return size_name(right_block(static_cast<uint64_t>(parse_fio_bytes(text).value_or(1)), draft, file_bytes)); };
    auto set = [&](std::string_view key, const std::string& value, uint64_t worst) {
        if (value != draft.value_of(key)) draft.change(key, value, why_other_block(draft, worst), changes);
    };
    const uint64_t worst = draft.smallest_block() % kDirectBlockBytes != 0 ? draft.smallest_block() : draft.largest_block();
    if (draft.find("bs") != nullptr) set("bs", right(draft.value_of("bs")), worst);
    if (const FioOption* range = draft.find("bsrange")) {
        const size_t dash = range->value.find('-');
        set("bsrange", right(range->value.substr(0, dash)) + "-" + right(range->value.substr(dash + 1)), worst);
    }
    if (const FioOption* sizes = draft.find("bssplit")) {
        std::string out;
        for (const auto& part : split(sizes->value, ':')) {
            const size_t slash = part.find('/');
            out += (out.empty() ? "" : ":") + right(part.substr(0, slash)) + (slash == std::string::npos ? "" : part.substr(slash));
        }
        set("bssplit", out, worst);
    }
    for (const char* key : {"blockalign", "offset_align"})
        if (draft.bytes(key) != 0) set(key, right(draft.value_of(key)), draft.bytes(key));
    if (const std::string rw = draft.value_of("rw"); draft.direct() && !draft.random() && rw.find(':') != std::string::npos) {
        const int64_t step = parse_fio_bytes(std::string_view(rw).substr(rw.find(':') + 1)).value_or(0);
        const auto unit = static_cast<int64_t>(kDirectBlockBytes);
        if (step % unit != 0) draft.change("rw", "read:" + std::to_string((step / unit + (step > 0 ? 1 : -1)) * unit), why_other_block(draft, 1), changes);
    }
}

/// filesize is what each file would have: with as many files the job has so much.
void adapt_file_size(FioDraft& draft, FioChanges& changes) {
    const ScriptOption* option = draft.source->find("filesize");
    if (option == nullptr) return;
    if (draft.find("size") != nullptr) return changes.of(*option, "dropped", "size says how much is read");
    const std::string given = option->value.value_or("");
    auto bytes = parse_fio_bytes(std::string_view(given).substr(given.find_last_of("-,") == std::string::npos ? 0 : given.find_last_of("-,") + 1), draft.source->kb_base());
    if (!bytes || *bytes <= 0) return changes.fault(*option, "must be a size such as 64m");
    const std::string size = size_name(static_cast<uint64_t>(*bytes) * draft.files.size());
    changes.of(*option, "size=" + size, "files of the image are as large as they are: so much of them is read");
    draft.set("size", size);
}

/// Reading begins at the end, downwards: fio does so itself if offset is 0, and from where the file ends if that is its size.
void adapt_backwards(FioDraft& draft, uint64_t file_bytes, FioChanges& changes) {
    if (draft.random() || draft.value_of("rw").find(":-") == std::string::npos) return;
    if (draft.find("size") == nullptr) draft.change("size", size_name(round_down(file_bytes, std::max(draft.largest_block(), kDirectBlockBytes)) * draft.files.size()), "whole blocks of the file", changes);
    if (draft.find("offset") == nullptr) return;
    changes.of(*draft.source->find("offset"), "dropped", "a job that reads backwards begins at the end of its size");
    draft.erase("offset");
}

/// From the lowest byte to the highest that the job wants of a file.
struct Extent {
    uint64_t offset = 0;
    uint64_t size = 0;       ///< of a file; 0: what is behind the offset
    uint64_t increment = 0;  ///< from one thread to the next
    uint64_t steps = 0;

    [[nodiscard]] double end(uint64_t block) const {
        const double rest = size != 0 ? static_cast<double>(size) : static_cast<double>(std::max(offset, block));
        return static_cast<double>(offset) + rest + static_cast<double>(increment) * static_cast<double>(steps);
    }
};

Extent extent_of(const FioDraft& draft, uint64_t file_bytes) {
    Extent out;
    out.offset = is_share(draft, "offset") ? share_of(draft.value_of("offset"), file_bytes) : draft.bytes("offset");
    out.size = is_share(draft, "size") ? 0 : draft.bytes("size") / draft.files.size();
    out.increment = is_share(draft, "offset_increment") ? share_of(draft.value_of("offset_increment"), file_bytes) : draft.bytes("offset_increment");
    out.steps = draft.numjobs() - 1;
    return out;
}

/// Without a size the file is all that its device has: zones of which it has not even one with what is skipped behind it
/// become so small that it has several.
double factor_for_zones(const FioDraft& draft, uint64_t file_bytes) {
    constexpr uint64_t kZones = 8;
    const uint64_t zone = draft.bytes("zonesize") == 0 ? 0 : draft.bytes("zonerange", draft.bytes("zonesize")) + draft.bytes("zoneskip");
    return zone <= file_bytes ? 1 : static_cast<double>(file_bytes / kZones) / static_cast<double>(zone);
}

/// How much smaller everything must be for this job to fit; 1: it fits.
double factor_for(const FioDraft& draft, uint64_t file_bytes) {
    const Extent extent = extent_of(draft, file_bytes);
    if (extent.offset == 0 && extent.size == 0 && extent.increment == 0) return factor_for_zones(draft, file_bytes);
    const double end = extent.end(draft.largest_block());
    return end <= static_cast<double>(file_bytes) ? 1 : static_cast<double>(file_bytes) / end;
}

class Scaled {
public:
    Scaled(FioDraft& draft, uint64_t file_bytes, double factor, FioChanges& changes) : draft_(draft), file_bytes_(file_bytes), factor_(factor), changes_(changes) {
        unit_ = draft.direct() || (factor < 1 && draft.smallest_block() % kDirectBlockBytes == 0) ? kDirectBlockBytes : 1;
        block_ = draft.largest_block();
    }

    void write() {
        Extent extent = extent_of(draft_, file_bytes_);
        if (extent.offset == 0 && extent.size == 0 && extent.increment == 0) return amounts();
        extent.offset = scale(extent.offset, unit_);
        extent.increment = scale(extent.increment, unit_);
        if (extent.size != 0) extent.size = std::max(scale(extent.size, block_), block_);
        const uint64_t room = std::max(extent.size, block_);
        extent.offset = std::min(extent.offset, round_down(file_bytes_ - room, unit_));
        if (extent.steps != 0) extent.increment = std::min(extent.increment, round_down((file_bytes_ - room - extent.offset) / extent.steps, unit_));
        put("offset", extent.offset);
        put("offset_increment", extent.increment);
        if (extent.size != 0) put("size", extent.size * draft_.files.size());
        amounts();
    }

private:
    [[nodiscard]] uint64_t scale(uint64_t bytes, uint64_t unit) const {
        if (factor_ >= 1) return round_down(bytes, unit_);
        return round_down(static_cast<uint64_t>(static_cast<double>(bytes) * factor_), unit);
    }

    void put(std::string_view key, uint64_t bytes) {
        if (draft_.find(key) == nullptr || (is_share(draft_, key) && factor_ >= 1 && key != "offset")) return;
        if (draft_.bytes(key) == bytes && !is_share(draft_, key)) return;
        if (is_share(draft_, key) && share_of(draft_.value_of(key), file_bytes_) == bytes) return;
        draft_.change(key, size_name(bytes), why(), changes_);
    }

    [[nodiscard]] std::string why() const {
        if (factor_ >= 1) return "whole blocks of the file, which has " + size_name(file_bytes_);
        return "the file has " + size_name(file_bytes_) + ": all sizes and offsets are scaled together, to 1/" + std::to_string(std::lround(std::ceil(1 / factor_)));
    }

    /// What is not a place in the file but an amount, and zones.
    void amounts() {
        for (const char* key : {"zonesize", "zonerange", "zoneskip"})
            if (draft_.bytes(key) != 0) put(key, std::max(scale(draft_.bytes(key), block_), std::string_view(key) == "zoneskip" ? unit_ : block_));
        const uint64_t amount = draft_.bytes("io_size");
        if (amount != 0 && amount < block_) draft_.change("io_size", size_name(block_), "the least that can be read is one block", changes_);
        else if (amount != 0 && factor_ < 1) put("io_size", std::max(scale(amount, block_), block_));
    }

    FioDraft& draft_;
    uint64_t file_bytes_;
    double factor_;
    FioChanges& changes_;
    uint64_t unit_ = 1;
    uint64_t block_ = 1;
};

/// number_ios counts, and a smaller file is at its end before it is reached: it begins again.
void keep_number(FioDraft& draft, double factor, FioChanges& changes) {
    const uint64_t number = draft.bytes("number_ios");
    if (number == 0 || factor >= 1 || draft.find("io_size") != nullptr || draft.flag("time_based")) return;
    const uint64_t wanted = number * draft.largest_block();
    if (draft.bytes("size") / draft.largest_block() * draft.largest_block() >= wanted) return;  // made before the end
    changes.added(*draft.source, "io_size=" + size_name(wanted), "the file is read again until number_ios are made");
    draft.set("io_size", size_name(wanted));
}

/// Of what a mixed job reads and writes, the share that it reads.
void keep_share(FioDraft& draft, uint64_t file_bytes) {
    if (draft.share == 1 || draft.flag("time_based")) return;
    const uint64_t block = draft.largest_block();
    if (const uint64_t number = draft.bytes("number_ios"); number != 0)
        return draft.set("number_ios", std::to_string(std::max<uint64_t>(1, static_cast<uint64_t>(static_cast<double>(number) * draft.share))));
    uint64_t whole = draft.bytes("io_size", draft.bytes("size"));
    if (whole == 0) whole = file_bytes * draft.files.size();
    draft.set("io_size", size_name(std::max(block, round_down(static_cast<uint64_t>(static_cast<double>(whole) * draft.share), block))));
}

}  // namespace

void adapt_sizes(std::vector<FioDraft>& drafts, const FioSurroundings& around, FioChanges& changes) {
    double factor = 1;
    for (auto& draft : drafts) {
        const uint64_t file_bytes = least_file(draft, around);
        adapt_blocks(draft, file_bytes, changes);
        adapt_file_size(draft, changes);
        adapt_backwards(draft, file_bytes, changes);
        factor = std::min(factor, factor_for(draft, file_bytes));
    }
    for (auto& draft : drafts) {
        const uint64_t file_bytes = least_file(draft, around);
        Scaled(draft, file_bytes, factor, changes).write();
        keep_number(draft, factor, changes);
        keep_share(draft, file_bytes);
    }
}

double estimated_fio_reads(const FioDraft& draft, const FioSurroundings& around) {
    const auto files = static_cast<double>(draft.files.size());
    const auto jobs = static_cast<double>(draft.numjobs());
    double bytes = static_cast<double>(draft.bytes("io_size"));
    if (bytes == 0) bytes = static_cast<double>(draft.bytes("size"));
    if (bytes == 0) bytes = static_cast<double>(least_file(draft, around)) * files;
    if (is_share(draft, "size")) bytes *= static_cast<double>(parse_fio_percent(draft.value_of("size")).value_or(100)) / 100;
    double reads = bytes / static_cast<double>(std::max<uint64_t>(1, (draft.smallest_block() + draft.largest_block()) / 2)) * static_cast<double>(draft.bytes("loops", 1));
    if (const uint64_t number = draft.bytes("number_ios"); number != 0) reads = std::min(reads, static_cast<double>(number));
    return std::max(1.0, reads) * jobs;
}

}  // namespace diobench
