// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/import_series.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <iterator>
#include <sys/stat.h>

#include "bench/common/base/lineage.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/mail.h"
#include "bench/host/kernel/mail_headers.h"
#include "bench/host/kernel/series_file.h"
#include "bench/host/kernel/version.h"

namespace diobench {

namespace {

constexpr const char* kAdd = "add series";

fs::path folder_of(const ImportOptions& options) {
    const fs::path into = options.into.empty() ? own_series_folder() : fs::absolute(options.into).lexically_normal();
    return into.has_filename() ? into : into.parent_path();
}

/// The series named by --on with all they require, in the order they are applied.
Result<std::vector<Series>> series_below(const ImportOptions& options) {
    const fs::path into = folder_of(options);
    std::vector<Series> out;
    for (const auto& name : options.on) {
        if (!is_series_name(name)) return fail(kAdd, "--on " + name, "expected the name of a series in the same folder or in " + series_folders().back().string());
        auto series = find_series(name, into);
        if (!series) return forward(series);
        auto chain = resolve_series(series->folder.string());
        if (!chain) return forward(chain);
        for (auto& member : *chain) {
            if (member.name == options.name) return fail(kAdd, options.name, fmt::format("--on {} requires {} itself", name, options.name));
            const bool there = std::any_of(out.begin(), out.end(), [&](const Series& s) { return s.folder == member.folder; });
            if (!there) out.push_back(std::move(member));
        }
    }
    return out;
}

Status check_revision(const ImportOptions& options) {
    if (options.revises.empty()) return {};
    if (!is_series_name(options.revises)) return fail(kAdd, "--revises " + options.revises, "expected the name of a series");
    if (options.revises == options.name) return fail(kAdd, "--revises " + options.revises, "a series cannot revise itself");
    Revisions revises = {{options.name, options.revises}};
    for (std::string at = options.revises; !at.empty() && at != options.name;) {
        auto older = find_series(at, folder_of(options));
        if (!older && at == options.revises) return forward(older);
        if (!older || older->revises.empty()) break;
        revises[at] = older->revises;
        at = revises.size() > 1000 ? "" : older->revises;
        if (revises.contains(at) && at != options.name) break;
    }
    return check_lineage(revises);
}

/// Each costs a process of git.
constexpr size_t kMostToDecode = 500;
constexpr size_t kMostMails = 10000;

/// What no thread has: decoding it would take minutes.
Status check_count(const std::vector<RawMail>& raw) {
    if (raw.size() > kMostMails) return fail("take patches", raw.front().origin, fmt::format("{} mails are an archive and no thread: give the mails of one series only", raw.size()));
    const auto replies = std::count_if(raw.begin(), raw.end(), [](const RawMail& mail) { return parse_patch_subject(MailHeaders(mail.text).value("subject")).reply; });
    const size_t left = raw.size() - static_cast<size_t>(replies);
    if (left <= kMostToDecode) return {};
    return fail("take patches", raw.front().origin, fmt::format("{} mails that are no replies are here, and a thread has at most {}: give the mails of one series only", left, kMostToDecode));
}

Result<std::vector<Mail>> parse_all(const std::vector<RawMail>& raw, Progress& progress) {
    auto scratch = TempDirectory::create(cache_root() / "tmp", "mail");
    if (!scratch) return forward(scratch);
    std::vector<Mail> out;
    if (auto s = check_count(raw); !s) return forward(s);
    for (size_t i = 0; i < raw.size(); ++i) {
        progress.update(i, raw.size(), raw[i].origin);
        auto mails = parse_mail(raw[i], scratch->path());
        if (interrupted()) return interrupted_error(kAdd);
        if (!mails) return mails;
        std::move(mails->begin(), mails->end(), std::back_inserter(out));
        if (out.size() > raw.size() + kMostToDecode) return fail("take patches", raw[i].origin, fmt::format("more than {} patches are attached to mails: give those of one series only", kMostToDecode));
    }
    return out;
}

/// A folder that is a symbolic link in the source would lead a patch elsewhere.
Status check_real_folders(const UnifiedDiff& diff, const fs::path& pristine) {
    for (const auto& file : diff.files) {
        fs::path at = pristine;
        for (const auto& part : fs::path(file.name())) {
            std::error_code ec;
            if (fs::is_symlink(at /= part, ec))
                return fail("take patch of", file.name(), fmt::format("{} is a symbolic link in the source, and a patch may not write through one", at.lexically_relative(pristine).string()));
        }
    }
    return {};
}

/// `check` of every diff; its error says which mail it is.
template <class Check>
Status check_each(const std::vector<Mail>& mails, const Check& check) {
    for (const auto& mail : mails) {
        Status safe = check(mail.diff);
        if (safe) continue;
        safe.error().text += fmt::format(" (\"{}\", {})", mail.name(), mail.origin);
        return safe;
    }
    return {};
}

/// "6.12.117" -> 6.12.0 to 6.12.999.
Status fill_base(const ImportOptions& options, const KernelSource& source, Series& out, std::vector<std::string>& notes) {
    auto version = parse_kernel_version(source.version);
    if (!version) return forward(version);
    out.base_min = options.base_min.empty() ? fmt::format("{}.{}.0", version->number[0], version->number[1]) : options.base_min;
    out.base_max = options.base_max.empty() ? fmt::format("{}.{}.999", version->number[0], version->number[1]) : options.base_max;
    auto min = parse_kernel_version(out.base_min);
    auto max = parse_kernel_version(out.base_max);
    if (!min) return fail(kAdd, "--base-min " + out.base_min, "expected a kernel version such as 6.12.7");
    if (!max) return fail(kAdd, "--base-max " + out.base_max, "expected a kernel version such as 6.12.999");
    if (*version < *min || *version > *max)
        return fail(kAdd, fmt::format("--base-min {} --base-max {}", out.base_min, out.base_max),
                    fmt::format("Linux {}, which the patches are checked against, is not in this range: give a source that is with --tree", source.version));
    if (options.base_min.empty() && options.base_max.empty())
        notes.push_back(fmt::format("meant for Linux {} to {}, the stable series of the source it was checked against (--base-min, --base-max)", out.base_min, out.base_max));
    return {};
}

std::string one_line(std::string_view text) {
    std::string out(trim(text));
    std::replace_if(out.begin(), out.end(), [](unsigned char c) { return c < 0x20; }, ' ');
    return out;
}

void fill_purpose(const ImportOptions& options, const SelectedPatches& selected, Series& out, std::vector<std::string>& notes) {
    const Mail& from = selected.cover ? *selected.cover : selected.patches.front();
    out.purpose = one_line(options.purpose.empty() ? from.subject.title : options.purpose);
    if (out.purpose.empty()) out.purpose = out.name;
    if (options.purpose.empty())
        notes.push_back(fmt::format("purpose: \"{}\", the title of {} (--purpose)", out.purpose, selected.cover ? "the cover letter" : "the first patch"));
}

Result<std::vector<Mail>> commit_all(PatchRepository& repository, const std::vector<Mail>& mails, const ImportOptions& options, const std::vector<Series>& below,
                                     std::vector<std::string>& notes, Progress& progress) {
    std::vector<Mail> out;
    for (size_t i = 0; i < mails.size(); ++i) {
        progress.update(i, mails.size(), mails[i].name());
        auto words = repository.commit(mails[i], options.fit);
        if (interrupted()) return interrupted_error(kAdd);
        if (!words) {
            Error& error = words.error();
            std::string hints;
            if (options.fit == Fit::exact) hints += "\n--3way tries to merge it";
            if (below.empty() && !options.revises.empty())
                if (auto older = find_series(options.revises, folder_of(options)); older && !older->requires_series.empty())
                    hints += fmt::format("\n{}, which it revises, is built on {}: --on {}", older->name, join(older->requires_series, ", "), join(older->requires_series, " --on "));
            error.text += hints;
            return forward(words);
        }
        for (const auto& word : *words) notes.push_back(fmt::format("\"{}\": {}", mails[i].name(), word));
        out.push_back(mails[i]);
    }
    return out;
}

/// What was written makes the tree that was checked.
Status check_written(const KernelSource& source, const std::vector<Series>& below, const std::vector<fs::path>& patches, const PatchRepository& repository,
                     const fs::path& scratch) {
    std::vector<fs::path> all;
    for (const auto& series : below) all.insert(all.end(), series.patches.begin(), series.patches.end());
    all.insert(all.end(), patches.begin(), patches.end());
    auto made = apply_patches(source.tree, all, scratch / "check.log");
    if (!made) return forward(made);
    auto wanted = repository.changes();
    if (!wanted) return forward(wanted);
    if (*made == *wanted) return {};
    return fail(kAdd, "", "the written patches do not make the tree that the mails made; please report this with the mails");
}

/// Renames `part` to `folder`; an existing folder is exchanged for it and then removed with `part`.
Status put_in_place(const fs::path& part, const fs::path& folder, Existing existing) {
    ::chmod(part.c_str(), 0755);
    std::error_code ec;
    const bool exchange = existing != Existing::refuse && fs::exists(fs::symlink_status(folder, ec));
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, folder.c_str(), exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE) == 0) return {};
    return fail_errno("rename to", folder.string());
}

