// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_scene.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>
#include <random>
#include <set>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/common/image/test_images.h"

namespace diobench {

namespace {

using Random = std::mt19937_64;

/// Not those that are about names, links or domains.
constexpr std::array kSceneImages = {"flat",      "flat",            "inline-tail", "inline-tail", "many",         "chunk-4k",      "chunk-64k", "chunk-1m", "index-4k",   "index-64k",
                                     "sparse-4k", "sparse-index-4k", "sparse-64k",  "sparse-1m",   "scattered-4k", "scattered-64k", "blob",      "blobs",    "compressed", "large",
                                     "sparse-far"};
/// Where the last block of a file is its last one on the blob as well, and can be found there.
constexpr std::array kCutImages = {"flat", "chunk-4k", "chunk-64k", "chunk-1m"};
constexpr uint64_t kSceneReads = 1000;
constexpr size_t kMostSceneFiles = 12;
constexpr size_t kMostInBatch = 48;
constexpr size_t kMostInProcess = 8;
/// Of all reads of an operation.
constexpr uint64_t kMostBatchBytes = 2 * kMiB;
constexpr uint64_t kMostProcessBytes = 256 * kKiB;
constexpr size_t kMostSegments = 200;
/// Scenes with mappings of files: one in so many.
constexpr uint64_t kMappingScenes = 8;

bool one_in(Random& random, uint64_t n) { return random() % n == 0; }
template <class Array>
auto one_of(Random& random, const Array& values) { return values[random() % values.size()]; }

/// Bytes, mostly few blocks.
uint64_t length_of(Random& random, uint64_t most) {
    const uint64_t draw = random() % 100;
    uint64_t blocks = 1 + random() % 4;
    if (draw < 1) blocks = 0;
    else if (draw < 25) blocks = 1 + random() % 32;
    else if (draw < 30) blocks = 1 + random() % 256;
    return std::min(blocks * kBlockBytes, most / kBlockBytes * kBlockBytes);
}

/// Blocks at which something begins or ends: the file, a hole, a chunk.
uint64_t place_of_interest(Random& random, const TestImage& image, const TestFile& file) {
    const uint64_t end = (file.size_bytes + kBlockBytes - 1) / kBlockBytes;
    switch (random() % 4) {
    case 0: return end;
    case 1:
        if (!file.holes.empty()) {
            const Hole& hole = file.holes[random() % file.holes.size()];
            return one_in(random, 2) ? hole.first_block : hole.first_block + hole.blocks;
        }
        [[fallthrough]];
    case 2:
        if (image.chunk_bytes > kBlockBytes && image.stretched_chunk_bytes == 0) return random() % (file.size_bytes / image.chunk_bytes + 1) * (image.chunk_bytes / kBlockBytes);
        [[fallthrough]];
    default: return random() % (end + 1);
    }
}

uint64_t offset_of(Random& random, const TestImage& image, const TestFile& file) {
    const uint64_t place = place_of_interest(random, image, file);
    const uint64_t before = random() % 4;
    return (place > before ? place - before : 0) * kBlockBytes;
}

/// A length in pieces; `dense`: each a block.
std::vector<size_t> pieces_of(Random& random, uint64_t length) {
    std::vector<size_t> out;
    const uint64_t blocks = length / kBlockBytes;
    if (blocks < 2 || one_in(random, 2)) {
        out.push_back(length);
    } else {
        const bool dense = one_in(random, 4);
        for (uint64_t left = blocks; left > 0;) {
            uint64_t piece = dense ? 1 : 1 + random() % std::min<uint64_t>(left, 8);
            if (out.size() + 1 == kMostSegments) piece = left;
            out.push_back(piece * kBlockBytes);
            left -= piece;
        }
    }
    if (one_in(random, 12)) out.insert(out.begin() + static_cast<ptrdiff_t>(random() % (out.size() + 1)), 0);
    return out;
}

/// Something that is no multiple of a block.
void misalign(Random& random, SceneRead& read) {
    constexpr std::array<uint64_t, 6> kOdd = {1, 511, 512, 1024, 2048, 4095};
    const uint64_t odd = one_of(random, kOdd);
    switch (random() % 3) {
    case 0: read.offset += odd; break;
    case 1: read.segments[random() % read.segments.size()] += odd; break;
    default: read.shift = odd; break;
    }
}

class Generator {
public:
    Generator(uint64_t seed, uint64_t number) : random_(content_word({seed, 0x5CE1}, number, 0)) {
        scene_.number = number;
        scene_.maps_files = scene_maps_files(number);
    }

