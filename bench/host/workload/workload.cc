// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/workload/workload.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/fio/script.h"
#include "bench/common/image/layout.h"
#include "bench/common/trace/trace.h"
#include "bench/host/workload/contradiction.h"
#include "bench/host/workload/toml_section.h"

namespace diobench {

namespace {

constexpr const char* kOperation = "read workload";

/// What one text of a workload file says: a value for each row of its key.
using KeyValues = std::vector<DimensionValue>;

template <class T>
std::string names_in(const std::vector<T>& list) {
    std::vector<std::string> names;
    for (const auto& element : list) names.push_back(element.name);
    return list_of(names);
}

template <class T>
std::string profile_names(const std::vector<T>& list) {
    std::vector<std::string> names;
    for (const auto& element : list) names.push_back(element.profile.name);
    return list_of(names);
}

Result<uint64_t> parse_number(const std::string& text) {
    uint64_t value = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || value == 0) return fail("number", fmt::format("\"{}\"", text), "expected a positive whole number");
    return value;
}

Result<KeyValues> parse_load(const std::string& text, const std::vector<EngineLimit>& engines) {
    auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    uint64_t iodepth = 0;
    if (colon != std::string::npos)
        if (auto number = parse_number(text.substr(colon + 1))) iodepth = std::min<uint64_t>(*number, 1u << 30);
    if (iodepth == 0) return fail("load", fmt::format("\"{}\"", text), "expected engine:iodepth, like libaio:32");
    for (const auto& engine : engines)
        if (engine.name == name) {
            if (iodepth > engine.max_iodepth)
                return fail("load", fmt::format("\"{}\"", text), fmt::format("{} has an iodepth of at most {}", engine.name, engine.max_iodepth));
            return KeyValues{name, iodepth};
        }
    return fail("load", fmt::format("\"{}\"", text), "known engines are " + names_in(engines));
}

Result<KeyValues> parse_rate(const std::string& text) {
    auto colon = text.find(':');
    const std::string word = text.substr(0, colon);
    auto arrival = parse_enum<Arrival>(word);
    if (!arrival || colon == std::string::npos || (*arrival != Arrival::constant && *arrival != Arrival::poisson))
        return fail("rate", fmt::format("\"{}\"", text), "expected constant:IOPS or poisson:IOPS, like poisson:5000");
    auto iops = parse_number(text.substr(colon + 1));
    if (!iops) return forward(iops);
    return KeyValues{word, *iops};
}

/// What a row alone says about its texts.
Result<DimensionValue> parse_value(const Dimension& row, const std::string& text) {
    if (row.is_text()) return text;
    auto number = row.form == DimensionForm::size ? parse_size_bytes(text) : parse_number(text);
    if (!number) return forward(number);
    return *number;
}

std::vector<const Dimension*> rows_of_key(std::string_view key) {
    std::vector<const Dimension*> out;
    for (const auto& row : dimension_table())
        if (row.key == key) out.push_back(&row);
    return out;
}

/// The cells of one [[cells]] table: the cross product of its lists.
class CellTable {
public:
    CellTable(const toml::table& table, const std::string& file, const WorkloadSet& set, const Abilities& abilities, Workload& workload)
        : table_(table), section_(table, file, "[[cells]]", kOperation), set_(set), abilities_(abilities), workload_(workload) {
        Cell cell;
        cell.workload = workload.name;
        cells_.push_back(cell);
    }

    Status add() {
        dimensions();
        if (section_.is_right_so_far()) section_.fault(reads());
        else for (std::string_view key : {"number_ios", "size", "replay"}) (void)section_.find(key);  // known, and not looked at
        section_.fault(curve());
        if (auto s = section_.done(); !s) return s;
        std::set<std::string> ids;
        for (const auto& other : workload_.cells) ids.insert(other.id());
        for (Cell& cell : cells_) {
            if (std::string why = contradiction(cell, abilities_); !why.empty()) section_.fault(section_.bad(table_, cell.id(), why));
            else if (!ids.insert(cell.id()).second) section_.fault(section_.bad(table_, cell.id(), "this cell is here twice"));
            else workload_.cells.push_back(std::move(cell));
        }
        return section_.done();
    }

private:
    /// All keys of the table of dimensions that cells like these take, in its order.
    void dimensions() {
        std::string_view last;
        for (const auto& row : dimension_table()) {
            if (row.key.empty() || row.key == last || !takes(row.key_of)) continue;
            last = row.key;
            if (row.need == KeyNeed::optional && section_.find(row.key) == nullptr) continue;
            section_.fault(expand(row));
        }
    }

