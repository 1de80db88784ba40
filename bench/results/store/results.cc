// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/results.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/common/measure/metric_table.h"
#include "bench/results/store/json_reader.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

template <class E>
struct Words;
template <>
struct Words<RunStatus> {
    static constexpr std::array<std::string_view, 4> kNames = {"ok", "failed", "invalid", "usage"};
};
template <>
struct Words<KernelStatus> {
    static constexpr std::array<std::string_view, 4> kNames = {"ok", "build-failed", "boot-failed", "invalid"};
};
template <>
struct Words<ConformanceStatus> {
    static constexpr std::array<std::string_view, 4> kNames = {"pass", "fail", "skip", "note"};
};
template <>
struct Words<BootOutcome> {
    static constexpr std::array<std::string_view, 6> kNames = {"ok", "cannot-start", "panic", "oops", "warning", "hang"};
};
template <>
struct Words<CellStatus> {
    static constexpr std::array<std::string_view, 4> kNames = {"ok", "unsupported", "invalid", "failed"};
};
template <>
struct Words<ObservedIo> {
    static constexpr std::array<std::string_view, 4> kNames = {"buffered", "direct", "refused", "mixed"};
};

template <class E>
std::string_view name_of(E value) {
    return Words<E>::kNames.at(static_cast<size_t>(value));
}

template <class E>
E read_word(JsonReader& reader, std::string_view key) {
    return static_cast<E>(reader.word(key, Words<E>::kNames));
}

Json fio_job_to_json(const FioJobRecord& job) {
    Json json;
    json["name"] = job.name;
    json["layout"] = job.layout;
    json["adapted"] = job.adapted;
    json["changes"] = Json::array();
    for (const auto& change : job.changes)
        json["changes"].push_back({{"file", change.file}, {"line", change.line}, {"option", change.option}, {"became", change.became}, {"why", change.why}});
    return json;
}

Json run_to_json(const Run& run) {
    Json json;
    json["id"] = run.id;
    json["started_at"] = run.started_at;
    json["elapsed_s"] = run.elapsed_s;
    json["suite"] = run.suite;
    json["machine"] = run.machine;
    json["accelerator"] = run.accelerator;
    json["seed"] = run.seed;
    json["plan_sha256"] = run.plan_sha256;
    json["clock"] = {{"kind", run.clock.kind}, {"unit_is", run.clock.unit_is},
                     {"comparable", run.clock.comparable}, {"note", run.clock.note}};
    json["host"] = {{"cpu", run.host.cpu}, {"cpus", run.host.cpus}, {"memory_bytes", run.host.memory_bytes},
                    {"kernel", run.host.kernel}, {"os", run.host.os}};
    json["tool"] = Json::object();
    for (const auto& [name, version] : run.tool) json["tool"][name] = version;
    json["argv"] = run.argv;
    json["command_lines"] = Json::object();
    for (const auto& [name, line] : run.command_lines) json["command_lines"][name] = line;
    json["status"] = name_of(run.status);
    json["exit_code"] = run.exit_code;
    json["findings"] = run.findings;
    for (const auto& job : run.fio_jobs) json["fio_jobs"].push_back(fio_job_to_json(job));
    return json;
}

Json size_to_json(const SeriesSize& size) {
    Json json;
    json["patches"] = size.patches;
    json["files"] = size.files;
    json["lines_added"] = size.lines_added;
    json["lines_removed"] = size.lines_removed;
    json["checkpatch"] = size.checkpatch ? Json({{"errors", size.checkpatch->errors}, {"warnings", size.checkpatch->warnings}, {"checks", size.checkpatch->checks}}) : Json();
    json["checkpatch_reason"] = size.checkpatch_reason;
    return json;
}

Json kernel_to_json(const KernelResult& kernel) {
    Json json;
    json["name"] = kernel.name;
    json["base_version"] = kernel.base_version;
    json["series"] = kernel.series;
    json["purpose"] = kernel.purpose;
    json["patch_sha256"] = kernel.patch_sha256;
    json["config_sha256"] = kernel.config_sha256;
    json["image_sha256"] = kernel.image_sha256;
    json["size"] = kernel.size ? size_to_json(*kernel.size) : Json();
    json["build_seconds"] = kernel.build_seconds ? Json(*kernel.build_seconds) : Json();
    json["build_cached"] = kernel.build_cached;
    json["status"] = name_of(kernel.status);
    json["reason"] = kernel.reason;
    json["notes"] = kernel.notes;
    json["conformance"] = Json::array();
    for (const auto& entry : kernel.conformance)
        json["conformance"].push_back({{"case", entry.case_name}, {"status", name_of(entry.status)}, {"known", entry.known},
                                       {"reason", entry.reason}, {"seconds", entry.seconds}, {"kernel_text", entry.kernel_text}});
    json["boots"] = Json::array();
    for (const auto& boot : kernel.boots)
        json["boots"].push_back({{"boot", boot.boot}, {"outcome", name_of(boot.outcome)}, {"device", boot.device},
                                 {"console", boot.console}, {"elapsed_s", boot.elapsed_s},
                                 {"last_lines", boot.last_lines}});
    return json;
}