/// What the series under it is known to fail, it fails as well until it repairs it, which verify says.
void add_known_failures_below(const std::vector<Series>& below, ImportedSeries& out) {
    if (below.empty() || below.back().known_failures.empty()) return;
    const auto& known = below.back().known_failures;
    out.series.known_failures.insert(out.series.known_failures.end(), known.begin(), known.end());
    out.assumptions.push_back(fmt::format("known_failures: the {} of {}, which it stands on", known.size(), below.back().name));
}

/// The series that is extended; an error if it is for this kernel already.
Result<Series> series_to_extend(const ImportOptions& options, const KernelSource& source) {
    auto series = load_series((folder_of(options) / options.name).string());
    if (!series) return series;
    if (check_base({*series}, source.version)) return fail(kAdd, options.name, fmt::format("it is for Linux {} already ({}): a variant is for a kernel that it is not for", source.version, series->bases()));
    return series;
}

/// Puts the written patches into `part`, a copy of the series' folder, as one more variant of it.
Status write_variant(const std::vector<fs::path>& written, const std::string& subfolder, const fs::path& part, ImportedSeries& out) {
    Series& series = out.series;
    SeriesVariant variant{series.base_min, series.base_max, {}, {}, series.known_failures};
    for (const auto& patch : written) variant.patches.push_back(series.folder / subfolder / patch.filename());
    std::error_code ec;
    fs::copy(series.folder, part, fs::copy_options::recursive | fs::copy_options::skip_existing, ec);
    if (ec) return fail_errno("copy", series.folder.string(), ec.value());
    auto text = read_file(series.folder / "series.toml");
    if (!text) return forward(text);
    if (auto s = write_file_atomic(part / "series.toml", *text + variant_text(variant, series.folder)); !s) return s;
    for (auto& patch : out.patches) patch.file = subfolder + "/" + patch.file;
    series.patches = variant.patches;
    return {};
}

}  // namespace

