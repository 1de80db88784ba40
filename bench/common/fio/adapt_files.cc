// SPDX-License-Identifier: GPL-2.0-only
// Which files of the image jobs read: names that differ are different files, equal ones the same, as with fio.
#include <algorithm>
#include <functional>
#include <map>

#include "bench/common/base/text.h"
#include "bench/common/fio/draft.h"
#include "bench/common/fio/job_option.h"

namespace diobench {

namespace {

constexpr uint64_t kMostClones = 64;      // more threads than that are never run
constexpr uint64_t kMostNamedFiles = 64;  // more files than that no image has

uint64_t count_of(const ScriptJob& job, std::string_view key, uint64_t most) {
    auto number = parse_fio_bytes(job.value_of(key, "1"));
    return number ? std::clamp<uint64_t>(static_cast<uint64_t>(std::max<int64_t>(*number, 1)), 1, most) : 1;
}

/// "a\:b:c" -> "a:b", "c".
std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> out(1);
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ':') out.back() += text[++i];
        else if (text[i] == ':') out.emplace_back();
        else out.back() += text[i];
    }
    std::erase(out, "");
    return out;
}

/// fio's make_filename(): the names of files that are not named.
std::vector<std::string> made_names(const ScriptJob& job, uint64_t clone, const std::string& directory) {
    const std::string format = job.value_of("filename_format", "$jobname.$jobnum.$filenum");
    std::vector<std::string> out;
    for (uint64_t file = 0; file < count_of(job, "nrfiles", kMostNamedFiles); ++file) {
        std::string name = replace_all(format, "$jobname", job.value_of("name", job.name));
        out.push_back(directory + replace_all(replace_all(name, "$jobnum", std::to_string(clone)), "$filenum", std::to_string(file)));
    }
    return out;
}

/// "files 1 to 4", "file 2".
std::string words_for(const std::vector<unsigned>& files) {
    if (files.size() == 1) return "file " + std::to_string(files.front());
    const auto [least, most] = std::ranges::minmax(files);
    if (most - least + 1 == files.size()) return "files " + std::to_string(least) + " to " + std::to_string(most);
    std::vector<std::string> numbers;
    for (unsigned file : files) numbers.push_back(std::to_string(file));
    return "files " + join(numbers, ", ");
}

/// Numbers for names, in the order in which they come.
class FileNumbers {
public:
    explicit FileNumbers(size_t files) : files_(files) {}

    std::vector<unsigned> of(const std::vector<std::string>& names) {
        std::vector<unsigned> out;
        for (const auto& name : names) {
            const size_t place = fio_file_number(name) ? *fio_file_number(name) - 1 : numbers_.try_emplace(name, numbers_.size()).first->second;
            most_ = std::max(most_, place + 1);
            const auto number = static_cast<unsigned>(place % files_ + 1);
            if (std::ranges::find(out, number) == out.end()) out.push_back(number);
        }
        return out;
    }
    [[nodiscard]] size_t different() const { return most_; }

private:
    size_t files_;
    size_t most_ = 0;
    std::map<std::string, size_t> numbers_;
};

std::string variables_of(const std::vector<unsigned>& files) {
    std::vector<std::string> out;
    for (unsigned file : files) out.push_back(fio_file_variable(file));
    return join(out, ":");
}

void note_files(const FioDraft& draft, const std::vector<std::vector<unsigned>>& clones, FioChanges& changes) {
    std::vector<unsigned> all;
    for (const auto& files : clones) all.insert(all.end(), files.begin(), files.end());
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const std::string became = words_for(all) + " of the image";
    bool named = false;
    const auto ours = [](const ScriptOption& option) { return option.key == "filename" && std::ranges::all_of(split_names(option.value.value_or("")), [](const auto& name) { return fio_file_number(name).has_value(); }); };
    for (const char* key : {"filename", "opendir", "filename_format", "directory", "nrfiles"})
        if (const auto* option = draft.source->find(key)) {
            named = true;
            if (ours(*option)) continue;
            changes.of(*option, became, "only files of the image are read; names that differ are different files");
        }
    if (!named && all.size() > 1) changes.added(*draft.source, became, "without a filename each of its threads has a file of its own");
}