/// "a.b.c" -> {"a": {"b": {"c": ...}}}, the rows of the metric table in their order.
Json metrics_to_json(const Metrics& metrics) {
    Json json = Json::object();
    for (const auto& metric : metric_table()) {
        Json* place = &json;
        std::string_view rest = metric.name;
        for (size_t dot; (dot = rest.find('.')) != std::string_view::npos; rest.remove_prefix(dot + 1))
            place = &(*place)[std::string(rest.substr(0, dot))];
        Json& leaf = (*place)[std::string(rest)];
        if (auto it = metrics.find(metric.name); it != metrics.end())
            std::visit([&](auto value) { leaf = value; }, it->second);
    }
    return json;
}

Json histogram_to_json(const Histogram& histogram) {
    nlohmann::json flat = histogram.to_json();
    Json json;
    for (const char* key : {"sub_bucket_bits", "count", "sum_ns", "min_ns", "max_ns", "counts"}) json[key] = flat.at(key);
    return json;
}

Json histograms_to_json(const std::map<std::string, Histogram>& histograms) {
    Json json = Json::object();
    for (const auto& [name, histogram] : histograms) json[name] = histogram_to_json(histogram);
    return json;
}

Json curve_to_json(const std::vector<CurvePoint>& curve) {
    if (curve.empty()) return {};
    Json samples = Json::array();
    for (const auto& p : curve) samples.push_back({p.time_ns, p.erofs_file_bytes, p.backing_file_bytes, p.guest_total_bytes});
    return {{"columns", {"time_ns", "erofs_file", "backing_file", "guest_total"}}, {"samples", std::move(samples)}};
}

Json cell_to_json(const CellResult& cell) {
    Json json;
    json["kernel"] = cell.kernel;
    json["workload"] = cell.workload;
    json["cell"] = cell.cell;
    json["boot"] = cell.boot;
    json["dimensions"] = dimensions_to_json<Json>(cell.dimensions);
    json["declared_io"] = cell.declared_io;
    json["observed_io"] = cell.observed_io ? Json(name_of(*cell.observed_io)) : Json();
    json["status"] = name_of(cell.status);
    json["reason"] = cell.reason;
    json["known"] = cell.known;
    json["metrics"] = cell.metrics ? metrics_to_json(*cell.metrics) : Json();
    json["histogram"] = cell.histogram ? histogram_to_json(*cell.histogram) : Json();
    json["histograms"] = cell.metrics ? histograms_to_json(cell.histograms) : Json();
    json["page_cache_curve"] = curve_to_json(cell.page_cache_curve);
    return json;
}

FioJobRecord read_fio_job(JsonReader& reader) {
    FioJobRecord job{reader.text("name"), reader.text("layout"), reader.texts("adapted"), {}};
    reader.objects("changes", [&](JsonReader& change, size_t) {
        job.changes.push_back({change.text("file"), static_cast<unsigned>(change.count("line")), change.text("option"), change.text("became"), change.text("why")});
    });
    return job;
}

Run read_run(JsonReader reader) {
    Run run;
    run.id = reader.text("id");
    run.started_at = reader.text("started_at");
    run.elapsed_s = reader.number("elapsed_s");
    run.suite = reader.text("suite");
    run.machine = reader.text("machine");
    run.accelerator = reader.text("accelerator");
    run.seed = reader.integer("seed");
    if (reader.has("plan_sha256")) run.plan_sha256 = reader.text("plan_sha256");
    auto clock = reader.object("clock");
    run.clock = {clock.text("kind"), clock.text("unit_is"), clock.boolean("comparable"), clock.text("note")};
    clock.finish();
    auto host = reader.object("host");
    run.host = {host.text("cpu"), host.integer("cpus"), host.integer("memory_bytes"), host.text("kernel"), host.text("os")};
    host.finish();
    run.tool = reader.text_map("tool");
    run.argv = reader.texts("argv");
    run.command_lines = reader.text_map("command_lines");
    run.status = read_word<RunStatus>(reader, "status");
    run.exit_code = static_cast<int>(reader.integer("exit_code"));
    run.findings = reader.texts("findings");
    if (reader.has("fio_jobs")) reader.objects("fio_jobs", [&](JsonReader& job, size_t) { run.fio_jobs.push_back(read_fio_job(job)); });
    reader.finish();
    return run;
}

