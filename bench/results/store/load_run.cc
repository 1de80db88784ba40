// SPDX-License-Identifier: GPL-2.0-only
// A run out of the store.
#include "bench/results/store/database.h"
#include "bench/results/store/schema.h"
#include "bench/results/store/statement.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// The word's value, by the same names that writing uses.
template <class Enum>
Enum from_word(const std::string& word, std::initializer_list<Enum> all, Enum otherwise) {
    for (Enum value : all)
        if (status_name(value) == word) return value;
    return otherwise;
}

/// "run" is kept as it stands in results.json and read by the same strict rules.
Result<Results> read_description(const std::string& description) {
    auto run = Json::parse(description, nullptr, false);
    if (run.is_discarded()) return fail("read the description of", "a run", "it is no JSON", ExitCode::invalid);
    return from_json({{"schema_version", kResultsSchemaVersion}, {"run", std::move(run)}, {"kernels", Json::array()}, {"cells", Json::array()}});
}

std::vector<ConformanceEntry> read_conformance(SQLite::Database& database, const std::string& run, const std::string& kernel) {
    SQLite::Statement query(database, "SELECT case_name, status, known, reason, seconds FROM conformance WHERE run_id = ? AND kernel = ? ORDER BY case_name");
    SQLite::bind(query, run, kernel);
    std::vector<ConformanceEntry> out;
    using S = ConformanceStatus;
    while (query.executeStep())
        out.push_back({query.getColumn(0).getString(), from_word(query.getColumn(1).getString(), {S::pass, S::skip, S::note}, S::fail),
                       query.getColumn(2).getInt() != 0, query.getColumn(3).getString(), query.getColumn(4).getDouble(), ""});
    return out;
}

std::vector<KernelResult> read_kernels(SQLite::Database& database, const std::string& run) {
    SQLite::Statement query(database, "SELECT name, base_version, patch_sha256, config_sha256, image_sha256, build_seconds, status, reason "
                                      "FROM kernels WHERE run_id = ? ORDER BY rowid");
    query.bind(1, run);
    std::vector<KernelResult> out;
    using S = KernelStatus;
    auto text = [&](int i) { return query.getColumn(i).getString(); };
    while (query.executeStep()) {
        KernelResult kernel;
        kernel.name = text(0);
        kernel.base_version = text(1);
        kernel.patch_sha256 = text(2);
        kernel.config_sha256 = text(3);
        kernel.image_sha256 = text(4);
        kernel.build_seconds = optional_number(query.getColumn(5));
        kernel.status = from_word(text(6), {S::ok, S::build_failed, S::boot_failed}, S::invalid);
        kernel.reason = text(7);
        kernel.conformance = read_conformance(database, run, kernel.name);
        out.push_back(std::move(kernel));
    }
    return out;
}

class CellReader {
public:
    explicit CellReader(SQLite::Database& database)
        : cells_(database, fmt::format("SELECT id, kernel, workload, cell, boot, declared_io, observed_io, status, reason, known{} "
                                       "FROM cells WHERE run_id = ? ORDER BY id", dimension_columns())),
          metrics_(database, "SELECT name, value FROM metrics WHERE cell_id = ?"),
          histograms_(database, "SELECT histogram FROM histograms WHERE cell_id = ?") {}

    Result<std::vector<CellResult>> read(const std::string& run) {
        cells_.bind(1, run);
        std::vector<CellResult> out;
        while (cells_.executeStep()) {
            CellResult& cell = out.emplace_back();
            read_head(cell);
            if (auto s = read_dimensions(cells_, 10, cell.dimensions); !s) return forward(s);
            if (cell.status != CellStatus::ok) continue;
            const int64_t id = number(0);
            read_metrics(id, cell);
            if (auto s = read_histogram(id, cell); !s) return forward(s);
        }
        return out;
    }

private:
    std::string text(int i) { return cells_.getColumn(i).getString(); }
    int64_t number(int i) { return cells_.getColumn(i).getInt64(); }

    void read_head(CellResult& cell) {
        using S = CellStatus;
        using O = ObservedIo;
        cell.kernel = text(1);
        cell.workload = text(2);
        cell.cell = text(3);
        cell.boot = number(4);
        cell.declared_io = text(5);
        if (!cells_.getColumn(6).isNull()) cell.observed_io = from_word(text(6), {O::buffered, O::direct, O::refused}, O::mixed);
        cell.status = from_word(text(7), {S::ok, S::unsupported, S::invalid}, S::failed);
        cell.reason = text(8);
        cell.known = number(9) != 0;
    }

    void read_metrics(int64_t id, CellResult& cell) {
        metrics_.reset();
        metrics_.bind(1, id);
        cell.metrics.emplace();
        while (metrics_.executeStep()) {
            const auto value = metrics_.getColumn(1);
            cell.metrics->emplace(metrics_.getColumn(0).getString(), value.isInteger() ? MetricValue(value.getInt64()) : MetricValue(value.getDouble()));
        }
    }

    Status read_histogram(int64_t id, CellResult& cell) {
        histograms_.reset();
        histograms_.bind(1, id);
        if (!histograms_.executeStep()) return {};
        auto histogram = Histogram::from_json(nlohmann::json::parse(histograms_.getColumn(0).getString(), nullptr, false));
        if (!histogram) return forward(histogram);
        cell.histogram = std::move(*histogram);
        return {};
    }

    SQLite::Statement cells_;
    SQLite::Statement metrics_;
    SQLite::Statement histograms_;
};

}  // namespace

Result<Results> ResultStore::load_run(const std::string& id) {
    return guarded(fmt::format("load run {} from store", id), path_, [&]() -> Result<Results> {
        SQLite::Transaction snapshot(*database_);  // all of one state, whoever writes meanwhile
        SQLite::Statement query(*database_, "SELECT description FROM runs WHERE id = ?");
        query.bind(1, id);
        if (!query.executeStep()) return fail("load run", id, "it is not in the store (diobench history runs shows what is)");
        auto results = read_description(query.getColumn(0).getString());
        if (!results) return results;
        results->kernels = read_kernels(*database_, id);
        auto cells = CellReader(*database_).read(id);
        if (!cells) return forward(cells);
        results->cells = std::move(*cells);
        return results;
    });
}

}  // namespace diobench