    ReadScene make() {
        choose_image();
        choose_cache();
        for (uint64_t made = 0; made < kSceneReads;) {
            scene_.operations.push_back(operation());
            made += scene_.operations.back().reads.size();
        }
        return std::move(scene_);
    }

private:
    void choose_image() {
        image_ = *find_test_image(one_of(random_, kSceneImages));
        scene_.image = image_->name;
        std::vector<size_t> order(image_->files.size());
        std::iota(order.begin(), order.end(), 0);
        for (size_t i = 0; i < std::min(kMostSceneFiles, order.size()); ++i) {
            std::swap(order[i], order[i + random_() % (order.size() - i)]);
            files_.push_back(&image_->files[order[i]]);
            scene_.files.push_back(files_.back()->name);
        }
    }

    void choose_cache() {
        scene_.warm = one_in(random_, 4);
        scene_.one_volume = !one_in(random_, 8);
        scene_.timer = one_in(random_, 3);
        constexpr std::array<uint64_t, 4> kTimes = {10'000, 30'000, 100'000, 300'000};
        scene_.completion_ns = one_of(random_, kTimes);
        constexpr std::array<unsigned, 4> kDepths = {1, 4, 64, 256};
        scene_.queue_depth = one_of(random_, kDepths);
        // Or a file system that writes back takes longer than anybody waits.
        if (scene_.queue_depth == 1) scene_.completion_ns = kTimes.front();
        if (one_in(random_, 4)) scene_.cache_block_bytes = 1024;
    }

    SceneOperation operation() {
        const uint64_t draw = random_() % 1000;
        if (draw < 60) return process();
        if (draw < 160) return mood();
        if (draw < 185) return {.kind = SceneOperation::Kind::drop_caches};
        if (draw < 215) return {.kind = SceneOperation::Kind::remount};
        // Few scenes can have any.
        if (draw < 280)
            if (auto found = cut()) return *found;
        return batch();
    }

    SceneRead read(uint64_t most) {
        SceneRead out;
        out.file = random_() % files_.size();
        const TestFile& file = *files_[out.file];
        out.direct = !one_in(random_, 8);
        out.nowait = one_in(random_, 16);
        out.offset = offset_of(random_, *image_, file);
        out.segments = pieces_of(random_, length_of(random_, most));
        if (one_in(random_, out.direct ? 40 : 2)) misalign(random_, out);
        if (one_in(random_, 4)) out.memory = one_in(random_, 2) ? ReadMemory::contiguous : ReadMemory::shared_file;
        if (one_in(random_, 40)) spoil(out);
        else if (scene_.maps_files && one_in(random_, 16)) map(out);
        return out;
    }

    /// One segment, of memory that cannot be written to its end.
    void spoil(SceneRead& read) {
        read.memory = one_in(random_, 2) ? ReadMemory::no_access : ReadMemory::read_only;
        read.segments = {std::max<size_t>(read.length(), 1)};
        read.shift = 0;
        read.good_pages = random_() % ((read.length() + kBlockBytes - 1) / kBlockBytes);
    }

    void map(SceneRead& read) {
        read.memory = one_in(random_, 4) ? ReadMemory::image_shared : ReadMemory::image_private;
        read.segments = {read.length()};
        read.shift = 0;
    }

    std::vector<SceneRead> reads(size_t count, uint64_t most_bytes) {
        std::vector<SceneRead> out;
        uint64_t left = most_bytes;
        while (out.size() < count) {
            out.push_back(read(std::min(left, kMiB)));
            left -= std::min(left, out.back().length());
            if (left < kBlockBytes) break;
        }
        return out;
    }

    SceneOperation batch() {
        SceneOperation out;
        constexpr std::array kBys = {ReadBy::pread, ReadBy::preadv2, ReadBy::libaio, ReadBy::libaio, ReadBy::io_uring, ReadBy::io_uring, ReadBy::io_uring_fixed};
        out.by = one_of(random_, kBys);
        if (scene_.maps_files && one_in(random_, 8)) out.by = ReadBy::mmap;
        out.reads = reads(1 + random_() % kMostInBatch, kMostBatchBytes);
        fit(out);
        return out;
    }

    /// What a call cannot say is left out.
    void fit(SceneOperation& operation) const {
        for (auto& read : operation.reads) {
            if (operation.by == ReadBy::pread) read.nowait = false;
            if (operation.by == ReadBy::io_uring_fixed) {
                read.memory = ReadMemory::scattered;
                read.good_pages = 0;
            }
            if (operation.by == ReadBy::pread || operation.by == ReadBy::io_uring_fixed) read.segments = {read.length()};
            if (operation.by == ReadBy::mmap) {
                read = {.file = read.file, .direct = false, .offset = read.offset / kBlockBytes * kBlockBytes, .segments = {std::max<size_t>(read.length() / kBlockBytes, 1) * kBlockBytes}};
            }
        }
    }

