// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/job_file.h"

#include <algorithm>
#include <cctype>

#include "bench/common/base/faults.h"
#include "bench/common/base/text.h"
#include "bench/common/fio/job_option.h"
#include "bench/common/fio/number.h"

namespace diobench {

namespace {

/// "FILE:12", or "FILE" for what is on no line.
std::string place(const std::string& file, unsigned line) { return line == 0 ? file : file + ":" + std::to_string(line); }

tl::unexpected<Error> refuse(const std::string& file, unsigned line, std::string_view why) {
    return fail("read fio job", place(file, line), why);
}

tl::unexpected<Error> refuse(const std::string& file, const FioOption& option, std::string_view why) {
    return refuse(file, option.line, option.key + "=" + option.value + ": " + std::string(why));
}

void set_option(std::vector<FioOption>& options, FioOption option) {
    auto found = std::ranges::find(options, option.key, &FioOption::key);
    if (found == options.end()) options.push_back(std::move(option));
    else *found = std::move(option);
}

/// fio ends a line at ';' or '#'.
std::string_view without_comment(std::string_view line) { return trim(line.substr(0, line.find_first_of(";#"))); }

/// "key=value" or "key" of a line, checked against the table.
Result<FioOption> parse_option(std::string_view line, const std::string& file, unsigned number) {
    const size_t equals = line.find('=');
    const std::string_view key = trim(line.substr(0, equals));
    FioOption option{std::string(key), equals == std::string_view::npos ? "1" : std::string(trim(line.substr(equals + 1))), number};
    if (key == "include" || key.starts_with("include ")) return refuse(file, number, "include: a job file must stand alone; put the options here");
    const FioOptionRule* rule = find_fio_option(key);
    if (rule == nullptr) {
        auto near = nearest_fio_option(key);
        return refuse(file, option, near ? "not an option that diobench knows; did you mean " + *near + "?"
                                         : "not an option that diobench knows (docs/fio-jobs.md); remove it");
    }
    if (equals == std::string_view::npos && rule->value != FioValue::flag && rule->value != FioValue::choice && rule->value < FioValue::translated)
        return refuse(file, number, std::string(key) + ": it needs a value, such as " + std::string(key) + "=...");
    if (auto fault = fio_value_fault(*rule, option.value)) return refuse(file, option, *fault);
    option.key = rule->key;
    return option;
}

/// The name in "[name]"; it becomes part of a file name and of a command line.
Result<std::string> parse_section(std::string_view line, const std::string& file, unsigned number) {
    if (!line.ends_with(']')) return refuse(file, number, "a section must end in ']', such as [global] or [reads]");
    const std::string name(trim(line.substr(1, line.size() - 2)));
    const bool plain = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
    if (!plain) return refuse(file, number, "[" + name + "]: a job's name must be 1 to 64 letters, digits, '-', '_' or '.'");
    if (name.starts_with("global") && name != "global")
        return refuse(file, number, "[" + name + "]: fio takes every section whose name begins with \"global\" for [global]; rename it");
    return name;
}

uint64_t number_of(const FioJob& job, std::string_view key, uint64_t otherwise) {
    const FioOption* option = job.find(key);
    if (option == nullptr) return otherwise;
    auto number = parse_fio_bytes(option->value);
    return number && *number >= 0 ? static_cast<uint64_t>(*number) : otherwise;  // "50%" is no number
}

std::optional<uint64_t> optional_number_of(const FioJob& job, std::string_view key) {
    const FioOption* option = job.find(key);
    if (option == nullptr || option->value.ends_with('%')) return std::nullopt;
    return number_of(job, key, 0);
}

bool flag_of(const FioJob& job, std::string_view key) { return number_of(job, key, 0) != 0; }

/// Options that only some engines have.
struct EngineOnly {
    std::string_view key;
    std::string_view engines;
};
constexpr EngineOnly kEngineOnly[] = {
    {"fixedbufs", "io_uring"},     {"registerfiles", "io_uring"}, {"sqthread_poll", "io_uring"},  {"sqthread_poll_cpu", "io_uring"},
    {"nonvectored", "io_uring"},   {"force_async", "io_uring"},   {"userspace_reap", "libaio"},   {"thp", "mmap"},
    {"hipri", "io_uring|pvsync2"}, {"nowait", "io_uring|libaio|pvsync2"},
};

bool contains_word(std::string_view words, std::string_view word) {
    const auto all = split(words, '|');
    return std::ranges::find(all, word) != all.end();
}

uint64_t duration_of(const FioJob& job, std::string_view key) {
    const FioOption* option = job.find(key);
    return option == nullptr ? 0 : parse_fio_time_ns(option->value, BareTime::seconds).value_or(0);
}

/// The largest size of "4k/60:64k/40".
uint64_t largest_of_split(std::string_view text) {
    int64_t most = 0;
    for (const auto& part : split(text, ':')) most = std::max(most, parse_fio_bytes(part.substr(0, part.find('/'))).value_or(0));
    return static_cast<uint64_t>(most);
}

void erase_options(FioJob& job, std::initializer_list<std::string_view> keys) {
    std::erase_if(job.options, [&](const FioOption& option) { return std::ranges::find(keys, option.key) != keys.end(); });
}

void interpret(FioJob& job) {
    if (const auto* rw = job.find("rw")) job.random = rw->value.starts_with("rand");
    job.direct = flag_of(job, "direct") || (job.find("buffered") != nullptr && !flag_of(job, "buffered"));
    job.block_size_bytes = number_of(job, "bs", 4096);
    if (const auto* range = job.find("bsrange"))
        job.block_size_bytes = static_cast<uint64_t>(parse_fio_bytes(std::string_view(range->value).substr(range->value.find_first_of("-:") + 1)).value_or(4096));
    if (const auto* sizes = job.find("bssplit")) job.block_size_bytes = largest_of_split(sizes->value);
    if (const auto* engine = job.find("ioengine")) job.ioengine = engine->value;
    job.iodepth = static_cast<unsigned>(number_of(job, "iodepth", 1));
    job.numjobs = static_cast<unsigned>(number_of(job, "numjobs", 1));
    job.size_bytes = optional_number_of(job, "size");
    job.offset_bytes = number_of(job, "offset", 0);
    job.number_ios = optional_number_of(job, "number_ios");
    if (const uint64_t ns = duration_of(job, "runtime"); ns != 0) job.runtime_ns = ns;
    job.ramp_ns = duration_of(job, "ramp_time");
    if (const auto* files = job.find("filename")) {
        job.files.clear();
        for (const auto& name : split(files->value, ':')) job.files.push_back(fio_file_number(name).value_or(1));
    }
}

/// What single options cannot know: conflicts between them.
Status check_job(const FioJob& job, const std::string& file) {
    if (job.iodepth > 1 && !is_asynchronous_fio_engine(job.ioengine))
        return refuse(file, *job.find("iodepth"), job.ioengine + " reads one block at a time: it must be 1, or ioengine one of libaio, io_uring");
    if (const auto* based = job.find("time_based"); based != nullptr && based->value == "1" && !job.runtime_ns)
        return refuse(file, *based, "it needs a runtime: add runtime=10s, or remove it and say how much with size or number_ios");
    for (const auto& option : job.options)
        if (auto fault = engine_fault(option.key, job.ioengine)) return refuse(file, option, *fault);
    if (job.find("direct") != nullptr && job.find("buffered") != nullptr && flag_of(job, "direct") == flag_of(job, "buffered"))
        return refuse(file, *job.find("buffered"), "it contradicts direct=" + job.find("direct")->value + "; remove one of the two");
    if (job.direct && job.ioengine == "mmap") {
        const auto* option = job.find("direct") != nullptr ? job.find("direct") : job.find("buffered");
        return refuse(file, *option, "mmap reads through the page cache: direct must be 0, or ioengine another one");
    }
    if (job.find("bs") != nullptr && job.find("bsrange") != nullptr) return refuse(file, *job.find("bsrange"), "it contradicts bs; remove one of the two");
    if (job.size_bytes && *job.size_bytes < job.block_size_bytes)
        return refuse(file, *job.find("size"), "smaller than one block of " + size_name(job.block_size_bytes));
    if (job.find("iodepth_batch") != nullptr && number_of(job, "iodepth_batch", 1) > job.iodepth)
        return refuse(file, *job.find("iodepth_batch"), "must be at most iodepth, which is " + std::to_string(job.iodepth));
    return {};
}

/// Collects sections while lines come in.
class Reader {
public:
    explicit Reader(const std::string& name) { out_.name = name; }

