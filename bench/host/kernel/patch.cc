// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/patch.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/disk_space.h"
#include "bench/host/kernel/git.h"
#include "bench/host/kernel/misfit.h"

namespace diobench {

namespace {

/// "a/fs/x.c\t2024-..." -> "fs/x.c"; empty for /dev/null and for names that leave the tree.
std::string tree_path(std::string_view name, bool strip_first) {
    name = name.substr(0, name.find('\t'));
    if (strip_first) {
        size_t slash = name.find('/');
        if (name.starts_with("/") || slash == std::string_view::npos) return {};
        name = name.substr(slash + 1);
    }
    fs::path path(name);
    const bool leaves = path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
    return leaves ? std::string() : std::string(name);
}

Status copy_in(const fs::path& pristine, const fs::path& scratch, const std::string& name) {
    auto content = read_content(pristine / name);
    if (!content) return forward(content);
    if (!content->has_value()) return {};
    if (auto s = make_directories((scratch / name).parent_path()); !s) return s;
    if (auto s = write_file_atomic(scratch / name, (*content)->data); !s) return s;
    if ((*content)->executable) ::chmod((scratch / name).c_str(), 0755);
    return {};
}

/// The header of the hunk of `file` that begins at old line `line`, with its number in that file.
std::string hunk_at(std::string_view patch, std::string_view file, std::string_view line) {
    bool inside = false;
    int number = 0;
    for (const auto& text : split(patch, '\n')) {
        if (text.starts_with("--- ") || text.starts_with("+++ ")) {
            if (inside && text.starts_with("+++ ")) continue;
            inside = tree_path(std::string_view(text).substr(4), true) == file;
            number = 0;
        } else if (inside && text.starts_with("@@ -")) {
            ++number;
            std::string_view from = std::string_view(text).substr(4);
            if (from.substr(0, from.find_first_of(", ")) == line) return fmt::format("hunk {} of {} ({})", number, file, text);
        }
    }
    return fmt::format("the hunk at line {} of {}", line, file);
}

}  // namespace

Result<std::optional<KernelFile>> read_content(const fs::path& path) {
    struct stat st {};
    if (::lstat(path.c_str(), &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<KernelFile>();
        return fail_errno("find", path.string());
    }
    if (!S_ISREG(st.st_mode))
        return fail("patch", path.string(), "it is not a regular file; a patch may only change regular files");
    auto data = read_file(path);
    if (!data) return forward(data);
    return std::optional<KernelFile>({std::move(*data), (st.st_mode & S_IXUSR) != 0});
}

std::vector<std::string> mentioned_files(std::string_view patch) {
    std::set<std::string> out;
    auto add = [&](std::string_view name, bool strip_first) {
        if (auto path = tree_path(name, strip_first); !path.empty()) out.insert(path);
    };
    for (const auto& line : split(patch, '\n')) {
        std::string_view text = line;
        if (text.ends_with('\r')) text.remove_suffix(1);
        for (std::string_view key : {"--- ", "+++ "})
            if (text.starts_with(key)) add(text.substr(key.size()), true);
        for (std::string_view key : {"rename from ", "rename to ", "copy from ", "copy to "})
            if (text.starts_with(key)) add(text.substr(key.size()), false);
        // Files that are only emptied, created empty or changed in mode have no other line.
        if (text.starts_with("diff --git a/"))
            if (size_t b = text.find(" b/"); b != std::string_view::npos) {
                add(text.substr(11, b - 11), true);
                add(text.substr(b + 1), true);
            }
    }
    return {out.begin(), out.end()};
}

std::string apply_failure(std::string_view output, std::string_view patch) {
    constexpr std::string_view failed = "error: patch failed: ";
    std::string first;
    for (const auto& line : split(output, '\n')) {
        if (line.starts_with(failed)) {
            std::string_view place = std::string_view(line).substr(failed.size());
            size_t colon = place.rfind(':');
            return hunk_at(patch, place.substr(0, colon), place.substr(colon + 1)) + " does not fit the source";
        }
        if (first.empty() && line.starts_with("error: ") && line != "error: while searching for:") first = line.substr(7);
    }
    return first.empty() ? std::string(trim(last_lines(output, 1))) : first;
}

Result<PatchTree> PatchTree::create(const fs::path& pristine, const fs::path& parent) {
    auto folder = TempDirectory::create(parent, "apply");
    if (!folder) return forward(folder);
    return PatchTree(pristine, std::move(*folder));
}

Status PatchTree::fetch(std::string_view patch) {
    for (const auto& name : mentioned_files(patch))
        if (names_.insert(name).second)
            if (auto s = copy_in(pristine_, path(), name); !s) return s;
    return {};
}

Status PatchTree::apply(const fs::path& patch, const fs::path& log) {
    auto text = read_file(patch);
    if (!text) return forward(text);
    if (auto s = fetch(*text); !s) return s;
    CommandOptions options;
    options.working_directory = path();
    options.log = log;
    // Not the repository that the cache may lie in, nor a user's apply.whitespace.
    options.environment = git_environment(path());
    auto r = run_command(git_command({"apply", "--whitespace=nowarn", "--verbose", patch.string()}), options);
    if (!r) return forward(r);
    if (r->exit_status == 0) return {};
    if (says_disk_full(r->output)) return tl::unexpected(disk_full_error("apply patch", path()));
    std::string why = explain_misfit(path(), pristine_, *text);
    if (why.empty()) why = apply_failure(r->output, *text);
    if (!log.empty()) why += (why.find('\n') == std::string::npos ? "; " : "\n") + ("git's words are in " + log.string());
    return fail("apply patch", patch.string(), why);
}

Result<PatchedFiles> PatchTree::changes() const {
    PatchedFiles out;
    for (const auto& name : names_) {
        auto after = read_content(path() / name);
        auto before = read_content(pristine_ / name);
        if (!after) return forward(after);
        if (!before) return forward(before);
        if (*after != *before) out.emplace(name, std::move(*after));
    }
    return out;
}

Result<PatchedFiles> apply_patches(const fs::path& pristine, const std::vector<fs::path>& patches, const fs::path& log) {
    auto tree = PatchTree::create(pristine, log.parent_path());
    if (!tree) return forward(tree);
    for (const auto& patch : patches)
        if (auto s = tree->apply(patch, log); !s) return forward(s);
    return tree->changes();
}

}  // namespace diobench
