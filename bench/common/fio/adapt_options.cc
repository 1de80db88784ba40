// SPDX-License-Identifier: GPL-2.0-only
// The options of one job, by the table of job_option.cc; what a few of them mean beyond it is said here.
#include <algorithm>
#include <array>
#include <cmath>

#include "bench/common/base/text.h"
#include "bench/common/fio/draft.h"
#include "bench/common/fio/engines.h"
#include "bench/common/fio/job_option.h"

namespace diobench {

namespace {

using V = FioValue;

/// Of "4k,8k,1m" (reads, writes, trims) what is about reads.
std::string_view part_of_reads(std::string_view value) { return value.substr(0, value.find(',')); }

std::string value_or_one(const ScriptOption& option) { return option.value.value_or("1"); }

bool is_number(V value) { return value == V::integer || value == V::number || value == V::bytes || value == V::bytes_or_percent; }

/// A size spelled so that fio itself reads it as this many bytes.
std::string spelled(const FioOptionRule& rule, int64_t value) {
    if (value < 0) return "-" + size_name(static_cast<uint64_t>(-value));
    return rule.value == V::bytes || rule.value == V::bytes_or_percent ? size_name(static_cast<uint64_t>(value)) : std::to_string(value);
}

/// Says of "128KiB" that it is not 131072 for fio.
void note_unit(const ScriptOption& option, std::string_view text, const std::string& became, const ScriptJob& job, FioChanges& changes) {
    if (job.kb_base() == KbBase::k1024 && lower_case(text).find("ib") != std::string::npos)
        changes.of(option, option.key + "=" + became, "fio 3.33 takes KiB, MiB... for powers of 1000, and k, Ki, kb... for powers of 1024 (kb_base)");
}

/// Whether somebody still has to say what its value is.
bool misses_variables(const ScriptOption& option, FioChanges& changes) {
    for (const auto& name : option.unknown_variables)
        changes.fault(option, "there is no variable " + name + " in the environment: give it by --set " + name + "=VALUE");
    return !option.unknown_variables.empty();
}

/// A value of the form that the rule has, as fio reads it; nullopt: a fault or nothing is said of reads.
class Value {
public:
    Value(const FioDraft& draft, const ScriptOption& option, const FioOptionRule& rule, FioChanges& changes) : draft_(draft), option_(option), rule_(rule), changes_(changes) {}

    std::optional<std::string> adapted() {
        if (misses_variables(option_, changes_)) return std::nullopt;
        if (!option_.value && rule_.value != V::flag && rule_.value != V::choice) return wrong("it needs a value, such as " + option_.key + "=...");
        const std::string given = value_or_one(option_);
        std::string_view text = trim(part_of_reads(given));
        if (!text.starts_with('(')) text = text.substr(0, text.find_first_of(" \t"));  // as fio: "2g  // two gigabytes" is 2g
        if (text.empty() && given.starts_with(',')) {
            changes_.of(option_, "dropped", "it says something of writes only");
            return std::nullopt;
        }
        std::optional<std::string> out;
        if (is_number(rule_.value) && !text.ends_with('%')) out = number(first_of_two(text));
        else if (rule_.value == V::byte_range) out = range(text);
        else if (rule_.value == V::split) out = sizes(text);
        else if (rule_.value == V::duration || rule_.value == V::duration_us) out = duration(text);
        else if (rule_.value == V::flag) out = flag(text);
        else if (rule_.value == V::distribution) out = distribution(text);
        else out = std::string(text);
        if (!out) return std::nullopt;
        if (auto fault = fio_value_fault(rule_, *out)) return wrong(*fault);
        return out;
    }

private:
    std::nullopt_t wrong(std::string_view why) {
        changes_.fault(option_, why);
        return std::nullopt;
    }

    /// fio takes ':' and '-' between the values of reads and of writes for a comma: "bs=4k-64k" is no range.
    std::string_view first_of_two(std::string_view text) {
        constexpr auto kOfEachDirection = std::to_array<std::string_view>({"bs", "blockalign", "rate", "rate_iops"});
        const size_t end = text.find_first_of(":-", 1);
        if (end == std::string_view::npos || std::ranges::find(kOfEachDirection, std::string_view(option_.key)) == kOfEachDirection.end()) return text;
        const std::string_view first = text.substr(0, end);
        changes_.of(option_, option_.key + "=" + std::string(first), "fio reads with the first and writes with the second; a range of blocks is bsrange");
        return first;
    }

