// SPDX-License-Identifier: GPL-2.0-only
// lookups/: names in a directory of several blocks, of which EROFS searches the
// blocks and then the entries of one, each by halves.
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/leak_count.h"
#include "bench/guest/conformance/reading.h"
#include "bench/guest/conformance/settled_pages.h"
#include "bench/guest/conformance/world.h"

namespace diobench::lookups_cases {

namespace {

constexpr const char* kImage = "names";
constexpr const char* kDirectory = "names";
/// Look-ups of each kind.
constexpr unsigned kLookups = 1000;
constexpr size_t kLongestName = 255;

/// The image, mounted, and the names of its directory, sorted as bytes are.
struct Names {
    ImageMount mount;
    std::map<std::string, uint64_t> sizes;

    [[nodiscard]] std::string path(std::string_view name) const { return fmt::format("{}/{}/{}", mount.directory(), kDirectory, name); }
};

Result<Names> mount_names(World& world, const MountOptions& options = {}) {
    auto image = find_test_image(kImage);
    if (!image) return forward(image);
    auto mount = world.mount(kImage, options);
    if (!mount) return forward(mount);
    Names names{std::move(*mount), {}};
    for (const auto& file : (*image)->files) names.sizes[file.name.substr(std::strlen(kDirectory) + 1)] = file.size_bytes;
    return names;
}

/// "abc", or the ends of a long one.
std::string shown(const std::string& name) { return name.size() < 40 ? name : fmt::format("{}...{} ({} bytes)", name.substr(0, 8), name.substr(name.size() - 8), name.size()); }

/// What is wrong with a look-up of a name that is there.
std::string look_up(const Names& names, const std::string& name) {
    struct stat st {};
    const std::string what = fmt::format("look-up of \"{}\", entry {} of {} in order", shown(name), std::distance(names.sizes.begin(), names.sizes.find(name)), names.sizes.size());
    if (::lstat(names.path(name).c_str(), &st) < 0) return fmt::format("{}: {}; right is that it is found", what, result_text(-errno));
    const uint64_t right = names.sizes.at(name);
    if (static_cast<uint64_t>(st.st_size) == right) return {};
    for (const auto& [other, size] : names.sizes)
        if (size == static_cast<uint64_t>(st.st_size)) return fmt::format("{}: found the inode of \"{}\"", what, shown(other));
    return fmt::format("{}: found a file of {} bytes; right is one of {}", what, st.st_size, right);
}

/// The same of one that is not there.
std::string miss(const Names& names, const std::string& name, int right = ENOENT) {
    struct stat st {};
    const int error = ::lstat(names.path(name).c_str(), &st) < 0 ? errno : 0;
    return error == right ? "" : fmt::format("look-up of \"{}\", which is not there: {}; right is {}", shown(name), result_text(-error), ::strerrorname_np(right));
}

/// Neighbours of every name in the order, none of them there.
std::vector<std::string> absent_names(const Names& names) {
    std::set<std::string> out = {"\x01", ".x", "...", "\xff", std::string(kLongestName, '\x01'), std::string(kLongestName, '\xfe')};
    for (const auto& [name, size] : names.sizes) {
        if (name.size() > 1) out.insert(name.substr(0, name.size() - 1));
        for (const char* more : {"\x01", "~"})
            if (name.size() < kLongestName) out.insert(name + more);
        for (const int by : {-1, 1}) {
            std::string other = name;
            other.back() = static_cast<char>(other.back() + by);
            if (other.back() != '/' && other.back() != '\0') out.insert(other);
        }
    }
    std::erase_if(out, [&](const std::string& name) { return names.sizes.count(name) != 0 || name == "." || name == ".."; });
    return {out.begin(), out.end()};
}

std::vector<std::string> present_names(const Names& names) {
    std::vector<std::string> out;
    for (const auto& [name, size] : names.sizes) out.push_back(name);
    return out;
}

Result<Finding> found(World& world) {
    auto names = mount_names(world);
    if (!names) return forward(names);
    const auto present = present_names(*names);
    Complaints complaints;
    for (unsigned round = 0; round * present.size() < kLookups && !complaints.enough(); ++round) {
        for (const auto& name : present) complaints.add(look_up(*names, name));
        if (auto s = world.drop_caches(); !s) return forward(s);
    }
    return complaints.finding();
}

Result<Finding> absent(World& world) {
    auto names = mount_names(world);
    if (!names) return forward(names);
    Complaints complaints;
    // Twice: the second time it is remembered that they are not there.
    const auto list = absent_names(*names);
    for (int i = 0; i < 2; ++i)
        for (const auto& name : list) complaints.add(miss(*names, name));
    complaints.add(miss(*names, std::string(kLongestName + 1, 'x'), ENAMETOOLONG));
    complaints.add(miss(*names, "entry-0000/x", ENOTDIR));
    complaints.add(miss(*names, "none/x"));
    return complaints.finding();
}

ino_t inode_of(const std::string& path) {
    struct stat st {};
    return ::stat(path.c_str(), &st) < 0 ? 0 : st.st_ino;
}

Result<Finding> dots(World& world) {
    auto names = mount_names(world);
    if (!names) return forward(names);
    Complaints complaints;
    const std::string& root = names->mount.directory();
    const ino_t directory = inode_of(root + "/" + kDirectory);
    for (const auto& [path, right] : {std::pair{root + "/.", inode_of(root)}, {names->path("."), directory}, {names->path(".."), inode_of(root)}, {names->path("../names/."), directory}})
        complaints.add(right != 0 && inode_of(path) == right ? "" : fmt::format("stat of {} gives inode {}; right is {}", path, inode_of(path), right));
    return complaints.finding();
}

struct Entry {
    std::string name;
    uint64_t inode = 0;
    off_t next = 0;  ///< where the directory goes on
};

/// getdents64(2) from where `fd` stands, at most `most` entries.
Result<std::vector<Entry>> list(int fd, size_t buffer_bytes, size_t most = SIZE_MAX) {
    struct Dirent {
        uint64_t inode;
        int64_t next;
        uint16_t length;
        uint8_t type;
    };
    std::vector<Entry> out;
    std::vector<char> buffer(buffer_bytes);
    while (out.size() < most) {
        const long n = ::syscall(SYS_getdents64, fd, buffer.data(), buffer.size());
        if (n < 0) return fail_errno("getdents64", fmt::format("of {} bytes", buffer_bytes));
        if (n == 0) break;
        for (long at = 0; at < n;) {
            Dirent head{};
            std::memcpy(&head, buffer.data() + at, sizeof head);
            out.push_back({buffer.data() + at + offsetof(Dirent, type) + 1, head.inode, head.next});
            at += head.length;
        }
    }
    return out;
}

std::string wrong_list(const Names& names, const std::vector<Entry>& entries, size_t buffer_bytes) {
    std::multiset<std::string> left;
    for (const auto& [name, size] : names.sizes) left.insert(name);
    left.insert({".", ".."});
    for (const auto& entry : entries) {
        const auto one = left.find(entry.name);
        if (one == left.end()) return fmt::format("getdents64 with {} bytes lists \"{}\", which is not there or was listed before", buffer_bytes, shown(entry.name));
        left.erase(one);
    }
    return left.empty() ? "" : fmt::format("getdents64 with {} bytes does not list \"{}\" and {} others", buffer_bytes, shown(*left.begin()), left.size() - 1);
}

Result<Finding> listing(World& world) {
    auto names = mount_names(world);
    if (!names) return forward(names);
    auto fd = UniqueFd::open(names->mount.file(kDirectory), O_RDONLY | O_DIRECTORY);
    if (!fd) return forward(fd);
    Complaints complaints;
    constexpr size_t kOneEntry = 288;
    std::vector<Entry> all;
    for (const size_t bytes : {kOneEntry, size_t{1024}, size_t{4096}, size_t{64} << 10}) {
        if (::lseek(fd->get(), 0, SEEK_SET) != 0) return fail_errno("rewind", kDirectory);
        auto entries = list(fd->get(), bytes);
        if (!entries) return forward(entries);
        complaints.add(wrong_list(*names, *entries, bytes));
        all = std::move(*entries);
    }
    for (const auto& entry : all) {
        const ino_t right = inode_of(names->path(entry.name));
        if (entry.name != ".." && entry.name != ".") complaints.add(entry.inode == right ? "" : fmt::format("\"{}\" is listed with inode {}; stat(2) says {}", shown(entry.name), entry.inode, right));
    }
    // From behind any entry the directory goes on with the next one.
    for (size_t i = all.size(); i-- > 0 && !complaints.enough();) {
        if (::lseek(fd->get(), all[i].next, SEEK_SET) < 0) return fail_errno("seek in", kDirectory);
        auto rest = list(fd->get(), kOneEntry, 1);
        if (!rest) return forward(rest);
        const std::string next = rest->empty() ? "" : rest->front().name;
        const std::string right = i + 1 < all.size() ? all[i + 1].name : "";
        complaints.add(next == right ? "" : fmt::format("behind \"{}\" (offset {}) comes \"{}\"; right is \"{}\"", shown(all[i].name), all[i].next, shown(next), shown(right)));
    }
    return complaints.finding();
}

/// So many look-ups, neighbours not one after the other, and what was remembered forgotten now and then: each is a search.
std::string look_up_many(World& world, const Names& names, const std::vector<std::string>& list, bool there, size_t times) {
    constexpr size_t kLeap = 61;
    constexpr size_t kForget = 50;
    std::string wrong;
    for (size_t i = 0; i < times && wrong.empty(); ++i) {
        const std::string& name = list[i * kLeap % list.size()];
        wrong = there ? look_up(names, name) : miss(names, name);
        if (i % kForget == 0) (void)world.drop_caches();
    }
    (void)world.drop_caches();
    return wrong;
}

/// Targets that lie behind their inode and such that do not.
Result<Finding> symbolic_links(World& world) {
    auto image = find_test_image("links");
    if (!image) return forward(image);
    auto mount = world.mount("links");
    if (!mount) return forward(mount);
    Complaints complaints;
    for (int round = 0; round < 2; ++round) {
        for (const size_t bytes : (*image)->links) {
            std::array<char, 4097> found;
            const std::string path = mount->file(link_name(bytes));
            const ssize_t n = ::readlink(path.c_str(), found.data(), found.size());
            if (n != static_cast<ssize_t>(bytes)) complaints.add(fmt::format("readlink of {} {}; right is {}", link_name(bytes), result_text(n < 0 ? -errno : n), bytes));
            else complaints.add(std::string_view(found.data(), bytes) == link_target(bytes) ? "" : fmt::format("readlink of {} gives another target: it begins \"{}\"", link_name(bytes), shown({found.data(), bytes})));
            struct stat st {};
            const bool whole = ::lstat(path.c_str(), &st) == 0 && S_ISLNK(st.st_mode) && static_cast<size_t>(st.st_size) == bytes;
            complaints.add(whole ? "" : fmt::format("lstat of {}: no link of {} bytes", link_name(bytes), bytes));
        }
        if (auto s = world.drop_caches(); !s) return forward(s);
    }
    return complaints.finding();
}

struct Kind {
    const char* what;
    std::vector<std::string> (*list)(const Names&);
    bool there;
};

/// Neither page nor dentry stays.
Result<Finding> nothing_stays(World& world, const Kind& kind) {
    MountOptions options;
    {
        // All is fetched by a mount before: a fetch leaves metadata of the cache's own file system in memory.
        auto cold = mount_names(world);
        if (!cold) return forward(cold);
        const auto list = kind.list(*cold);
        if (auto wrong = look_up_many(world, *cold, list, kind.there, list.size()); !wrong.empty()) return failed(wrong);
        options = cold->mount.options();
    }
    auto names = mount_names(world, options);
    if (!names) return forward(names);
    const auto list = kind.list(*names);
    auto before = settled_file_pages(world);
    if (!before) return forward(before);
    auto finding = holds_no_more_after(world, kLookups, fmt::format("look-ups of {}", kind.what), [&] { return look_up_many(world, *names, list, kind.there, kLookups); });
    if (!finding || finding->outcome != Outcome::pass) return finding;
    auto after = settled_file_pages(world);
    if (!after) return forward(after);
    if (*after <= *before) return passed();
    return failed(fmt::format("after {} look-ups of {} {} pages stay in memory (nr_file_pages, after drop_caches): the search does not put blocks of the directory that it took", 2 * kLookups,
                              kind.what, *after - *before));
}

const char* const kSearch = "fs/erofs/namei.c, erofs_find_target_block(), find_target_dirent(): names are sorted, the search is by halves";
const char* const kPut = "fs/erofs/namei.c, erofs_find_target_block(): a block that is left is put; Documentation/admin-guide/sysctl/vm.rst, drop_caches";

const CaseRegistrar registrar{[] { return std::vector<Case>{
    {"lookups/found", "Each name of a directory of several blocks is found, and as itself: first, last and middle ones of each block, prefixes of each other, long ones.", kSearch, found},
    {"lookups/absent", "A name between any two neighbours, in front of all and behind all is ENOENT, one that is too long ENAMETOOLONG.", kSearch, absent},
    {"lookups/dots", "'.' and '..' are the directory and its parent.", "path_resolution(7)", dots},
    {"lookups/listing", "getdents64 lists each name of a directory of several blocks once, whatever its buffer; from behind any entry (lseek) it goes on with the next.",
     "getdents(2), lseek(2) with d_off; fs/erofs/dir.c, erofs_readdir()", listing},
    {"lookups/symbolic-links", "A symbolic link has its target, of 1 to 4095 bytes, behind its inode or in a block of its own.",
     "readlink(2); fs/erofs/inode.c, erofs_fill_symlink(): fast symlinks, and those read as a page", symbolic_links},
    {"lookups/nothing-stays-found", "After twice 1,000 look-ups that find a name no page and no dentry stays.", kPut, [](World& w) { return nothing_stays(w, {"names that are there", present_names, true}); }},
    {"lookups/nothing-stays-absent", "After twice 1,000 look-ups that find nothing no page and no dentry stays.", kPut, [](World& w) { return nothing_stays(w, {"names that are not there", absent_names, false}); }},
}; }};

}  // namespace

}  // namespace diobench::lookups_cases