    Status line(std::string_view text, unsigned number) {
        if (text.empty()) return {};
        if (text.front() == '[') return section(text, number);
        if (where_ == Where::nowhere) return refuse(out_.name, number, std::string(text) + ": an option must stand in a section, such as [global] or [reads]");
        auto option = parse_option(text, out_.name, number);
        if (!option) return forward(option);
        if (std::ranges::find(seen_, option->key) != seen_.end()) return refuse(out_.name, *option, "given twice in this section; remove one of the two");
        seen_.push_back(option->key);
        set_option(where_ == Where::global ? global_ : out_.jobs.back().options, *option);
        return {};
    }

    Result<FioJobFile> finish() {
        if (out_.jobs.empty()) return refuse(out_.name, 0, "no job in it; add a section such as [reads] with rw=randread");
        for (auto& job : out_.jobs) {
            interpret(job);
            if (auto s = check_job(job, out_.name); !s) return forward(s);
        }
        constexpr unsigned kMostThreads = 256;
        if (out_.threads() > kMostThreads)
            return refuse(out_.name, 0, std::to_string(out_.threads()) + " jobs at once; at most " + std::to_string(kMostThreads) + " fit, lower numjobs");
        return std::move(out_);
    }

private:
    enum class Where { nowhere, global, job };