    bool takes(KeyOf of) {
        const bool fio_job = section_.find("fio_job") != nullptr;
        const bool trace = !fio_job && section_.find("trace") != nullptr;
        switch (of) {
        case KeyOf::cells: return true;
        case KeyOf::fio_jobs: return fio_job;
        case KeyOf::traces: return trace;
        case KeyOf::engines: return !fio_job;
        case KeyOf::patterns: return !fio_job && !trace;
        case KeyOf::blocks: return !fio_job && !trace && cells_.front().pattern != Pattern::tree;
        }
        return false;
    }

    /// Every cell once for each element of the list under the row's key.
    Status expand(const Dimension& row) {
        const auto rows = rows_of_key(row.key);
        auto values = section_.parsed<KeyValues>(row.key, row.example, [&](const std::string& text) { return parse(rows, text); });
        if (!values) return forward(values);
        std::vector<Cell> out;
        for (const Cell& cell : cells_)
            for (const KeyValues& value : *values) {
                out.push_back(cell);
                for (size_t i = 0; i < rows.size(); ++i)
                    if (auto s = set_value(out.back(), *rows[i], value[i]); !s) return s;
            }
        cells_ = std::move(out);
        return {};
    }

    Result<KeyValues> parse(const std::vector<const Dimension*>& rows, const std::string& text) const {
        const Dimension& row = *rows.front();
        if (row.key == "load") return parse_load(text, abilities_.engines);
        if (row.key == "rate") return parse_rate(text);
        auto value = parse_value(row, text);
        if (!value) return forward(value);
        if (auto s = check_value(row, *value); !s) return forward(s);
        if (auto s = check_known(row.key, text); !s) return forward(s);
        return KeyValues{*value};
    }

    /// Names of what lies elsewhere: back ends, images, profiles, files.
    [[nodiscard]] Status check_known(std::string_view key, const std::string& name) const {
        auto unknown = [&](const std::string& why) { return fail(key, fmt::format("\"{}\"", name), why); };
        const auto& backends = abilities_.backends;
        if (key == "backend" && name != kNull && std::none_of(backends.begin(), backends.end(), [&](const auto& b) { return b.name == name; }))
            return unknown("known are null, " + names_in(backends));
        if (key == "layout")
            if (auto layout = find_layout(name); !layout) return forward(layout);
        if (key == "device" && set_.device(name) == nullptr) return unknown("known devices are " + profile_names(set_.devices));
        if (key == "fetch" && set_.fetch(name) == nullptr) return unknown("not a fetch profile; known are " + profile_names(set_.fetches));
        if (key == "trace" && set_.trace(name) == nullptr) return unknown("workloads/traces/" + name + ".trace is not there; known are " + names_in(set_.traces));
        if (key == "fio_job" && set_.fio_job(name) == nullptr) return unknown("workloads/fio/" + name + ".fio is not there; known are " + names_in(set_.fio_jobs));
        return {};
    }

    /// How many reads a cell has, by the kind of its reads.
    Status reads() {
        if (takes(KeyOf::fio_jobs)) return fio_jobs();
        if (takes(KeyOf::traces)) return traces();
        for (const Cell& cell : cells_)
            if (cell.pattern == Pattern::trace) return section_.bad(*table_.get("pattern"), "pattern", "a trace is named by trace = \"NAME\", without pattern");
        return number_of_reads(cells_.front().pattern == Pattern::tree);
    }

    /// `size` bounds what is read of data that is read once; what is read again is bounded by number_ios alone.
    Status number_of_reads(bool tree) {
        auto number_ios = section_.number("number_ios", "512");
        if (!number_ios) return forward(number_ios);
        const bool again = cells_.front().pattern == Pattern::reread || cells_.front().pattern == Pattern::zipf;
        std::vector<uint64_t> total = {0};
        if (!tree && !again) {
            auto size = section_.parsed<uint64_t>("size", "\"32m\"", parse_size_bytes);
            if (!size) return forward(size);
            total = *size;
        }
        for (Cell& cell : cells_) {
            const uint64_t block = cell.block_size_bytes;
            cell.ops = total.front() == 0 ? *number_ios : block == 0 ? 0 : std::min(total.front() / block, *number_ios);
            if (cell.ops == 0)
                return section_.bad(*table_.get("size"), "size", fmt::format("{} is less than one block of {}", size_name(total.front()), size_name(block)));
        }
        return {};
    }

