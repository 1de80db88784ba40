// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/script.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <utility>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"
#include "bench/common/fio/job_option.h"

namespace diobench {

namespace {

constexpr uint64_t kLargestFile = 1 << 20;
constexpr size_t kLongestLine = 4095;  // fio's OPT_LEN_MAX: it would take what is behind it for a line of its own
constexpr unsigned kDeepestInclude = 8;
constexpr size_t kQuoted = 60;
constexpr size_t kMostScriptJobs = 1000;
constexpr size_t kMostScriptOptions = 1000;  ///< of a section

tl::unexpected<Error> script_fault(const std::string& file, unsigned line, std::string_view why) {
    return fail("read fio job", line == 0 ? file : file + ":" + std::to_string(line), why);
}

/// Enough of a text to find it again.
std::string quoted_start(std::string_view text) {
    std::string out(text.substr(0, kQuoted));
    std::ranges::replace_if(out, [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
    return text.size() > kQuoted ? out + "..." : out;
}

bool is_whole_comment(std::string_view line) { return line.empty() || line.front() == ';' || line.front() == '#'; }

/// Words that fio replaces by what it finds on the machine (options.c: fio_keywords).  The machine is the one that will read.
struct Keyword {
    std::string_view word;
    std::string_view value;
};
constexpr auto kKeywords = std::to_array<Keyword>({{"$pagesize", "4096"}, {"$mb_memory", "768"}, {"$ncpus", "1"}});

/// Replaces "$ncpus" and the like; then fio calculates.
std::string replace_keywords(std::string value) {
    bool replaced = false;
    for (const auto& keyword : kKeywords)
        for (size_t at; (at = value.find(keyword.word)) != std::string::npos; replaced = true) value.replace(at, keyword.word.size(), keyword.value);
    if (!replaced || value.find_first_of("+-*/") == std::string::npos) return value;
    auto number = parse_fio_bytes("(" + value + ")");
    return number ? std::to_string(*number) : value;
}

class ScriptReader {
public:
    ScriptReader(const std::string& name, const FioVariables& variables) : variables_(variables) { out_.name = name; }

    void read(std::string_view text, const std::string& file, const fs::path& folder, unsigned depth) {
        unsigned number = 0;
        while (!text.empty() && !lost_) {
            const size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = text.substr(0, end);
            ++number;
            if (line.size() > kLongestLine) faults_.add(script_fault(file, number, "a line of " + std::to_string(line.size()) + " bytes: fio reads at most 4095"));
            else if (line.find('\0') != std::string_view::npos) return faults_.add(script_fault(file, number, "a zero byte: this is no text"));
            else one_line(trim(line), {file, number, folder, depth});
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    Result<FioScript> finish() {
        if (out_.jobs.empty()) faults_.add(script_fault(out_.name, 0, "no job in it; add a section such as [reads] with rw=randread"));
        if (auto s = faults_.status(); !s) return forward(s);
        return std::move(out_);
    }

private:
    struct Place {
        std::string file;
        unsigned line;
        const fs::path& folder;
        unsigned depth;
    };

    void one_line(std::string_view line, const Place& place) {
        if (is_whole_comment(line)) return;
        const std::string_view words = trim(line.substr(0, line.find_first_of(";#")));
        if (words.starts_with('[')) return section(words, place);
        if (where_ == nullptr && std::exchange(lost_, true)) return;
        if (where_ == nullptr)
            return faults_.add(script_fault(place.file, place.line, quoted_start(words) + ": an option must stand in a section, such as [global] or [reads]"));
        if (words.starts_with("include ") || words == "include") return include(trim(words.substr(7)), place);
        option(words, place);
    }

    void section(std::string_view words, const Place& place) {
        if (place.depth > 0) return faults_.add(script_fault(place.file, place.line, quoted_start(words) + ": an included file has no sections of its own"));
        if (!words.ends_with(']') || words.size() < 2) {
            lost_ = true;  // whose the options below are is not known
            return faults_.add(script_fault(place.file, place.line, quoted_start(words) + ": a section must end in ']', such as [global] or [reads]"));
        }
        said_here_.clear();
        const std::string_view name = words.substr(1, words.size() - 2);
        if (name.starts_with("global")) {  // as fio has it
            where_ = &global_;
            return;
        }
        if (out_.jobs.size() >= kMostScriptJobs) {
            lost_ = true;
            return faults_.add(script_fault(place.file, place.line, "more than 1000 jobs"));
        }
        out_.jobs.push_back({std::string(name), place.file, place.line, global_});
        where_ = &out_.jobs.back().options;
    }

    void include(std::string_view given, const Place& place) {
        if (place.depth >= kDeepestInclude) return faults_.add(script_fault(place.file, place.line, "include: files include each other more than 8 deep"));
        std::error_code ec;
        fs::path path(given);
        if (!fs::exists(path, ec)) path = place.folder / path;
        auto text = read_fio_text(path);
        if (!text) return faults_.add(script_fault(place.file, place.line, "include: " + text.error().message()));
        read(*text, path.string(), path.parent_path(), place.depth + 1);
    }

    void option(std::string_view words, const Place& place) {
        const size_t equals = words.find('=');
        ScriptOption out;
        out.key = fio_main_name(trim(words.substr(0, equals)));
        out.written = words;
        out.file = place.file;
        out.line = place.line;
        if (equals != std::string_view::npos) out.value = replace_keywords(with_variables(trim(words.substr(equals + 1)), out.unknown_variables));
        auto found = std::ranges::find(*where_, out.key, &ScriptOption::key);
        const bool again = !said_here_.insert(out.key).second;
        if (where_->size() >= kMostScriptOptions) {
            lost_ = true;
            return faults_.add(script_fault(place.file, place.line, "more than 1000 options in one section"));
        }
        if (found == where_->end()) return where_->push_back(std::move(out));
        if (again) out_.overridden.push_back(*found);
        *found = std::move(out);
    }

    /// fio puts nothing where there is no such variable; here it stays as written, and is named if it matters.
    std::string with_variables(std::string_view text, std::vector<std::string>& unknown) {
        std::string out;
        while (true) {
            const size_t from = text.find("${");
            const size_t to = from == std::string_view::npos ? from : text.find('}', from);
            if (to == std::string_view::npos) return out.append(text);
            const std::string name(text.substr(from + 2, to - from - 2));
            out.append(text.substr(0, from));
            if (auto value = name.starts_with("DIOBENCH_FILE") ? std::nullopt : variables_(name)) {
                out_.variables_used[name] = *value;
                out += *value;
            } else {
                unknown.push_back(name);
                out.append(text.substr(from, to + 1 - from));
            }
            text.remove_prefix(to + 1);
        }
    }

    const FioVariables& variables_;
    FioScript out_;
    Faults faults_;
    std::vector<ScriptOption> global_;
    std::vector<ScriptOption>* where_ = nullptr;
    std::set<std::string> said_here_;
    bool lost_ = false;
};

}  // namespace

const ScriptOption* ScriptJob::find(std::string_view key) const {
    auto found = std::ranges::find(options, key, &ScriptOption::key);
    return found == options.end() ? nullptr : &*found;
}

std::string ScriptJob::value_of(std::string_view key, std::string_view otherwise) const {
    const ScriptOption* option = find(key);
    return option == nullptr ? std::string(otherwise) : option->value.value_or("1");
}

KbBase ScriptJob::kb_base() const { return value_of("kb_base") == "1000" ? KbBase::k1000 : KbBase::k1024; }

FioVariables fio_variables(std::map<std::string, std::string> given) {
    return [given = std::move(given)](const std::string& name) -> std::optional<std::string> {
        if (auto found = given.find(name); found != given.end()) return found->second;
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

Result<FioScript> parse_fio_script(std::string_view text, const std::string& name, const fs::path& folder, const FioVariables& variables) {
    ScriptReader reader(name, variables);
    reader.read(text, name, folder, 0);
    return reader.finish();
}

Result<std::string> read_fio_text(const fs::path& path) {
    std::error_code ec;
    if (fs::exists(path, ec) && !fs::is_regular_file(path, ec)) return fail("read fio job", path.string(), "it is no file");
    if (const auto bytes = fs::file_size(path, ec); !ec && bytes > kLargestFile)
        return fail("read fio job", path.string(), "it has " + std::to_string(bytes) + " bytes; a job file has at most 1 MiB");
    return read_file(path);
}

Result<FioScript> read_fio_script(const fs::path& path, const FioVariables& variables) {
    auto text = read_fio_text(path);
    if (!text) return forward(text);
    return parse_fio_script(*text, path.string(), path.parent_path(), variables);
}

}  // namespace diobench
