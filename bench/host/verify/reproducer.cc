// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/reproducer.h"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>

#include "bench/common/base/near_name.h"
#include "bench/common/base/text.h"
#include "bench/common/base/units.h"

namespace diobench {

namespace {

constexpr const char* kRight = "right";
constexpr const char* kFails = "EIO";
constexpr const char* kRightOrLess = "right|short|EIO";
constexpr const char* kLess = "short|EIO";
constexpr const char* kInvalid = "EINVAL";
constexpr const char* kAnyError = "EINVAL|ERANGE|EOPNOTSUPP|EBUSY|EEXIST|EIO|ENOENT|ENOMEM";
constexpr uint64_t kCold = 1 * kMiB;  ///< where no readahead from the start of a file comes
constexpr size_t kWindow = 128 * kKiB;

/// Builds the steps of one case.
class Steps {
public:
    Steps(std::string case_name, std::string_view image) : out_{std::move(case_name), find(image), {}} {}

    Steps& step(std::string_view text, std::string_view right = kRight) {
        out_.steps.push_back(fmt::format("{} {}", right, text));
        return *this;
    }
    Steps& mount(std::string_view options = {}) { return step(fmt::format("mount {}{}{}", out_.image->name, options.empty() ? "" : " ", options)); }
    Steps& read(std::string_view file, uint64_t offset, uint64_t length, std::string_view how, std::string_view right = kRight) {
        return step(fmt::format("read {} {} {} {} {}", file, offset, length, length, how), right);
    }
    /// A read by another process, until the daemon has its READ and does not answer.
    Steps& start(std::string_view file, uint64_t offset, uint64_t length, std::string_view how) {
        return step(fmt::format("start {} {} {} {} {}", file, offset, length, length, how));
    }
    /// A whole file, in pieces; the last one goes over its end.
    Steps& pieces(const TestFile& file, size_t piece, std::string_view how) {
        const uint64_t end = (file.size_bytes + piece - 1) / piece * piece;
        return step(fmt::format("read {} 0 {} {} {}", file.name, end, piece, how));
    }
    Steps& whole(std::string_view file, std::string_view right = kRight) { return read(file, 0, size(file), "sequential", right); }
    [[nodiscard]] uint64_t size(std::string_view file) const { return out_.image->file(file)->size_bytes; }
    [[nodiscard]] const TestImage& image() const { return *out_.image; }
    [[nodiscard]] Reproducer done() { return std::move(out_); }

private:
    static const TestImage* find(std::string_view name) {
        for (const auto& image : all_test_images())
            if (image.name == name) return &image;
        return nullptr;  // a name of this file, which the unit test reads
    }
    Reproducer out_;
};

using Reproducers = std::vector<Reproducer>;

// compressed/

void add_partly_here(Reproducers& out) {
    Steps steps("compressed/partly-here", "compressed");
    for (const uint64_t stride : {64 * kKiB, 160 * kKiB}) {
        steps.mount();
        for (uint64_t at = stride / 2; at < steps.size("several"); at += stride) steps.read("several", at, kBlockBytes, "buffered");
        steps.step("drop").whole("several").step("umount");
    }
    out.push_back(steps.done());
}

void add_strategy(Reproducers& out, std::string_view strategy) {
    Steps steps(fmt::format("compressed/strategy-{}", strategy), "compressed");
    for (const auto& file : steps.image().files) {
        steps.mount(fmt::format("cache_strategy={}", strategy));
        for (uint64_t at = 40 * kKiB; at < file.size_bytes; at += 96 * kKiB) steps.read(file.name, at, kBlockBytes, "buffered");
        steps.step("drop").whole(file.name).step("drop").whole(file.name).step("umount");
    }
    out.push_back(steps.done());
}

void add_compressed_daemon(Reproducers& out, std::string_view name, std::string_view daemon, std::string_view right) {
    Steps steps(fmt::format("compressed/daemon-{}", name), "compressed");
    steps.mount().step(daemon);
    for (const uint64_t at : {uint64_t{0}, 256 * kKiB}) steps.read("several", at, kBlockBytes, "buffered", right);
    out.push_back(steps.whole("several", kRightOrLess).step("daemon serve").whole("several").done());
}

void add_compressed(Reproducers& out) {
    add_partly_here(out);
    for (const char* strategy : {"disabled", "readahead", "readaround"}) add_strategy(out, strategy);
    add_compressed_daemon(out, "fills-nothing", "daemon nothing", kFails);
    add_compressed_daemon(out, "write-fails", "daemon fail", kFails);
    add_compressed_daemon(out, "fills-prefixes", fmt::format("daemon prefix {}", kBlockBytes), kRightOrLess);
    out.push_back(Steps("compressed/reader-killed", "compressed").mount().step("daemon hold").start("several", 0, kWindow, "sequential")
                      .step(fmt::format("kill {}", SIGKILL)).step("wait", "Killed").step("daemon serve").whole("several").done());
    out.push_back(Steps("compressed/daemon-dies-and-is-replaced", "compressed").mount().step("daemon hold").start("several", 0, kWindow, "sequential")
                      .step("restart").step("wait").done());
}

// failure/daemon-* and signals/, by a way to read

/// An image whose metadata is in the cache.
Steps large(std::string_view topic, std::string_view name, std::string_view how) {
    Steps steps(fmt::format("{}-{}", topic, name), "large");
    steps.mount().read("large", 0, kBlockBytes, how == "direct" ? "direct" : "buffered");
    return steps;
}

void add_daemon_failures(Reproducers& out, std::string_view how) {
    auto begin = [&](std::string_view name) { return large(fmt::format("failure/daemon-{}", name), how, how); };
    for (const auto& [name, daemon] : {std::pair{"fills-nothing", "daemon nothing"}, {"write-fails", "daemon fail"}}) {
        Steps steps = begin(name);
        steps.step(daemon).read("large", kCold, kBlockBytes, how, kFails).read("large", kCold + kWindow, kWindow, how, kFails);
        out.push_back(steps.step("daemon serve").read("large", kCold, kBlockBytes, how).read("large", kCold + kWindow, kWindow, how).done());
    }
    out.push_back(begin("fills-half").read("large", kCold, kWindow / 2, how).step("daemon nothing").read("large", kCold, kWindow, how, kLess)
                      .step("daemon serve").read("large", kCold, kWindow, how).done());
    out.push_back(begin("fills-prefixes").step(fmt::format("daemon prefix {}", kBlockBytes)).read("large", kCold, kWindow, how, kRightOrLess)
                      .step("daemon serve").read("large", kCold, kWindow, how).done());
    out.push_back(begin("fills-elsewhere").step(fmt::format("daemon elsewhere {}", 256 * kKiB)).read("large", kCold, kBlockBytes, how, kFails)
                      .step("daemon serve").read("large", kCold, 512 * kKiB, how).done());
    Steps partly = begin("partly-here");
    for (const uint64_t block : {0, 2, 5}) partly.read("large", kCold + block * kBlockBytes, kBlockBytes, how);
    out.push_back(partly.read("large", kCold, 8 * kBlockBytes, how).done());
    Steps gaps = begin("two-gaps");
    for (const uint64_t block : {0, 2, 4}) gaps.read("large", kCold + block * kBlockBytes, kBlockBytes, how);
    out.push_back(gaps.step("daemon nothing").read("large", kCold, 5 * kBlockBytes, how, kLess).step("daemon serve").read("large", kCold, 5 * kBlockBytes, how).done());
    out.push_back(begin("dies-and-is-replaced").step("daemon hold").start("large", 4 * kCold, kBlockBytes, how).step("restart").step("wait").done());
}

void add_signal(Reproducers& out, std::string_view topic, int signal, std::string_view name, std::string_view how) {
    out.push_back(large(topic, name, how).step("daemon hold").start("large", 4 * kCold, kBlockBytes, how).step(fmt::format("kill {}", signal))
                      .step("wait", signal == SIGKILL ? "Killed" : "Terminated").step("daemon serve").read("large", 4 * kCold, kBlockBytes, how).done());
}

// protocol/

void add_protocol(Reproducers& out) {
    Steps stale = large("protocol/stale", "answer", "buffered");
    stale.step("daemon hold");
    for (unsigned i = 0; i < 4; ++i) {
        stale.start("large", (i + 1) * kCold, kBlockBytes, "buffered").step(fmt::format("kill {}", SIGKILL)).step("wait", "Killed");
        stale.start("large", (i + 1) * kCold + 512 * kKiB, kBlockBytes, "buffered").step(fmt::format("complete {}", 2 * i + 1), kInvalid);
        stale.step("waiting").step(fmt::format("answer {}", 2 * i + 2)).step("wait");
    }
    out.push_back(stale.done());
    Steps closed = large("protocol/closed", "and-reopened", "buffered");
    for (unsigned i = 1; i < 4; ++i) closed.step("forget").read("large", i * kCold, kBlockBytes, "buffered");
    out.push_back(closed.done());
    Steps malformed = large("protocol/malformed", "commands", "buffered");
    for (const char* text : {"bogus", "copen", "copen ,", "copen x,4096", "copen -1,4096", "copen 99999999999999999999,4096", "COPEN 1,4096", "bind ondemand", "bind", "dir /tmp", "tag x",
                             "frun 101%", "bcull x%", "cull", "inuse", "cull a/b"})
        malformed.step(fmt::format("command {}", text), kAnyError);
    out.push_back(malformed.read("large", kCold, kBlockBytes, "buffered").done());
}

// data/IMAGE/HOW

void add_data(Reproducers& out, const TestImage& image, std::string_view name, size_t piece, std::string_view how) {
    Steps steps(fmt::format("data/{}/{}", image.name, name), image.name);
    steps.mount();
    for (const char* between : {"drop", "umount"}) {
        for (const auto& file : image.files) steps.pieces(file, piece, how);
        steps.step(between);
    }
    out.push_back(steps.done());
}

/// Windows from the middle of chunks, with no page in memory.
void add_windows(Reproducers& out, const TestImage& image) {
    Steps steps(fmt::format("data/{}/buffered-windows", image.name), image.name);
    steps.mount();
    const uint64_t stride = std::max<uint64_t>(image.chunk_bytes, 64 * kKiB);
    for (const auto& file : image.files)
        for (uint64_t at = stride / 2; at < file.size_bytes; at += stride) steps.step("drop").read(file.name, at + 100, kWindow, "sequential");
    out.push_back(steps.done());
}

void add_data_of(Reproducers& out, const TestImage& image) {
    add_data(out, image, "buffered-sequential", 16 * kKiB, "sequential");
    add_data(out, image, "mmap", 256 * kKiB, "mmap");
    if (!image.compressed) {
        add_data(out, image, "direct-4k", kBlockBytes, "direct");
        add_data(out, image, "direct-large", kWindow, "direct");
    }
    if (image.data_cases != DataCases::all) return;
    add_data(out, image, "buffered-random", kBlockBytes, "buffered");
    add_windows(out, image);
}

Reproducers make_reproducers() {
    Reproducers out;
    add_compressed(out);
    for (const char* how : {"buffered", "direct"}) {
        add_daemon_failures(out, how);
        add_signal(out, fmt::format("signals/sigkill-{}", how), SIGKILL, "pread", how);
        add_signal(out, fmt::format("signals/sigterm-{}", how), SIGTERM, "pread", how);
    }
    add_signal(out, "signals/sigkill", SIGKILL, "mmap", "mmap");
    add_protocol(out);
    for (const auto& image : all_test_images())
        if (image.data_cases != DataCases::none && !image.shared_domain) add_data_of(out, image);
    std::sort(out.begin(), out.end(), [](const Reproducer& a, const Reproducer& b) { return a.case_name < b.case_name; });
    return out;
}

}  // namespace

const std::vector<Reproducer>& all_reproducers() {
    static const Reproducers reproducers = make_reproducers();
    return reproducers;
}

Result<const Reproducer*> find_reproducer(const std::string& case_name) {
    std::vector<std::string> names;
    for (const auto& one : all_reproducers()) {
        if (one.case_name == case_name) return &one;
        names.push_back(one.case_name);
    }
    return fail("reproduce", case_name, "this case has no reproducer" + did_you_mean(case_name, names) + "; those that have one: " + join(names, ", "));
}

std::string expected_output(const Reproducer& reproducer) {
    std::string out;
    for (size_t i = 0; i < reproducer.steps.size(); ++i)
        out += fmt::format("{:3} {}: ok\n", i + 1, reproducer.steps[i].substr(reproducer.steps[i].find(' ') + 1));
    return out + "REPRODUCE: all is right\n";
}

}  // namespace diobench