    Status traces() {
        Arrival arrival = Arrival::closed;
        if (const toml::node* node = section_.find("replay")) {
            const auto word = node->value<std::string>().value_or("");
            if (word != "timed" && word != "fast") return section_.bad(*node, "replay", "expected \"timed\" (at the trace's times) or \"fast\" (as fast as it goes)");
            if (word == "timed") arrival = Arrival::trace;
        }
        for (Cell& cell : cells_) {
            auto trace = parse_trace(set_.trace(cell.trace)->text, cell.trace);
            if (!trace) return forward(trace);
            cell.pattern = Pattern::trace;
            cell.block_size_bytes = 0;
            cell.ops = trace->reads.size();
            cell.arrival = arrival;
            auto layout = find_layout(cell.layout);
            auto size_of = [&](const std::string& file) -> std::optional<uint64_t> {
                const TestFile* found = (*layout)->file(file);
                return found == nullptr ? std::nullopt : std::optional(found->size_bytes);
            };
            if (auto s = check_trace_fits(*trace, cell.trace, size_of); !s)
                return section_.bad(*table_.get("trace"), "trace", fmt::format("it does not fit layout {}: {}", cell.layout, s.error().message()));
        }
        return {};
    }

    /// A job file says itself what and how it reads: each of its phases is a cell.
    Status fio_jobs() {
        std::vector<Cell> out;
        for (const Cell& cell : cells_) {
            auto adapted = adapted_job(cell);
            if (!adapted) return forward(adapted);
            for (const FioPhase& phase : adapted->phases) {
                out.push_back(cell_of(cell, phase));
                if (adapted->phases.size() > 1) out.back().fio_job += "." + phase.name;
            }
            keep_adapted(cell, *adapted);
        }
        cells_ = std::move(out);
        return {};
    }

    Result<AdaptedFio> adapted_job(const Cell& cell) {
        const NamedText& given = *set_.fio_job(cell.fio_job);
        const FioHandling& handling = abilities_.fio;
        const auto variables = fio_variables(handling.variables);
        auto script = parse_fio_script(given.text, given.path.empty() ? cell.fio_job + ".fio" : given.path.string(), given.path.parent_path(), variables);
        if (!script) return forward(script);
        auto layout = find_layout(cell.layout);
        if (!layout) return forward(layout);
        const auto file_bytes = fio_file_bytes(**layout);
        if (file_bytes.empty()) return section_.bad(*table_.get("fio_job"), "fio_job", fmt::format("layout {} has no files for it", cell.layout));
        auto adapted = adapt_fio_script(*script, {file_bytes, handling.clock, handling.mixed});
        if (!adapted || handling.changes == FioHandling::Changes::listed) return adapted;
        if (auto s = refuse_changes(adapted->changes); !s) return forward(s);
        return adapted;
    }

    static Cell cell_of(Cell cell, const FioPhase& phase) {
        const auto& jobs = phase.jobs.jobs;
        const auto most = [&](auto FioJob::*member) { return (*std::ranges::max_element(jobs, {}, member)).*member; };
        cell.engine = "fio";
        cell.block_size_bytes = most(&FioJob::block_size_bytes);
        cell.iodepth = most(&FioJob::iodepth);
        cell.numjobs = phase.jobs.threads();
        cell.pattern = jobs.front().random ? Pattern::random : Pattern::sequential;
        cell.io = jobs.front().direct ? IoMode::direct : IoMode::buffered;
        cell.ops = (phase.estimated_reads + cell.numjobs - 1) / cell.numjobs * cell.numjobs;
        if (phase.pre_read && cell.cache_state == CacheState::local) cell.cache_state = CacheState::resident;
        return cell;
    }

    void keep_adapted(const Cell& cell, AdaptedFio& adapted) {
        AdaptedJobFile out{cell.fio_job, cell.layout, {}, std::move(adapted.changes)};
        for (auto& phase : adapted.phases) out.texts[adapted.phases.size() > 1 ? cell.fio_job + "." + phase.name : cell.fio_job] = std::move(phase.text);
        for (const auto& other : workload_.fio_jobs)
            if (other.name == out.name && other.layout == out.layout) return;
        workload_.fio_jobs.push_back(std::move(out));
    }