ConformanceEntry read_conformance(JsonReader& reader) {
    return {reader.text("case"), read_word<ConformanceStatus>(reader, "status"), reader.boolean("known"), reader.text("reason"),
            reader.number("seconds"), reader.text("kernel_text")};
}

BootEntry read_boot(JsonReader& reader) {
    return {reader.integer("boot"), read_word<BootOutcome>(reader, "outcome"), reader.text("device"),
            reader.text("console"), reader.number("elapsed_s"), reader.text("last_lines")};
}

int64_t read_count(JsonReader& reader, std::string_view key) { return static_cast<int64_t>(reader.count(key)); }

/// Files from before it was counted have none.
std::optional<SeriesSize> read_size(JsonReader& kernel) {
    if (!kernel.has("size")) return std::nullopt;
    if (const Json* json = kernel.value("size"); json == nullptr || json->is_null()) return std::nullopt;
    JsonReader reader = kernel.object("size");
    SeriesSize size;
    size.patches = read_count(reader, "patches");
    size.files = read_count(reader, "files");
    size.lines_added = read_count(reader, "lines_added");
    size.lines_removed = read_count(reader, "lines_removed");
    if (const Json* json = reader.value("checkpatch"); json != nullptr && !json->is_null()) {
        JsonReader counts = reader.object("checkpatch");
        size.checkpatch = {read_count(counts, "errors"), read_count(counts, "warnings"), read_count(counts, "checks")};
        counts.finish();
    }
    size.checkpatch_reason = reader.text("checkpatch_reason");
    if (size.checkpatch.has_value() != size.checkpatch_reason.empty())
        reader.complain(reader.path_of("checkpatch_reason"), "a reason is expected if checkpatch is null, and none otherwise");
    reader.finish();
    return size;
}

KernelResult read_kernel(JsonReader& reader) {
    KernelResult kernel;
    kernel.name = reader.text("name");
    kernel.base_version = reader.text("base_version");
    kernel.series = reader.texts("series");
    kernel.purpose = reader.text("purpose");
    kernel.patch_sha256 = reader.text("patch_sha256");
    kernel.config_sha256 = reader.text("config_sha256");
    kernel.image_sha256 = reader.text("image_sha256");
    kernel.size = read_size(reader);
    kernel.build_seconds = reader.number_or_null("build_seconds");
    kernel.build_cached = reader.boolean("build_cached");
    kernel.status = read_word<KernelStatus>(reader, "status");
    kernel.reason = reader.text("reason");
    if (reader.has("notes")) kernel.notes = reader.texts("notes");  // runs of before have none
    reader.objects("conformance", [&](JsonReader& entry, size_t) { kernel.conformance.push_back(read_conformance(entry)); });
    reader.objects("boots", [&](JsonReader& boot, size_t) { kernel.boots.push_back(read_boot(boot)); });
    return kernel;
}

/// A value by the row's rules; what the file lacks and need not have is as usual.
void read_dimension(JsonReader& reader, const Dimension& row, Dimensions& out) {
    if (row.if_missing == IfMissing::usual && !reader.has(row.name)) return;
    DimensionValue value;
    if (!row.place.words.empty()) value = std::string(row.place.words[reader.word(row.name, row.place.words)]);
    else if (row.is_text()) value = reader.text(row.name);
    else value = reader.count(row.name);
    if (auto s = set_value(out, row, value); !s) reader.complain(reader.path_of(row.name), s.error().message());
}

Dimensions read_dimensions(JsonReader reader) {
    Dimensions out;
    for (const auto& row : dimension_table()) read_dimension(reader, row, out);
    reader.finish();
    return out;
}