/// Threads that read the same files, and how many of them there are.
struct FileGroup {
    std::vector<unsigned> files;
    uint64_t threads = 0;
    uint64_t first = 0;  ///< of them, by number
};

/// Threads that begin at offsets of their own stay apart, so that each keeps its own.
std::vector<FileGroup> groups_of(const std::vector<std::vector<unsigned>>& clones, const FioDraft& draft) {
    std::vector<FileGroup> out;
    const bool apart = draft.find("offset_increment") != nullptr && std::ranges::adjacent_find(clones, std::not_equal_to{}) != clones.end();
    for (size_t i = 0; i < clones.size(); ++i) {
        auto found = std::ranges::find(out, clones[i], &FileGroup::files);
        if (apart || found == out.end()) out.push_back({clones[i], 1, i});
        else ++found->threads;
    }
    return out;
}

/// A draft for each group.
std::vector<FioDraft> split_by_files(const FioDraft& draft, const std::vector<std::vector<unsigned>>& clones) {
    const auto groups = groups_of(clones, draft);
    std::vector<FioDraft> out;
    for (const auto& group : groups) {
        FioDraft part = draft;
        part.files = group.files;
        part.set("filename", variables_of(group.files));
        if (groups.size() > 1) {
            part.name += "." + std::to_string(out.size());
            part.set("numjobs", std::to_string(group.threads));
            if (const uint64_t step = part.bytes("offset_increment"); step != 0 && group.first != 0)
                part.set("offset", std::to_string(part.bytes("offset") + group.first * step));
            if (groups.size() == clones.size()) part.erase("offset_increment");
        }
        out.push_back(std::move(part));
    }
    return out;
}

}  // namespace

std::vector<std::vector<std::string>> fio_file_names(const ScriptJob& job) {
    std::vector<std::vector<std::string>> out;
    const auto directories = split_names(job.value_of("directory"));
    for (uint64_t clone = 0; clone < count_of(job, "numjobs", kMostClones); ++clone) {
        const std::string directory = directories.empty() ? "" : directories[clone % directories.size()] + "/";
        if (const auto* named = job.find("filename")) {
            out.push_back(split_names(named->value.value_or("")));
            for (auto& name : out.back())
                if (!fio_file_number(name)) name = directory + name;
        } else if (const auto* open = job.find("opendir")) {
            out.emplace_back();
            for (int file = 0; file < 4; ++file) out.back().push_back(open->value.value_or("") + "/" + std::to_string(file));
        } else {
            out.push_back(made_names(job, clone, directory));
        }
        if (out.back().empty()) out.back().push_back(directory);
    }
    return out;
}

size_t fio_files_wanted(const FioScript& script, MixedJobs mixed) {
    FioChanges ignored;
    FileNumbers numbers(kMostNamedFiles);
    for (const auto& draft : select_fio_jobs(script, mixed, ignored))
        for (const auto& names : fio_file_names(*draft.source)) (void)numbers.of(names);
    return std::max<size_t>(1, numbers.different());
}

void adapt_files(std::vector<FioDraft>& drafts, size_t files, FioChanges& changes) {
    FileNumbers numbers(files);
    std::vector<FioDraft> out;
    for (const auto& draft : drafts) {
        std::vector<std::vector<unsigned>> clones;
        for (const auto& names : fio_file_names(*draft.source)) clones.push_back(numbers.of(names));
        note_files(draft, clones, changes);
        for (auto& part : split_by_files(draft, clones)) out.push_back(std::move(part));
    }
    if (numbers.different() > files)
        changes.of(*drafts.front().source, std::to_string(files) + " files", std::to_string(numbers.different()) + " different files are named and the image has " + std::to_string(files) + ": they come again in turn");
    drafts = std::move(out);
}

}  // namespace diobench