    SceneOperation process() {
        SceneOperation out{.kind = SceneOperation::Kind::process};
        constexpr std::array kBys = {ReadBy::pread, ReadBy::libaio, ReadBy::libaio, ReadBy::io_uring};
        out.by = one_of(random_, kBys);
        out.reads = reads(1 + random_() % kMostInProcess, kMostProcessBytes);
        constexpr std::array kFates = {Fate::waits,  Fate::killed,   Fate::killed,          Fate::signalled, Fate::exits,         Fate::execs,
                                       Fate::cancels, Fate::destroys, Fate::destroys_killed, Fate::forks,     Fate::thread_leaves, Fate::process_leaves};
        out.fate = one_of(random_, kFates);
        constexpr std::array kSynchronous = {Fate::waits, Fate::killed, Fate::signalled};
        if (out.by == ReadBy::pread) {
            out.reads.resize(1);
            out.fate = one_of(random_, kSynchronous);
        }
        if (out.by == ReadBy::io_uring && out.fate == Fate::cancels) out.fate = Fate::waits;
        if (out.fate == Fate::process_leaves)
            for (auto& read : out.reads) read.memory = ReadMemory::shared_file, read.good_pages = 0;
        // Too dear to be made for one read.
        for (auto& read : out.reads)
            if (read.memory == ReadMemory::contiguous) read.memory = ReadMemory::scattered;
        out.held = !one_in(random_, 3);
        constexpr std::array kMeanwhiles = {Meanwhile::nothing, Meanwhile::nothing, Meanwhile::nothing, Meanwhile::restart_daemon, Meanwhile::drop_caches, Meanwhile::detach_mount};
        out.meanwhile = one_of(random_, kMeanwhiles);
        fit(out);
        return out;
    }

    SceneOperation mood() {
        SceneOperation out{.kind = SceneOperation::Kind::mood};
        constexpr std::array kMoods = {DaemonMood::well,         DaemonMood::well,         DaemonMood::well,        DaemonMood::well, DaemonMood::late,
                                       DaemonMood::fills_nothing, DaemonMood::fills_prefix, DaemonMood::leaves_sectors_out, DaemonMood::leaves_sectors_out, DaemonMood::write_fails};
        out.mood = one_of(random_, kMoods);
        if (out.mood == DaemonMood::late) out.amount = 100'000 * (1 + random_() % 20);
        if (out.mood == DaemonMood::fills_prefix) out.amount = kBlockBytes * (1 + random_() % 4);
        return out;
    }

    std::optional<SceneOperation> cut() {
        if (!scene_.warm || std::find(kCutImages.begin(), kCutImages.end(), scene_.image) == kCutImages.end()) return std::nullopt;
        const size_t file = random_() % files_.size();
        const uint64_t tail = files_[file]->size_bytes % kBlockBytes;
        if (files_[file]->size_bytes < kBlockBytes || tail == 0) return std::nullopt;
        SceneOperation out{.kind = SceneOperation::Kind::cut};
        out.by = one_in(random_, 2) ? ReadBy::libaio : ReadBy::preadv2;
        constexpr std::array<uint64_t, 6> kLeft = {512, 1000, 2048, 3000, 3072, 3584};
        out.amount = one_of(random_, kLeft);
        const uint64_t end = files_[file]->size_bytes / kBlockBytes;
        for (size_t i = 0; i < 4; ++i) {
            const uint64_t first = end - std::min<uint64_t>(end, random_() % 3);
            out.reads.push_back({.file = file, .offset = first * kBlockBytes, .segments = {static_cast<size_t>((end + 1 - first) * kBlockBytes)}});
        }
        return out;
    }