    std::optional<std::string> number(std::string_view text) {
        if (text.ends_with('z')) return wrong("zones need a zoned device: write it in bytes");
        auto value = parse_fio_bytes(text, draft_.source->kb_base());
        if (!value) return wrong(value.error().text);
        if (rule_.maximum != UINT64_MAX && *value > static_cast<int64_t>(rule_.maximum)) {
            value = static_cast<int64_t>(rule_.maximum);
            changes_.of(option_, option_.key + "=" + spelled(rule_, *value), "the most that there can be here");
        }
        note_unit(option_, text, spelled(rule_, *value), *draft_.source, changes_);
        return spelled(rule_, *value);
    }

    std::optional<std::string> range(std::string_view text) {
        const size_t dash = text.find_first_of("-:");
        if (dash == std::string_view::npos) return wrong("must be LOW-HIGH, such as 4k-64k");
        auto low = parse_fio_bytes(text.substr(0, dash), draft_.source->kb_base());
        auto high = parse_fio_bytes(text.substr(dash + 1), draft_.source->kb_base());
        if (!low || !high || *low <= 0 || *high <= 0) return wrong("must be LOW-HIGH, such as 4k-64k");
        const auto bounds = std::minmax(*low, *high);  // fio turns them round, too
        const std::string out = size_name(static_cast<uint64_t>(bounds.first)) + "-" + size_name(static_cast<uint64_t>(bounds.second));
        note_unit(option_, text, out, *draft_.source, changes_);
        return out;
    }

    std::optional<std::string> sizes(std::string_view text) {
        std::string out;
        for (const auto& part : split(text, ':')) {
            const size_t slash = part.find('/');
            auto bytes = parse_fio_bytes(part.substr(0, slash), draft_.source->kb_base());
            if (!bytes || *bytes <= 0) return wrong("must be SIZE/PERCENT:SIZE/PERCENT..., such as 4k/60:64k/40");
            out += (out.empty() ? "" : ":") + size_name(static_cast<uint64_t>(*bytes)) + (slash == std::string::npos ? "" : part.substr(slash));
        }
        return out;
    }

    std::optional<std::string> duration(std::string_view text) {
        auto ns = parse_fio_time_ns(text, rule_.value == V::duration ? BareTime::seconds : BareTime::microseconds);
        if (!ns) return wrong(ns.error().text);
        if (rule_.maximum != UINT64_MAX && *ns > rule_.maximum) {
            changes_.of(option_, option_.key + "=" + fio_time_text(rule_.maximum), "the longest that there can be here");
            return fio_time_text(rule_.maximum);
        }
        return fio_time_text(*ns);
    }

    std::optional<std::string> flag(std::string_view text) {
        auto number = parse_fio_bytes(text);
        if (!number || *number < 0 || *number > 1) return wrong("must be 0 or 1");
        return std::to_string(*number);
    }

    /// Zones in bytes become shares: those of a device are not those of the image.
    std::optional<std::string> distribution(std::string_view text) {
        constexpr std::string_view kAbsolute = "zoned_abs:";
        if (!text.starts_with(kAbsolute)) return std::string(text);
        struct Zone {
            std::string reads;
            double bytes;
        };
        std::vector<Zone> zones;
        double whole = 0;
        for (const auto& part : split(text.substr(kAbsolute.size()), ':')) {
            const size_t slash = part.find('/');
            auto bytes = slash == std::string::npos ? parse_fio_bytes("") : parse_fio_bytes(part.substr(slash + 1), draft_.source->kb_base());
            if (!bytes || *bytes <= 0) return wrong("must be zoned_abs:READS/BYTES:..., such as zoned_abs:95/20g:5/180g");
            zones.push_back({part.substr(0, slash), static_cast<double>(*bytes)});
            whole += zones.back().bytes;
        }
        std::string out = "zoned";
        long left = 100;
        for (size_t i = 0; i < zones.size(); ++i) {
            const long rest = static_cast<long>(zones.size() - i - 1);
            const long share = rest == 0 ? left : std::clamp(std::lround(100 * zones[i].bytes / whole), 1L, std::max(1L, left - rest));
            out += ":" + zones[i].reads + "/" + std::to_string(share);
            left -= share;
        }
        changes_.of(option_, "random_distribution=" + out, "the same shares of a smaller file");
        return out;
    }