/// Walks the "metrics" object down to its numbers; a path that is no row of the metric table is an error.
void read_metrics(const Json& json, const std::string& name, const std::string& path, JsonReader& reader, Metrics& out) {
    if (json.is_object() && find_metric(name) == nullptr) {
        for (const auto& [key, value] : json.items())
            read_metrics(value, name.empty() ? key : name + "." + key, path + "/" + key, reader, out);
        return;
    }
    if (find_metric(name) == nullptr) return reader.complain(path, "this metric is not known to this version of diobench");
    if (json.is_null()) return;
    if (json.is_number_integer()) out[name] = json.get<int64_t>();
    else if (json.is_number()) out[name] = json.get<double>();
    else reader.complain(path, fmt::format("a number or null is expected, this is {}", json.type_name()));
}

std::optional<Metrics> read_cell_metrics(JsonReader& reader) {
    const Json* json = reader.value("metrics");
    if (json == nullptr || json->is_null()) return std::nullopt;
    if (!json->is_object()) reader.complain(reader.path_of("metrics"), "an object or null is expected");
    Metrics metrics;
    read_metrics(*json, "", reader.path_of("metrics"), reader, metrics);
    return metrics;
}

/// Every key and type is looked at here, so that Histogram::from_json() only has to judge the numbers.
std::optional<Histogram> read_histogram(JsonReader& reader, const std::string& key) {
    const Json* json = reader.value(key);
    if (json == nullptr || json->is_null()) return std::nullopt;
    JsonReader object = reader.object(key);
    for (const char* number : {"sub_bucket_bits", "count", "sum_ns", "min_ns", "max_ns"}) (void)object.integer(number);
    const Json* counts = object.value("counts");
    bool pairs = counts != nullptr && counts->is_array() &&
                 std::all_of(counts->begin(), counts->end(), [](const Json& pair) {
                     return pair.is_array() && pair.size() == 2 && pair[0].is_number_unsigned() && pair[1].is_number_unsigned();
                 });
    if (!pairs) reader.complain(object.path_of("counts"), "an array of [index, count] is expected");
    object.finish();
    if (reader.failed()) return std::nullopt;
    auto histogram = Histogram::from_json(nlohmann::json(*json));
    if (histogram) return std::move(*histogram);
    reader.complain(reader.path_of(key), histogram.error().text);
    return std::nullopt;
}

std::map<std::string, Histogram> read_histograms(JsonReader& reader) {
    std::map<std::string, Histogram> out;
    const Json* json = reader.value("histograms");
    if (json == nullptr || json->is_null()) return out;
    JsonReader object = reader.object("histograms");
    if (!json->is_object()) return out;
    for (const auto& [name, value] : json->items())
        if (auto histogram = read_histogram(object, name)) out.emplace(name, std::move(*histogram));
    object.finish();
    return out;
}

std::vector<CurvePoint> read_curve(JsonReader& reader) {
    std::vector<CurvePoint> out;
    const Json* json = reader.value("page_cache_curve");
    if (json == nullptr || json->is_null()) return out;
    JsonReader object = reader.object("page_cache_curve");
    (void)object.value("columns");
    const Json* samples = object.value("samples");
    const bool right = samples != nullptr && samples->is_array() && std::all_of(samples->begin(), samples->end(), [](const Json& row) {
        return row.is_array() && row.size() == 4 && std::all_of(row.begin(), row.end(), [](const Json& number) { return number.is_number_integer(); });
    });
    object.finish();
    if (!right) {
        reader.complain(reader.path_of("page_cache_curve"), "samples of [time_ns, erofs_file, backing_file, guest_total] are expected");
        return out;
    }
    for (const auto& row : *samples) out.push_back({row[0], row[1], row[2], row[3]});
    return out;
}

/// What the words of the schema promise about each other.
void check_cell(const CellResult& cell, JsonReader& reader) {
    bool ok = cell.status == CellStatus::ok;
    if (cell.metrics.has_value() != ok)
        reader.complain(reader.path_of("metrics"), fmt::format("a cell that is {} {} metrics", name_of(cell.status),
                                                               ok ? "must have" : "must have null as its"));
    if (cell.histogram.has_value() && !ok)
        reader.complain(reader.path_of("histogram"), fmt::format("a cell that is {} must have null here", name_of(cell.status)));
    if (cell.reason.empty() != ok)
        reader.complain(reader.path_of("reason"), ok ? "a cell that is ok has no reason" : "a cell that is not ok needs a reason");
}

