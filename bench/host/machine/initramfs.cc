// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bench/common/base/fd.h"

namespace diobench {

namespace {

constexpr size_t kBlockBytes = 512;

struct ArchiveDeleter {
    void operator()(archive* a) const { archive_write_free(a); }
};
struct EntryDeleter {
    void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using ArchiveWriter = std::unique_ptr<archive, ArchiveDeleter>;
using EntryHandle = std::unique_ptr<archive_entry, EntryDeleter>;

tl::unexpected<Error> archive_failure(archive* a, const std::string& operation, const std::string& object) {
    const char* text = archive_error_string(a);
    Error error{operation, object, archive_errno(a) > 0 ? archive_errno(a) : 0, text != nullptr ? text : "", {}};
    return tl::unexpected<Error>(error);
}

Status check_name(const std::string& name, std::set<std::string>& seen) {
    if (name.empty() || name.front() == '/' || name.back() == '/')
        return fail("add to initramfs", "\"" + name + "\"", "a name is relative and does not end in '/'");
    if (!seen.insert(name).second) return fail("add to initramfs", name, "the name is there twice");
    return {};
}

Status write_bytes(archive* a, std::string_view data, const std::string& name) {
    if (data.empty()) return {};
    if (archive_write_data(a, data.data(), data.size()) != static_cast<la_ssize_t>(data.size()))
        return archive_failure(a, "write to initramfs", name);
    return {};
}

Status copy_file(archive* a, int fd, uint64_t size_bytes, const fs::path& source) {
    std::vector<char> buffer(1 << 20);
    uint64_t copied = 0;
    for (;;) {
        ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("read", source.string());
        if (n == 0) break;
        copied += static_cast<uint64_t>(n);
        if (copied > size_bytes) break;
        if (auto s = write_bytes(a, {buffer.data(), static_cast<size_t>(n)}, source.string()); !s) return s;
    }
    if (copied != size_bytes) return fail("add to initramfs", source.string(), "the file changed while it was read");
    return {};
}

/// Type-specific fields, the header, then the content.
class EntryWriter {
public:
    EntryWriter(archive* a, archive_entry* entry, const std::string& name) : archive_(a), entry_(entry), name_(name) {}