Status check_import(const ImportOptions& options) {
    if (!is_series_name(options.name))
        return fail(kAdd, "\"" + options.name + "\"", "a series' name has letters, digits, '-', '_' and '.' only, begins with a letter or digit, and has at most 64 of them");
    const fs::path folder = folder_of(options) / options.name;
    std::error_code ec;
    const auto status = fs::symlink_status(folder, ec);
    if (fs::exists(status) && options.existing == Existing::refuse)
        return fail(kAdd, options.name, fmt::format("there is one of this name already, {}: choose another name, replace it with --force, or add them as its --variant for another kernel", folder.string()));
    if (!fs::exists(status) && options.existing == Existing::extend)
        return fail(kAdd, options.name, "there is no series of this name whose --variant they could be: " + folder.string());
    if (options.existing == Existing::extend && (!options.on.empty() || !options.revises.empty() || !options.purpose.empty()))
        return fail(kAdd, options.name, "a --variant stands on what its series requires, and has its purpose: leave --on, --revises and --purpose out");
    if (fs::exists(status) && !fs::is_regular_file(folder / "series.toml", ec))
        return fail(kAdd, options.name, folder.string() + " is there and is no series; it is left alone, choose another name");
    if (options.into.empty() && options.existing == Existing::refuse && fs::exists(series_folders().back() / options.name, ec))
        return fail(kAdd, options.name, "diobench comes with a series of this name: choose another one (--force: yours is taken in its place)");
    if (auto s = check_revision(options); !s) return s;
    auto below = series_below(options);
    if (!below) return forward(below);
    return {};
}

