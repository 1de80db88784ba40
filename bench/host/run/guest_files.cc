// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/guest_files.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/common/digest/sha256.h"
#include "bench/common/fio/fio_run.h"
#include "bench/common/image/layout.h"
#include "bench/guest/backend/backend.h"
#include "bench/guest/cell/fio_cell.h"
#include "bench/host/machine/initramfs.h"
#include "bench/host/machine/probe.h"

namespace diobench {

namespace {

constexpr size_t kKeptInitramfs = 4;

/// A program of the host at `guest_path`, with the libraries it needs at the
/// same paths as here.
Status add_program(std::vector<InitramfsEntry>& entries, std::vector<std::string>& directories, const fs::path& program, const fs::path& guest_path) {
    auto add_file = [&](const fs::path& path, const fs::path& source) {
        for (fs::path up; const auto& part : path.relative_path().parent_path()) {
            up /= part;
            if (std::find(directories.begin(), directories.end(), up.string()) != directories.end()) continue;
            directories.push_back(up.string());
            entries.push_back({up.string(), 0755, InitramfsDirectory{}});
        }
        std::string name = path.relative_path().string();
        for (const auto& entry : entries)
            if (entry.name == name) return;
        entries.push_back({name, 0755, InitramfsFile{fs::canonical(source)}});
    };
    // ldd fails for a static program.
    auto libraries = run_command({"ldd", program.string()});
    if (!libraries) return forward(libraries);
    for (const auto& line : split(libraries->output, '\n'))
        if (auto slash = line.find('/'); libraries->exit_status == 0 && slash != std::string::npos) {
            const fs::path library = line.substr(slash, line.find(' ', slash) - slash);
            add_file(library, library);
        }
    add_file(guest_path, program);
    return {};
}

/// The newest few archives stay; each is as large as all images together.
void forget_old(const fs::path& folder) {
    std::error_code ec;
    std::vector<fs::directory_entry> files;
    for (const auto& entry : fs::directory_iterator(folder, ec))
        if (entry.path().extension() == ".cpio") files.push_back(entry);
    std::sort(files.begin(), files.end(), [&](const auto& a, const auto& b) { return a.last_write_time(ec) > b.last_write_time(ec); });
    for (size_t i = kKeptInitramfs; i < files.size(); ++i) fs::remove(files[i], ec);
}

}  // namespace

Result<PreparedImages> prepare_images(const std::vector<std::string>& layouts, uint64_t seed) {
    PreparedImages out;
    for (const auto& name : layouts) {
        auto layout = find_layout(name);
        if (!layout) return forward(layout);
        auto paths = test_image_blobs(**layout, seed);
        if (!paths) return forward(paths);
        GuestImage image;
        image.layout = name;
        image.shared_domain = (*layout)->shared_domain;
        image.files = (*layout)->files;
        image.contiguous = is_contiguous(**layout);
        for (size_t i = 0; i < paths->size(); ++i) {
            image.blobs.push_back("/images/" + image.blob_name(i) + ".erofs");
            out.files.push_back({image.blobs.back().substr(1), (*paths)[i], false});
        }
        if (image.contiguous) {
            auto bytes = read_file(paths->front());
            if (!bytes) return forward(bytes);
            auto offset = find_first_block(**layout, seed, *bytes);
            if (!offset) return forward(offset);
            image.data_offset_bytes = *offset;
        }
        out.images.push_back(std::move(image));
    }
    return out;
}

Result<std::vector<GuestFile>> programs_for(const std::vector<Cell>& cells) {
    std::vector<GuestFile> out;
    if (std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return is_fio(cell.engine); })) {
        auto fio = static_fio_program();
        if (!fio) return forward(fio);
        out.push_back({std::string(kGuestFio).substr(1), *fio, true});
    }
    for (const BackendInfo& backend : all_backends()) {
        if (backend.program.empty() || std::none_of(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.backend == backend.name; })) continue;
        if (const fs::path program = dependency(backend.built_program); fs::exists(program)) out.push_back({std::string(backend.program.substr(1)), program, true});
    }
    return out;
}

namespace {

struct Programs {
    fs::path guest;
    fs::path mke2fs;
};

Status make_constant_initramfs(const Programs& programs, const std::vector<GuestFile>& files, const fs::path& result) {
    std::vector<InitramfsEntry> entries = base_entries();
    std::vector<std::string> directories;
    for (const auto& entry : entries)
        if (std::holds_alternative<InitramfsDirectory>(entry.content)) directories.push_back(entry.name);
    for (const char* name : {"images", "mnt", "cache", "etc"}) {
        directories.emplace_back(name);
        entries.push_back({name, 0755, InitramfsDirectory{}});
    }
    entries.push_back({"init", 0755, InitramfsFile{programs.guest}});
    entries.push_back({"etc/mke2fs.conf", 0644, InitramfsBytes{"[defaults]\n[fs_types]\n\text4 = {\n\t\tfeatures = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize\n\t}\n"}});
    // What fio runs where it meets us (bench/common/fio/meeting.h).
    directories.emplace_back("bin");
    entries.push_back({"bin", 0755, InitramfsDirectory{}});
    entries.push_back({"bin/sh", 0777, InitramfsLink{"/init"}});
    if (auto s = add_program(entries, directories, programs.mke2fs, programs.mke2fs); !s) return forward(s);
    for (const auto& file : files) {
        if (!file.program) entries.push_back({file.guest_path, 0644, InitramfsFile{file.host_path}});
        else if (auto s = add_program(entries, directories, file.host_path, "/" + file.guest_path); !s) return forward(s);
    }

    auto work = TempDirectory::create(result.parent_path(), "make");
    if (!work) return forward(work);
    if (auto s = write_initramfs(work->path() / "cpio", entries); !s) return s;
    std::error_code ec;
    fs::rename(work->path() / "cpio", result, ec);
    return ec ? fail_errno("rename to", result.string(), ec.value()) : Status{};
}

}  // namespace

Result<fs::path> constant_initramfs(const std::vector<GuestFile>& files, const fs::path& holder) {
    fs::path program = installed_guest_program();
    auto program_digest = sha256_of_file(program);
    if (!program_digest) return fail("find guest program", program.string(), "build it with: cmake --build build");
    auto mke2fs = find_program("mke2fs", "e2fsprogs");
    if (!mke2fs) return forward(mke2fs);
    auto mke2fs_digest = sha256_of_file(*mke2fs);
    if (!mke2fs_digest) return forward(mke2fs_digest);
    std::string key = *program_digest + *mke2fs_digest;
    for (const auto& file : files) {
        auto digest = sha256_of_file(file.host_path);
        if (!digest) return forward(digest);
        key += file.guest_path + *digest + (file.program ? "x" : "");
    }
    const fs::path folder = cache_root() / "initramfs";
    const std::string name = sha256_hex(key).substr(0, 24) + ".cpio";
    const fs::path held = holder / name;
    if (fs::exists(held)) return held;
    // Held before anybody may forget it.
    auto lock = FileLock::acquire(folder / "lock");
    if (!lock) return forward(lock);
    if (!fs::exists(folder / name))
        if (auto s = make_constant_initramfs({program, *mke2fs}, files, folder / name); !s) return forward(s);
    std::error_code ec;
    fs::last_write_time(folder / name, fs::file_time_type::clock::now(), ec);
    fs::create_hard_link(folder / name, held, ec);
    if (ec) return fail_errno("link", held.string(), ec.value());
    forget_old(folder);
    return held;
}

}  // namespace diobench