    Status section(std::string_view text, unsigned number) {
        auto name = parse_section(text, out_.name, number);
        if (!name) return forward(name);
        seen_.clear();
        where_ = *name == "global" ? Where::global : Where::job;
        if (where_ == Where::global) return {};
        if (std::ranges::find(out_.jobs, *name, &FioJob::name) != out_.jobs.end())
            return refuse(out_.name, number, "[" + *name + "]: there is a job of that name above; rename one");
        out_.jobs.push_back({});
        out_.jobs.back().name = *name;
        out_.jobs.back().options = global_;
        return {};
    }

    FioJobFile out_;
    Where where_ = Where::nowhere;
    std::vector<FioOption> global_;
    std::vector<std::string> seen_;
};

}  // namespace

const FioOption* FioJob::find(std::string_view key) const {
    auto found = std::ranges::find(options, key, &FioOption::key);
    return found == options.end() ? nullptr : &*found;
}

bool FioJob::reads_each_once() const {
    const FioOption* rw = find("rw");
    if (numjobs > 1 || files.size() > 1 || (rw != nullptr && rw->value.find(':') != std::string::npos)) return false;
    if (!random) return find("zonesize") == nullptr && find("bssplit") == nullptr;
    const FioOption* distribution = find("random_distribution");
    return find("norandommap") == nullptr && find("softrandommap") == nullptr && find("percentage_random") == nullptr && find("bsrange") == nullptr &&
           find("bssplit") == nullptr && find("zonesize") == nullptr && (distribution == nullptr || distribution->value == "random");
}

bool is_asynchronous_fio_engine(std::string_view engine) { return contains_word("libaio|io_uring|posixaio|null", engine); }

std::optional<std::string> engine_fault(std::string_view key, std::string_view engine) {
    for (const auto& only : kEngineOnly)
        if (only.key == key && !contains_word(only.engines, engine))
            return "only ioengine " + join(split(only.engines, '|'), " or ") + " has it, this job's is " + std::string(engine);
    return std::nullopt;
}

uint64_t FioJobFile::ramp_ns() const {
    uint64_t most = 0;
    for (const auto& job : jobs) most = std::max(most, job.ramp_ns);
    return most;
}

FioJobFile FioJobFile::ramp() const {
    FioJobFile out = *this;
    for (auto& job : out.jobs) {
        erase_options(job, {"ramp_time", "runtime", "time_based", "number_ios", "loops", "latency_target", "latency_window", "latency_percentile", "randseed"});
        job.runtime_ns = ramp_ns();
        job.options.push_back({"runtime", fio_time_text(*job.runtime_ns)});
        job.options.push_back({"time_based", "1"});
        job.ramp_ns = 0;
    }
    return out;
}

FioJobFile FioJobFile::after_ramp() const {
    FioJobFile out = *this;
    for (auto& job : out.jobs) {
        erase_options(job, {"ramp_time"});
        job.ramp_ns = 0;
    }
    return out;
}

unsigned FioJobFile::threads() const {
    unsigned total = 0;
    for (const auto& job : jobs) total += job.numjobs;
    return total;
}

Result<FioJobFile> parse_fio_job_file(std::string_view text, const std::string& name) {
    Reader reader(name);
    unsigned number = 0;
    Faults faults;
    for (const auto& line : split(text, '\n')) {
        const std::string_view words = without_comment(line);
        const Status s = reader.line(words, ++number);
        faults.add(s);
        if (!s && words.starts_with('[')) break;  // whose the options below are is not known
    }
    if (auto s = faults.status(); !s) return forward(s);
    return reader.finish();
}

Result<FioJobFile> read_fio_job_file(const fs::path& path) {
    auto text = read_file(path);
    if (!text) return forward(text);
    return parse_fio_job_file(*text, path.string());
}

Result<FioJobFile> fio_jobs_from(const FioParameters& parameters) {
    std::string text = "[cell]\nfadvise_hint=0\n";
    auto add = [&](std::string_view key, const std::string& value) { text += std::string(key) + "=" + value + "\n"; };
    add("rw", parameters.random ? "randread" : "read");
    add("bs", std::to_string(parameters.block_size_bytes));
    add("ioengine", parameters.ioengine);
    add("iodepth", std::to_string(parameters.iodepth));
    add("numjobs", std::to_string(parameters.numjobs));
    add("direct", parameters.direct ? "1" : "0");
    if (parameters.offset_bytes != 0) add("offset", std::to_string(parameters.offset_bytes));
    if (parameters.size_bytes) add("size", std::to_string(*parameters.size_bytes));
    if (parameters.number_ios) {
        add("number_ios", std::to_string(*parameters.number_ios));
        // More than the file has: begin again until the number is reached.
        add("io_size", std::to_string(*parameters.number_ios * parameters.block_size_bytes));
    }
    for (const auto& option : parameters.more) add(option.key, option.value);
    return parse_fio_job_file(text, "of this cell");
}

}  // namespace diobench