Result<std::vector<Mail>> parse_mails(const std::vector<RawMail>& raw) {
    Progress progress("read mails", Progress::Shown::no);
    return parse_all(raw, progress);
}

ImportedPatch imported_patch(const Mail& mail) { return {{}, mail.subject.title, mail.author, mail.subject.tag(), mail.origin, mail.message_id}; }

Result<SelectedPatches> choose_patches(const std::vector<RawMail>& mails, const std::optional<PatchVersion>& version, Progress& progress) {
    progress.stage("read mails");
    auto parsed = parse_all(mails, progress);
    if (!parsed) return forward(parsed);
    auto selected = select_patches(*parsed, version);
    if (!selected) return selected;
    if (auto s = check_each(selected->patches, check_safe); !s) return forward(s);
    return selected;
}

Result<ImportedSeries> import_series(const std::vector<RawMail>& mails, const KernelSource& source, const ImportOptions& asked, Progress& progress) {
    if (auto s = check_import(asked); !s) return forward(s);
    ImportOptions options = asked;
    std::string subfolder;
    if (options.existing == Existing::extend) {
        auto extended = series_to_extend(options, source);
        if (!extended) return forward(extended);
        options.on = extended->requires_series;
        options.revises = extended->revises;
        options.purpose = extended->purpose;
        subfolder = source.version.substr(0, source.version.find('.', source.version.find('.') + 1));
        std::error_code ec;
        if (fs::exists(extended->folder / subfolder, ec)) return fail(kAdd, options.name, fmt::format("there is a folder {} in it already, where the patches of a variant for {} go", subfolder, source.version));
    }
    auto below = series_below(options);
    if (!below) return forward(below);
    if (auto s = choose_variants(*below, source.version); !s) return forward(s);

    auto selected = choose_patches(mails, options.version, progress);
    if (!selected) return forward(selected);
    if (auto s = check_each(selected->patches, [&](const UnifiedDiff& diff) { return check_real_folders(diff, source.tree); }); !s) return forward(s);
    const fs::path scratch_root = cache_root() / "tmp";
    auto scratch = TempDirectory::create(scratch_root, "check");
    if (!scratch) return forward(scratch);

    ImportedSeries out;
    out.notes = selected->notes;
    out.source = fmt::format("Linux {} ({})", source.version, source.description);
    out.series.name = options.name;
    out.series.requires_series = options.on;
    out.series.revises = options.revises;
    out.series.known_failures = options.known_failures;
    out.series.folder = folder_of(options) / options.name;
    add_known_failures_below(*below, out);
    std::vector<fs::path> below_patches;
    for (const auto& series : *below) {
        out.below.push_back(series.name);
        below_patches.insert(below_patches.end(), series.patches.begin(), series.patches.end());
    }
    progress.stage("apply patches");
    auto repository = PatchRepository::create(source.tree, scratch_root, below_patches, selected->patches);
    if (!repository) return forward(repository);
    auto committed = commit_all(*repository, selected->patches, options, *below, out.notes, progress);
    if (!committed) return forward(committed);
    fill_purpose(options, *selected, out.series, out.assumptions);
    if (auto s = fill_base(options, source, out.series, out.assumptions); !s) return forward(s);

    auto part = TempDirectory::create(folder_of(options), "." + options.name + ".part");
    if (!part) return forward(part);
    const fs::path patches = subfolder.empty() ? part->path() : part->path() / subfolder;
    if (auto s = make_directories(patches); !s) return forward(s);
    auto written = repository->write_patches(patches);
    if (!written) return forward(written);
    if (auto s = check_written(source, *below, *written, *repository, scratch->path()); !s) return forward(s);
    for (size_t i = 0; i < written->size(); ++i) {
        const std::string file = (*written)[i].filename().string();
        out.patches.push_back(imported_patch(committed->at(i)));
        out.patches.back().file = file;
        out.series.patches.push_back(out.series.folder / file);
    }
    auto described = subfolder.empty() ? write_file_atomic(part->path() / "series.toml", series_file_text(out.series)) : write_variant(*written, subfolder, part->path(), out);
    if (!described) return forward(described);
    if (interrupted()) return interrupted_error("add series");
    if (auto s = put_in_place(part->path(), out.series.folder, options.existing); !s) return forward(s);
    return out;
}

}  // namespace diobench