    const FioDraft& draft_;
    const ScriptOption& option_;
    const FioOptionRule& rule_;
    FioChanges& changes_;
};

/// "randrw:8" -> "randread:8"; a step is written out.
void adapt_direction(FioDraft& draft, FioChanges& changes) {
    const ScriptOption* option = draft.source->find("rw");
    const std::string given = draft.source->value_of("rw", "read");
    const size_t colon = given.find(':');
    const std::string word = given.substr(0, colon);
    const bool random = word.starts_with("rand");
    std::string out = random ? "randread" : "read";
    if (colon != std::string::npos && option->unknown_variables.empty()) {
        auto step = parse_fio_bytes(std::string_view(given).substr(colon + 1), draft.source->kb_base());
        if (!step || *step == 0 || (random && *step < 0))
            return changes.fault(*option, "behind the colon must be a number of bytes to skip (read) or of reads an offset (randread)");
        out += ":" + std::to_string(*step);
    }
    if (word != "read" && word != "randread")
        changes.of(*option, "rw=" + out, "--reads-of-mixed: its reads, " + std::to_string(std::lround(draft.share * 100)) + " % of what it would read and write");
    draft.set("rw", out);
}

void adapt_engine(FioDraft& draft, FioChanges& changes) {
    const ScriptOption* option = draft.source->find("ioengine");
    if (option == nullptr || !option->unknown_variables.empty()) return;
    const EngineChoice choice = fio_engine_here(value_or_one(*option));
    if (choice.engine.empty()) return changes.fault(*option, "fio 3.33 has no such engine; sync, psync, libaio, io_uring and mmap read files");
    if (!choice.why.empty()) changes.of(*option, "ioengine=" + std::string(choice.engine), choice.why);
    draft.set("ioengine", std::string(choice.engine));
}

/// direct, buffered and atomic set one flag of fio: the last of them holds.
void adapt_mode(FioDraft& draft, FioChanges& changes) {
    const ScriptOption* last = nullptr;
    for (const auto& option : draft.source->options)
        if ((option.key == "direct" || option.key == "buffered") && (last == nullptr || option.line >= last->line)) last = &option;
    bool direct = false;
    if (last != nullptr && last->unknown_variables.empty()) {
        const std::string value = value_or_one(*last);
        if (value != "0" && value != "1") return changes.fault(*last, "must be 0 or 1");
        direct = (last->key == "direct") == (value == "1");
    }
    if (const auto* atomic = draft.source->find("atomic"); atomic != nullptr && value_or_one(*atomic) == "1") {
        direct = true;
        changes.of(*atomic, "direct=1", find_fio_option("atomic")->right);
    }
    if (direct && draft.value_of("ioengine") == "mmap") {
        direct = false;
        if (last != nullptr) changes.of(*last, "direct=0", "mmap reads through the page cache, whatever direct says");
    }
    draft.set("direct", direct ? "1" : "0");
}

/// Memory that fio has here: a static fio has no System V shared memory, and the machine no huge pages.
void adapt_memory(FioDraft& draft, const ScriptOption& option, FioChanges& changes) {
    const std::string given = value_or_one(option);
    const std::string word = given.substr(0, given.find(':'));
    const std::string here = word.starts_with("mmap") ? "mmap" : "malloc";
    if (here != given) changes.of(option, "mem=" + here, "buffers are ordinary memory of the machine");
    draft.set("mem", here);
}

/// Options whose other values have no meaning here: the one that has it is set, or silently as usual.
struct OnlyValue {
    std::string_view key;
    std::string_view value;
};
constexpr auto kOnlyValues = std::to_array<OnlyValue>({{"randrepeat", "1"}, {"allrandrepeat", "1"}, {"thread", "1"}, {"invalidate", "0"}, {"clocksource", "clock_gettime"}, {"latency_run", "0"}});

bool adapt_only_value(const ScriptOption& option, const FioOptionRule& rule, FioChanges& changes) {
    const auto* only = std::ranges::find(kOnlyValues, std::string_view(option.key), &OnlyValue::key);
    if (only == kOnlyValues.end()) return false;
    if (auto fault = value_or_one(option) == only->value ? std::nullopt : fio_value_fault(rule, value_or_one(option))) changes.of(option, "dropped", *fault);
    return true;
}

/// What is right by itself, and not with this engine.
void adapt_to_engine(FioDraft& draft, FioChanges& changes) {
    const std::string engine = draft.value_of("ioengine", "psync");
    for (const FioOption& option : std::vector<FioOption>(draft.options)) {
        auto fault = engine_fault(option.key, engine);
        if (option.key == "hipri" && engine == "io_uring") fault = "no file of EROFS can be polled for completions: its reads would fail";
        if (option.key == "sqthread_poll_cpu" && option.value != "0") fault = "the machine has one CPU";
        if (!fault) continue;
        changes.of(*draft.source->find(option.key), "dropped", *fault);
        draft.erase(option.key);
    }
    if (draft.bytes("iodepth", 1) > 1 && !is_asynchronous_fio_engine(engine)) draft.change("iodepth", "1", engine + " reads one block at a time, whatever iodepth says", changes);
    for (const char* batch : {"iodepth_batch", "iodepth_batch_complete_min", "iodepth_batch_complete_max", "iodepth_low"})
        if (draft.bytes(batch) > draft.bytes("iodepth", 1)) draft.change(batch, std::to_string(draft.bytes("iodepth", 1)), "there are no more under way (iodepth)", changes);
}

/// What fio would complain of, and then do without.
void adapt_pairs(FioDraft& draft, FioChanges& changes) {
    auto drop = [&](std::string_view key, std::string_view why) {
        if (const auto* said = draft.source->find(key); said != nullptr && draft.find(key) != nullptr) changes.of(*said, "dropped", why);
        draft.erase(key);
    };
    for (const char* key : {"runtime", "ramp_time"})
        if (draft.find(key) != nullptr && draft.time_ns(key, BareTime::seconds) == 0) draft.erase(key);  // none, as fio takes it
    if (draft.flag("time_based") && draft.find("runtime") == nullptr) drop("time_based", "it needs a runtime: fio goes on without it, too");
    if (draft.find("rate") != nullptr && draft.find("rate_iops") != nullptr) changes.fault(*draft.source->find("rate_iops"), "fio takes either rate or rate_iops");
    if (draft.find("bssplit") != nullptr) drop("bsrange", "bssplit says which blocks");
    if (draft.find("bssplit") != nullptr || draft.find("bsrange") != nullptr) drop("bs", "bsrange or bssplit says which blocks");
    if (draft.direct()) drop("bs_unaligned", "direct reads are of whole blocks");
    if (draft.find("blockalign") != nullptr && draft.random() && draft.find("norandommap") == nullptr && draft.value_of("random_distribution", "random") == "random")
        draft.change("norandommap", "1", "fio turns it on itself with blockalign", changes);
    if (draft.find("latency_target") == nullptr)
        for (const char* key : {"latency_window", "latency_percentile"}) drop(key, "it says something of latency_target only");
    const bool strided = draft.find("zonesize") != nullptr && draft.value_of("zonemode", "strided") == "strided";
    if (!strided)
        for (const char* key : {"zonemode", "zonesize", "zonerange", "zoneskip"}) drop(key, "there are no zones without zonemode=strided and zonesize");
}

/// Of zonemode=zbd the reads are left.
void adapt_zone_mode(FioDraft& draft, const ScriptOption& option, FioChanges& changes) {
    const std::string mode = value_or_one(option);
    if (mode == "none" || mode == "strided") return draft.set("zonemode", mode);
    if (mode != "zbd") return changes.fault(option, "must be none, strided or zbd");
    draft.set("zonemode", "none");
}

void adapt_one(FioDraft& draft, const ScriptOption& option, FioChanges& changes) {
    const FioOptionRule* rule = find_fio_option(option.key);
    if (rule == nullptr) {
        auto near = nearest_fio_option(option.key);
        return changes.fault(option, near ? "fio 3.33 has no such option; did you mean " + *near + "?" : "fio 3.33 has no such option; remove it");
    }
    for (std::string_view elsewhere : {"rw", "ioengine", "direct", "buffered", "atomic", "filename", "kb_base"})
        if (option.key == elsewhere) return;
    if (rule->value == V::dropped) return changes.of(option, "dropped", rule->right);
    if (rule->value == V::leaves_out) return changes.of(option, "dropped", "it is off");
    if (option.key == "pre_read") {
        draft.pre_read = option.value.value_or("0") == "1";
        return changes.of(option, draft.pre_read && !draft.direct() ? "cache_state resident" : "dropped", rule->right);
    }
    if (option.key.starts_with("rwmix") && draft.share == 1) return changes.of(option, "dropped", "the job reads only");
    if (rule->value == V::translated) return;  // elsewhere
    if (option.key == "mem") return adapt_memory(draft, option, changes);
    if (option.key == "zonemode") return adapt_zone_mode(draft, option, changes);
    if (adapt_only_value(option, *rule, changes)) return;
    const bool is_zero_time = option.key == "runtime" && option.value && parse_fio_time_ns(*option.value, BareTime::seconds).value_or(1) == 0;
    if (is_zero_time) return;
    if (auto value = Value(draft, option, *rule, changes).adapted()) draft.options.push_back({option.key, *value, option.line});
}

}  // namespace

void adapt_options(FioDraft& draft, FioChanges& changes) {
    // What these say decides what the others mean.
    for (const char* key : {"rw", "ioengine", "direct", "buffered", "atomic", "kb_base", "numjobs", "nrfiles", "stonewall", "pre_read"})
        if (const auto* option = draft.source->find(key)) (void)misses_variables(*option, changes);
    adapt_direction(draft, changes);
    adapt_engine(draft, changes);
    adapt_mode(draft, changes);
    for (const auto& option : draft.source->options) adapt_one(draft, option, changes);
    adapt_to_engine(draft, changes);
    adapt_pairs(draft, changes);
}

}  // namespace diobench