CellResult read_cell(JsonReader& reader) {
    CellResult cell;
    cell.kernel = reader.text("kernel");
    cell.workload = reader.text("workload");
    cell.cell = reader.text("cell");
    cell.boot = reader.integer("boot");
    cell.dimensions = read_dimensions(reader.object("dimensions"));
    cell.declared_io = reader.text("declared_io");
    if (auto observed = reader.word_or_null("observed_io", Words<ObservedIo>::kNames))
        cell.observed_io = static_cast<ObservedIo>(*observed);
    cell.status = read_word<CellStatus>(reader, "status");
    cell.reason = reader.text("reason");
    cell.known = reader.boolean("known");
    cell.metrics = read_cell_metrics(reader);
    if (auto histogram = read_histogram(reader, "histogram")) cell.histogram = std::move(*histogram);
    cell.histograms = read_histograms(reader);
    cell.page_cache_curve = read_curve(reader);
    if (!reader.failed()) check_cell(cell, reader);
    return cell;
}

/// One cell a line, so that two files can be compared line by line. Text from
/// a console may hold any byte; what is not UTF-8 is replaced, not fatal.
std::string document_text(const Json& json) {
    auto dump = [](const Json& value, int indent) { return value.dump(indent, ' ', false, Json::error_handler_t::replace); };
    std::string out = "{";
    for (const auto& [key, value] : json.items()) {
        out += fmt::format("{}\n\"{}\": ", out.size() == 1 ? "" : ",", key);
        if (key != "cells") {
            out += dump(value, 1);
            continue;
        }
        out += "[";
        for (size_t i = 0; i < value.size(); ++i) out += fmt::format("{}\n{}", i == 0 ? "" : ",", dump(value[i], -1));
        out += "\n]";
    }
    return out + "\n}\n";
}

}  // namespace

std::string_view status_name(RunStatus value) { return name_of(value); }
std::string_view status_name(KernelStatus value) { return name_of(value); }
std::string_view status_name(ConformanceStatus value) { return name_of(value); }
std::string_view status_name(BootOutcome value) { return name_of(value); }
std::string_view status_name(CellStatus value) { return name_of(value); }
std::string_view status_name(ObservedIo value) { return name_of(value); }

std::optional<double> CellResult::metric(std::string_view name) const {
    if (!metrics) return std::nullopt;
    auto it = metrics->find(name);
    if (it == metrics->end()) return std::nullopt;
    return std::visit([](auto value) { return static_cast<double>(value); }, it->second);
}

const KernelResult* Results::find_kernel(std::string_view name) const {
    for (const auto& kernel : kernels)
        if (kernel.name == name) return &kernel;
    return nullptr;
}

Json cells_to_json(const std::vector<CellResult>& cells) {
    Json json = Json::array();
    for (const auto& cell : cells) json.push_back(cell_to_json(cell));
    return json;
}

Json to_json(const Results& results) {
    Json json;
    json["schema_version"] = kResultsSchemaVersion;
    json["run"] = run_to_json(results.run);
    json["kernels"] = Json::array();
    for (const auto& kernel : results.kernels) json["kernels"].push_back(kernel_to_json(kernel));
    json["cells"] = cells_to_json(results.cells);
    return json;
}

Result<Results> from_json(const Json& json) {
    std::optional<Error> error;
    JsonReader reader(json, "", error);
    int64_t version = reader.integer("schema_version");
    if (!error && version != kResultsSchemaVersion)
        reader.complain(reader.path_of("schema_version"),
                        fmt::format("version {} is not known, this diobench reads version {}: use the diobench that wrote the file",
                                    version, kResultsSchemaVersion));
    Results results;
    if (!error) {
        results.run = read_run(reader.object("run"));
        reader.objects("kernels", [&](JsonReader& kernel, size_t) { results.kernels.push_back(read_kernel(kernel)); });
        reader.objects("cells", [&](JsonReader& cell, size_t) { results.cells.push_back(read_cell(cell)); });
        reader.finish();
    }
    if (error) return tl::unexpected<Error>(std::move(*error));
    return results;
}

Status write_results(const fs::path& directory, const Results& results) {
    return write_file_atomic(directory / kResultsFileName, document_text(to_json(results)));
}

Result<Results> read_results(const fs::path& path) {
    fs::path file = fs::is_directory(path) ? path / kResultsFileName : path;
    auto text = read_file(file);
    if (!text) return forward(text);
    Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
        return fail("read results from", file.string(), "the file is not valid JSON; it may be cut off", ExitCode::invalid);
    auto results = from_json(json);
    if (!results) {
        results.error().text += fmt::format(" (in {})", file.string());
        return forward(results);
    }
    return results;
}

}  // namespace diobench