    Status operator()(const InitramfsDirectory&) {
        archive_entry_set_filetype(entry_, AE_IFDIR);
        return header();
    }
    Status operator()(const InitramfsFile& file) {
        auto fd = UniqueFd::open(file.source.string(), O_RDONLY);
        if (!fd) return forward(fd);
        struct stat st {};
        if (::fstat(fd->get(), &st) < 0) return fail_errno("stat", file.source.string());
        if (!S_ISREG(st.st_mode)) return fail("add to initramfs", file.source.string(), "not a regular file");
        // The newc header holds the size in eight hexadecimal digits.
        if (st.st_size > 0xffffffffLL) return fail("add to initramfs", file.source.string(), "larger than 4 GiB");
        archive_entry_set_filetype(entry_, AE_IFREG);
        archive_entry_set_size(entry_, st.st_size);
        if (auto s = header(); !s) return s;
        return copy_file(archive_, fd->get(), static_cast<uint64_t>(st.st_size), file.source);
    }
    Status operator()(const InitramfsBytes& bytes) {
        archive_entry_set_filetype(entry_, AE_IFREG);
        archive_entry_set_size(entry_, static_cast<la_int64_t>(bytes.data.size()));
        if (auto s = header(); !s) return s;
        return write_bytes(archive_, bytes.data, name_);
    }
    Status operator()(const InitramfsLink& link) {
        archive_entry_set_filetype(entry_, AE_IFLNK);
        archive_entry_set_symlink(entry_, link.target.c_str());
        return header();
    }
    Status operator()(const InitramfsCharDevice& device) {
        archive_entry_set_filetype(entry_, AE_IFCHR);
        archive_entry_set_rdevmajor(entry_, device.major);
        archive_entry_set_rdevminor(entry_, device.minor);
        return header();
    }

private:
    Status header() {
        if (archive_write_header(archive_, entry_) != ARCHIVE_OK)
            return archive_failure(archive_, "write to initramfs", name_);
        return {};
    }
    archive* archive_;
    archive_entry* entry_;
    const std::string& name_;
};

Status write_entry(archive* a, const InitramfsEntry& entry, uint32_t inode) {
    EntryHandle handle(archive_entry_new());
    archive_entry_set_pathname(handle.get(), entry.name.c_str());
    archive_entry_set_perm(handle.get(), entry.permissions);
    archive_entry_set_uid(handle.get(), 0);
    archive_entry_set_gid(handle.get(), 0);
    archive_entry_set_mtime(handle.get(), 0, 0);
    archive_entry_set_ino(handle.get(), inode);
    archive_entry_set_dev(handle.get(), 0);
    archive_entry_set_size(handle.get(), 0);
    archive_entry_set_nlink(handle.get(), std::holds_alternative<InitramfsDirectory>(entry.content) ? 2 : 1);
    return std::visit(EntryWriter(a, handle.get(), entry.name), entry.content);
}

Status write_entries(archive* a, const std::vector<InitramfsEntry>& entries) {
    std::set<std::string> seen;
    uint32_t inode = 0;
    for (const auto& entry : entries) {
        if (auto s = check_name(entry.name, seen); !s) return s;
        if (auto s = write_entry(a, entry, ++inode); !s) return s;
    }
    return {};
}

Status write_archive(const fs::path& path, const std::vector<InitramfsEntry>& entries) {
    ArchiveWriter writer(archive_write_new());
    archive* a = writer.get();
    if (archive_write_set_format_cpio_newc(a) != ARCHIVE_OK) return archive_failure(a, "make cpio archive", path.string());
    archive_write_set_bytes_per_block(a, 1 << 16);
    archive_write_set_bytes_in_last_block(a, kBlockBytes);
    if (archive_write_open_filename(a, path.c_str()) != ARCHIVE_OK) return archive_failure(a, "create", path.string());
    if (auto s = write_entries(a, entries); !s) return s;
    if (archive_write_close(a) != ARCHIVE_OK) return archive_failure(a, "write", path.string());
    return {};
}

/// Runs `fill` on a name beside `path` and renames the whole result into place.
template <class Fill>
Status write_beside(const fs::path& path, Fill fill) {
    const fs::path part = path.string() + ".part." + std::to_string(::getpid());
    Status done = fill(part);
    if (done && ::rename(part.c_str(), path.c_str()) < 0) done = fail_errno("rename to", path.string());
    if (!done) ::unlink(part.c_str());
    return done;
}

Status append_padded(int out, const fs::path& part, const fs::path& target) {
    auto in = UniqueFd::open(part.string(), O_RDONLY);
    if (!in) return forward(in);
    std::vector<char> buffer(1 << 20);
    uint64_t total = 0;
    for (;;) {
        ssize_t n = ::read(in->get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("read", part.string());
        if (n == 0) break;
        total += static_cast<uint64_t>(n);
        if (auto s = write_all(out, {buffer.data(), static_cast<size_t>(n)}, target.string()); !s) return s;
    }
    static constexpr std::array<char, kBlockBytes> zeros{};
    const size_t padding = (kBlockBytes - total % kBlockBytes) % kBlockBytes;
    return write_all(out, {zeros.data(), padding}, target.string());
}

}  // namespace

std::vector<InitramfsEntry> base_entries() {
    return {{"dev", 0755, InitramfsDirectory{}},
            {"dev/console", 0600, InitramfsCharDevice{5, 1}},
            {"proc", 0555, InitramfsDirectory{}},
            {"sys", 0555, InitramfsDirectory{}},
            {"tmp", 01777, InitramfsDirectory{}}};
}

Status write_initramfs(const fs::path& path, const std::vector<InitramfsEntry>& entries) {
    return write_beside(path, [&](const fs::path& part) { return write_archive(part, entries); });
}

Status concatenate(const fs::path& path, const std::vector<fs::path>& parts) {
    return write_beside(path, [&](const fs::path& whole) -> Status {
        auto out = UniqueFd::open(whole.string(), O_WRONLY | O_CREAT | O_TRUNC);
        if (!out) return forward(out);
        for (const auto& part : parts)
            if (auto s = append_padded(out->get(), part, path); !s) return s;
        return {};
    });
}

Status write_boot_initramfs(const fs::path& path, const fs::path& constant_part, const std::vector<InitramfsEntry>& own) {
    const fs::path part = path.string() + ".own";
    if (auto s = write_initramfs(part, own); !s) return s;
    auto status = concatenate(path, {constant_part, part});
    std::error_code ec;
    fs::remove(part, ec);
    return status;
}

}  // namespace diobench