    Status curve() {
        if (const toml::node* node = section_.find("curve")) {
            if (!node->is_boolean()) return section_.bad(*node, "curve", "expected true or false");
            for (Cell& cell : cells_) cell.curve = *node->value<bool>();
        }
        return {};
    }

    const toml::table& table_;
    Section section_;
    const WorkloadSet& set_;
    const Abilities& abilities_;
    Workload& workload_;
    std::vector<Cell> cells_;
};

/// A profile file: one table a profile, each handed to `take`.
template <class Take>
Status read_profiles(const fs::path& path, Take take) {
    auto text = read_file(path);
    if (!text) return forward(text);
    auto table = parse_toml(*text, path.string(), kOperation);
    if (!table) return forward(table);
    Faults faults;
    for (const auto& [key, node] : *table) {
        const auto* profile = node.as_table();
        if (profile == nullptr) {
            faults.add(fail("read profiles", toml_place(path.string(), node.source().begin.line), fmt::format("{}: expected a table [name]", key.str())));
            continue;
        }
        Section section(*profile, path.string(), fmt::format("[{}]", key.str()), kOperation);
        std::string purpose;
        section.keep(section.text("purpose", "\"one line\""), purpose);
        take(std::string(key.str()), purpose, section);
        faults.add(section.done());
    }
    return faults.status();
}

Result<uint64_t> duration(Section& section, std::string_view key) {
    auto value = section.parsed<uint64_t>(key, "\"80us\"", parse_duration_ns);
    if (!value) return forward(value);
    return value->front();
}

/// The files `inside` these folders with an extension, by name; none of a folder that is not there.
Result<std::vector<fs::path>> files_in(const std::vector<fs::path>& folders, const fs::path& inside, const std::string& extension) {
    std::map<std::string, fs::path> files;
    for (const auto& folder : folders) {
        if (!fs::exists(folder / inside)) continue;
        std::error_code ec;
        for (const auto& entry : fs::directory_iterator(folder / inside, ec))
            if (entry.path().extension() == extension) files.emplace(entry.path().filename().string(), entry.path());
        if (ec) return fail_errno("list", (folder / inside).string(), ec.value());
    }
    std::vector<fs::path> out;
    for (const auto& [name, file] : files) out.push_back(file);
    return out;
}

Result<std::vector<NamedText>> texts_in(const std::vector<fs::path>& folders, const fs::path& inside, const std::string& extension) {
    auto files = files_in(folders, inside, extension);
    if (!files) return forward(files);
    std::vector<NamedText> out;
    for (const auto& file : *files) {
        auto text = read_file(file);
        if (!text) return forward(text);
        out.push_back({file.stem().string(), std::move(*text), file});
    }
    return out;
}

Status read_devices(const fs::path& file, WorkloadSet& set) {
    return read_profiles(file, [&](const std::string& name, const std::string& purpose, Section& section) {
        NamedDevice device{{name, std::string(kSimulated), 0, 0, 0, ""}, purpose};
        section.keep(duration(section, "latency"), device.profile.latency_ns);
        if (section.find("bandwidth_bytes_per_s") != nullptr) section.keep(section.number("bandwidth_bytes_per_s", "550_000_000"), device.profile.bandwidth_bytes_per_s);
        if (set.device(name) == nullptr) set.devices.push_back(std::move(device));
    });
}

Status read_fetches(const fs::path& file, WorkloadSet& set) {
    return read_profiles(file, [&](const std::string& name, const std::string& purpose, Section& section) {
        FetchProfile profile{name, 0, 0, 0};
        section.keep(duration(section, "round_trip"), profile.round_trip_ns);
        section.keep(section.number("bandwidth_bytes_per_s", "1_250_000_000"), profile.bandwidth_bytes_per_s);
        if (section.find("jitter") != nullptr) section.keep(duration(section, "jitter"), profile.jitter_ns);
        if (set.fetch(name) == nullptr) set.fetches.push_back({std::move(profile), purpose});
    });
}

}  // namespace

const NamedText* WorkloadSet::trace(std::string_view name) const {
    for (const auto& t : traces)
        if (t.name == name) return &t;
    return nullptr;
}

const NamedText* WorkloadSet::fio_job(std::string_view name) const {
    for (const auto& j : fio_jobs)
        if (j.name == name) return &j;
    return nullptr;
}

std::vector<const AdaptedJobFile*> WorkloadSet::adapted_fio_jobs() const {
    std::vector<const AdaptedJobFile*> out;
    for (const auto& workload : workloads)
        for (const auto& job : workload.fio_jobs)
            if (std::ranges::none_of(out, [&](const auto* other) { return other->name == job.name && other->layout == job.layout; })) out.push_back(&job);
    return out;
}

