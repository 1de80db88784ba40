// SPDX-License-Identifier: GPL-2.0-only
// A run out of the store.
#include "bench/results/store/database.h"
#include "bench/results/store/number_list.h"
#include "bench/results/store/schema.h"
#include "bench/results/sql/statement.h"

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

std::vector<ConformanceEntry> read_conformance(sql::Connection& database, const std::string& run, const std::string& kernel) {
    auto query = database.query("SELECT case_name, status, known, reason, seconds FROM conformance WHERE run_id = ? AND kernel = ? ORDER BY case_name", sql::values(run, kernel));
    std::vector<ConformanceEntry> out;
    using S = ConformanceStatus;
    while (query->step())
        out.push_back({query->text(0), from_word(query->text(1), {S::pass, S::skip, S::note}, S::fail),
                       query->number(2) != 0, query->text(3), query->real(4), ""});
    return out;
}

std::vector<KernelResult> read_kernels(sql::Connection& database, const std::string& run) {
    auto query = database.query("SELECT name, base_version, patch_sha256, config_sha256, image_sha256, build_seconds, status, reason "
                                      "FROM kernels WHERE run_id = ? ORDER BY place", sql::values(run));
    std::vector<KernelResult> out;
    using S = KernelStatus;
    auto text = [&](int i) { return query->text(i); };
    while (query->step()) {
        KernelResult kernel;
        kernel.name = text(0);
        kernel.base_version = text(1);
        kernel.patch_sha256 = text(2);
        kernel.config_sha256 = text(3);
        kernel.image_sha256 = text(4);
        kernel.build_seconds = query->optional_real(5);
        kernel.status = from_word(text(6), {S::ok, S::build_failed, S::boot_failed}, S::invalid);
        kernel.reason = text(7);
        kernel.conformance = read_conformance(database, run, kernel.name);
        out.push_back(std::move(kernel));
    }
    return out;
}

void read_head(const sql::Cursor& row, CellResult& cell) {
    using S = CellStatus;
    using O = ObservedIo;
    cell.kernel = row.text(1);
    cell.workload = row.text(2);
    cell.cell = row.text(3);
    cell.boot = row.number(4);
    cell.declared_io = row.text(5);
    if (!row.is_null(6)) cell.observed_io = from_word(row.text(6), {O::buffered, O::direct, O::refused}, O::mixed);
    cell.status = from_word(row.text(7), {S::ok, S::unsupported, S::invalid}, S::failed);
    cell.reason = row.text(8);
    cell.known = row.number(9) != 0;
}

/// The cells of a run, and where each is by its kernel and place.
struct PlacedCells {
    std::vector<CellResult> cells;
    std::map<std::string, std::vector<size_t>> places;

    /// nullptr: there is none, or it is not ok.
    CellResult* find(const std::string& kernel, size_t place) {
        const auto found = places.find(kernel);
        if (found == places.end() || place >= found->second.size()) return nullptr;
        CellResult& cell = cells[found->second[place]];
        return cell.status == CellStatus::ok ? &cell : nullptr;
    }
};

Result<PlacedCells> read_heads(sql::Connection& database, const std::string& run) {
    auto row = database.query(fmt::format("SELECT place, kernel, workload, cell, boot, declared_io, observed_io, status, reason, known{} FROM cells WHERE run_id = ? ORDER BY id", dimension_columns()),
                              sql::values(run));
    PlacedCells out;
    while (row->step()) {
        CellResult& cell = out.cells.emplace_back();
        read_head(*row, cell);
        if (auto s = read_dimensions(*row, 10, cell.dimensions); !s) return forward(s);
        if (cell.status == CellStatus::ok) cell.metrics.emplace();
        auto& places = out.places[cell.kernel];
        const auto place = static_cast<size_t>(row->number(0));
        if (places.size() <= place) places.resize(place + 1);
        places[place] = out.cells.size() - 1;
    }
    return out;
}

void read_numbers(sql::Connection& database, const std::string& run, const std::set<std::string>& metrics, PlacedCells& cells) {
    auto row = database.query("SELECT kernel, metric, list FROM numbers WHERE run_id = ?", sql::values(run));
    while (row->step()) {
        const std::string kernel = row->text(0);
        const std::string metric = row->text(1);
        if (!metrics.empty() && !metrics.contains(metric)) continue;
        const auto list = read_number_list(row->text(2));
        for (size_t place = 0; place < list.size(); ++place)
            if (CellResult* cell = list[place] ? cells.find(kernel, place) : nullptr; cell != nullptr) cell->metrics->emplace(metric, *list[place]);
    }
}

Status read_histograms(sql::Connection& database, const std::string& run, PlacedCells& cells) {
    auto row = database.query("SELECT kernel, place, histogram FROM histograms WHERE run_id = ?", sql::values(run));
    while (row->step()) {
        CellResult* cell = cells.find(row->text(0), static_cast<size_t>(row->number(1)));
        if (cell == nullptr) continue;
        auto histogram = Histogram::from_json(nlohmann::json::parse(row->text(2), nullptr, false));
        if (!histogram) return forward(histogram);
        cell->histogram = std::move(*histogram);
    }
    return {};
}

Result<std::vector<CellResult>> read_cells(sql::Connection& database, const std::string& run, const std::set<std::string>& metrics) {
    auto cells = read_heads(database, run);
    if (!cells) return forward(cells);
    read_numbers(database, run, metrics, *cells);
    if (auto s = read_histograms(database, run, *cells); !s) return forward(s);
    return std::move(cells->cells);
}

}  // namespace

Result<Results> ResultStore::load_run(const std::string& id, const std::set<std::string>& metrics) {
    return sql::guarded(fmt::format("load run {} from store", id), *connection_, [&]() -> Result<Results> {
        sql::Transaction snapshot(*connection_, "");  // all of one state, whoever writes meanwhile
        auto query = connection_->query("SELECT description FROM runs WHERE id = ?", sql::values(id));
        if (!query->step()) return fail("load run", id, "it is not in the store (diobench history runs shows what is)");
        auto results = read_description(query->text(0));
        if (!results) return results;
        results->kernels = read_kernels(*connection_, id);
        auto cells = read_cells(*connection_, id, metrics);
        if (!cells) return forward(cells);
        results->cells = std::move(*cells);
        return results;
    });
}

}  // namespace diobench