    Random random_;
    ReadScene scene_;
    const TestImage* image_ = nullptr;
    std::vector<const TestFile*> files_;
};

template <size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, auto value) { return names.at(static_cast<size_t>(value)); }

constexpr std::array<std::string_view, 6> kByNames = {"pread", "preadv2", "libaio", "io_uring", "io_uring READ_FIXED", "mmap"};
constexpr std::array<std::string_view, 7> kMemoryNames = {"", "contiguous memory", "a shared mapping of a file of tmpfs", "a private mapping of a file of the image", "memory without access",
                                                          "memory that is read-only", "a shared mapping of a file of the image"};
constexpr std::array<std::string_view, 11> kFateNames = {"waits for them", "is killed", "handles a signal", "exits", "executes another program", "cancels them with io_cancel", "ends its context or ring",
                                                         "ends its context or ring and is killed", "forks a child that writes into the memory", "whose thread that submitted them ends",
                                                         "whose other process that submitted them ends"};
constexpr std::array<std::string_view, 4> kMeanwhileNames = {"", "the daemon is killed and replaced", "caches are dropped", "the image is unmounted lazily"};
constexpr std::array<std::string_view, 6> kMoodNames = {"serves well", "is late", "writes nothing", "writes only the beginning of a READ", "leaves out sectors of zeros at the end of a READ", "fails to write"};

std::string read_text(const SceneRead& read, const ReadScene& scene) {
    std::string out = fmt::format("{}{} of {} at {}", read.direct ? "direct" : "buffered", read.nowait ? ", NOWAIT," : "", scene.files.at(read.file), read.offset);
    out += read.segments.size() == 1 ? fmt::format(", {} bytes", read.length()) : fmt::format(", {} bytes in {} segments", read.length(), read.segments.size());
    if (read.shift != 0) out += fmt::format(", {} bytes behind a page", read.shift);
    if (read.memory != ReadMemory::scattered) out += fmt::format(", into {}", name_of(kMemoryNames, read.memory));
    if (read.memory == ReadMemory::no_access || read.memory == ReadMemory::read_only) out += fmt::format(" from page {} on", read.good_pages);
    return out;
}

std::string reads_text(const SceneOperation& operation, const ReadScene& scene) {
    std::vector<std::string> texts;
    for (const auto& read : operation.reads) texts.push_back(read_text(read, scene));
    return join(texts, "; ");
}

}  // namespace

uint64_t SceneRead::length() const { return std::accumulate(segments.begin(), segments.end(), uint64_t{0}); }

bool SceneRead::is_misaligned() const {
    return shift != 0 || offset % kBlockBytes != 0 || std::any_of(segments.begin(), segments.end(), [](size_t one) { return one % kBlockBytes != 0; });
}

std::string SceneOperation::text(const ReadScene& scene) const {
    switch (kind) {
    case Kind::batch: return fmt::format("{}: {}", name_of(kByNames, by), reads_text(*this, scene));
    case Kind::process: {
        std::string out = fmt::format("a process that {}{}", name_of(kFateNames, fate), held ? " before the daemon answers" : "");
        if (meanwhile != Meanwhile::nothing) out += fmt::format(", while {}", name_of(kMeanwhileNames, meanwhile));
        return fmt::format("{}, {}: {}", out, name_of(kByNames, by), reads_text(*this, scene));
    }
    case Kind::mood: return fmt::format("the daemon {}{}", name_of(kMoodNames, mood), amount == 0 ? "" : fmt::format(" ({})", amount));
    case Kind::drop_caches: return "caches are dropped";
    case Kind::remount: return "the image is mounted anew";
    case Kind::cut: return fmt::format("the cache file is cut {} bytes behind the beginning of the file's last block, {}: {}", amount, name_of(kByNames, by), reads_text(*this, scene));
    }
    return {};
}

uint64_t ReadScene::reads() const {
    return std::accumulate(operations.begin(), operations.end(), uint64_t{0}, [](uint64_t sum, const SceneOperation& one) { return sum + one.reads.size(); });
}

uint64_t ReadScene::direct_reads() const {
    uint64_t count = 0;
    for (const auto& operation : operations)
        count += static_cast<uint64_t>(std::count_if(operation.reads.begin(), operation.reads.end(), [](const SceneRead& read) { return read.direct; }));
    return count;
}

std::string ReadScene::text() const {
    const std::string device = timer ? fmt::format("null_blk with a timer of {} ns and {} tags", completion_ns, queue_depth) : "a RAM disk";
    return fmt::format("image {}, {}{}; on {}, blocks of {} bytes", image, warm ? "all of it in the cache" : "nothing of it in the cache at first", one_volume ? ", in a shared domain" : "", device,
                       cache_block_bytes);
}

bool scene_maps_files(uint64_t number) { return number % kMappingScenes == kMappingScenes - 1; }

ReadScene make_scene(uint64_t seed, uint64_t number) { return Generator(seed, number).make(); }

ReadScene SceneChoice::scene(uint64_t seed) const {
    ReadScene out = make_scene(seed, number);
    if (!operations) return out;
    std::vector<SceneOperation> kept;
    for (const size_t i : *operations) kept.push_back(out.operations.at(i));
    out.operations = std::move(kept);
    return out;
}

nlohmann::json SceneChoice::to_json() const {
    nlohmann::json out = {{"number", number}};
    if (operations) out["operations"] = *operations;
    return out;
}

SceneChoice SceneChoice::from_json(const nlohmann::json& json) {
    SceneChoice out{json.at("number").get<uint64_t>()};
    if (json.contains("operations")) out.operations = json.at("operations").get<std::vector<size_t>>();
    return out;
}

}  // namespace diobench