const std::string* WorkloadSet::fio_text(const Cell& cell) const {
    for (const AdaptedJobFile* job : adapted_fio_jobs())
        if (auto found = job->texts.find(cell.fio_job); found != job->texts.end() && job->layout == cell.layout) return &found->second;
    return nullptr;
}

const DeviceProfile* WorkloadSet::device(std::string_view name) const {
    for (const auto& d : devices)
        if (d.profile.name == name) return &d.profile;
    return nullptr;
}

const FetchProfile* WorkloadSet::fetch(std::string_view name) const {
    for (const auto& f : fetches)
        if (f.profile.name == name) return &f.profile;
    return nullptr;
}

std::vector<std::string> WorkloadSet::suite_names() const {
    std::set<std::string> names;
    for (const auto& workload : workloads) names.insert(workload.suites.begin(), workload.suites.end());
    return {names.begin(), names.end()};
}

Result<std::vector<Cell>> WorkloadSet::suite(const std::string& name) const {
    std::vector<Cell> cells;
    for (const auto& workload : workloads)
        if (std::find(workload.suites.begin(), workload.suites.end(), name) != workload.suites.end())
            cells.insert(cells.end(), workload.cells.begin(), workload.cells.end());
    if (cells.empty()) return fail("find suite", name.empty() ? "\"\"" : name, "known suites are " + list_of(suite_names()) + did_you_mean(name, suite_names()));
    return cells;
}

Result<Workload> parse_workload(const std::string& text, const std::string& file, const WorkloadSet& profiles,
                                const Abilities& abilities) {
    auto table = parse_toml(text, file, kOperation);
    if (!table) return forward(table);
    Section section(*table, file, "a workload", kOperation);
    Workload workload;
    if (section.keep(section.text("name", "\"seq-read\""), workload.name) && workload.name != fs::path(file).stem().string())
        section.fault(section.bad(*table->get("name"), "name", fmt::format("\"{}\" is not the name of the file", workload.name)));
    section.keep(section.text("question", "\"What does ... cost?\""), workload.question);
    section.keep(section.texts("suites", "[\"quick\"]"), workload.suites);
    const toml::node* cells = section.find("cells");
    if (cells == nullptr) section.fault(section.missing("cells", "a [[cells]] table"));
    else if (!cells->is_array_of_tables()) section.fault(section.bad(*cells, "cells", "expected [[cells]] tables"));
    else
        for (const auto& node : *cells->as_array()) section.fault(CellTable(*node.as_table(), file, profiles, abilities, workload).add());
    if (auto s = section.done(); !s) return forward(s);
    return workload;
}

std::vector<uint64_t> fio_file_bytes(const TestImage& layout) {
    std::vector<uint64_t> out;
    for (const TestFile* file : data_files(layout.files)) out.push_back(file->size_bytes);
    return out;
}

std::vector<fs::path> workload_folders() { return {config_root() / "workloads", project_root() / "workloads"}; }

Result<WorkloadSet> load_workloads(const std::vector<fs::path>& folders, const Abilities& abilities) {
    WorkloadSet set;
    Faults profiles;
    for (const auto& folder : folders) {
        const auto wanted = [&](const fs::path& file) { return folder == folders.back() || fs::exists(file); };
        const fs::path devices = folder / "profiles/devices.toml";
        const fs::path fetches = folder / "profiles/fetch.toml";
        if (wanted(devices)) profiles.add(read_devices(devices, set));
        if (wanted(fetches)) profiles.add(read_fetches(fetches, set));
    }
    if (auto s = profiles.status(); !s) return forward(s);
    auto traces = texts_in(folders, "traces", ".trace");
    if (!traces) return forward(traces);
    set.traces = std::move(*traces);
    auto fio_jobs = texts_in(folders, "fio", ".fio");
    if (!fio_jobs) return forward(fio_jobs);
    set.fio_jobs = std::move(*fio_jobs);
    auto files = files_in(folders, "", ".toml");
    if (!files) return forward(files);
    Faults faults;
    for (const auto& file : *files) {
        auto text = read_file(file);
        if (!text) return forward(text);
        faults.append(parse_workload(*text, file.string(), set, abilities), set.workloads);
    }
    if (auto s = faults.status(); !s) return forward(s);
    return set;
}

}  // namespace diobench
