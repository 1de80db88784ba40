// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/site.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tuple>

#include "bench/results/export/report.h"
#include "bench/results/export/summary.h"
#include "bench/results/history/result_pages.h"
#include "bench/results/serve/page.h"

namespace diobench {

namespace {

constexpr size_t kListedRuns = 200;
constexpr size_t kListedGates = 20;
/// Where `follow` and nights leave the series that they judged, and the file that says how.
constexpr std::string_view kFollowFolder = "follow";
constexpr std::string_view kAnswerFileName = "answer.json";
/// What a run's folder holds; nothing else is handed out, least of all run as a program.
constexpr std::array<std::string_view, 10> kHandedOut = {".html", ".txt", ".json", ".prom", ".png", ".svg", ".xml", ".sh", ".toml", ".css"};

/// What a browser asks for by itself with every page, our own and the reports': two bars, one shorter.
constexpr const char* kIcon = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">"
                              "<path d=\"M2 14V2h5v12z\" fill=\"#b35\"/><path d=\"M9 14V8h5v6z\" fill=\"#27a\"/></svg>";

int64_t now_s() { return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

bool is_handed_out(const std::string& path) {
    if (path.find("/.") != std::string::npos) return false;
    return std::any_of(kHandedOut.begin(), kHandedOut.end(), [&](std::string_view end) { return path.ends_with(end); });
}

Answer html_of(const Result<std::string>& page) {
    if (page) return {200, "text/html; charset=utf-8", *page};
    return {500, "text/plain; charset=utf-8", page.error().message() + "\n"};
}

std::string first_of(const std::map<std::string, std::string>& query, const std::string& key, const std::string& otherwise) {
    auto it = query.find(key);
    return it == query.end() || it->second.empty() ? otherwise : it->second;
}

size_t page_number(const std::string& text) {
    size_t page = 0;
    std::from_chars(text.data(), text.data() + text.size(), page);
    return page;
}

Families up(const char* name, std::string_view help, bool value) {
    Families out = {metric_family(name, help)};
    out.back().metric.push_back(gauge_sample({}, value ? 1 : 0));
    return out;
}

}  // namespace

Result<Families> Site::store_part(const ServeContent& content) {
    auto store = ResultStore::open_existing(options_.store);
    if (!store) return forward(store);
    if (!*store) return Families();
    return store_families(**store, content, now_s());
}

Families Site::metrics(const ServeContent& content) {
    const std::lock_guard lock(mutex_);
    auto stored = store_part(content);
    Families out = up("diobench_store_up", "1 if the store of results could be read.", stored.has_value());
    if (stored) merge_families(out, std::move(*stored));
    auto progress = progress_states();
    merge_families(out, up("diobench_progress_up", "1 if the progress files that there are could be read.", progress.has_value()));
    if (progress) merge_families(out, progress_families(std::move(*progress), now_s()));
    return out;
}

Result<std::vector<ProgressState>> Site::progress_states() const {
    std::vector<ProgressState> out;
    for (const auto& folder : {options_.output, options_.nights}) {
        if (folder.empty()) continue;
        auto state = read_progress_file(folder);
        if (!state) return forward(state);
        if (*state) out.push_back(std::move(**state));
    }
    return out;
}

/// From where the pages are; empty: it is not below `output`, so it is not handed out.
std::string Site::address_of(const fs::path& file) const {
    const std::string place = file.empty() ? "" : file.lexically_relative(fs::absolute(options_.output).lexically_normal()).generic_string();
    return place.starts_with("..") ? "" : place;
}

Result<std::string> Site::runs() {
    std::vector<ListedRun> listed;
    std::vector<StoredJudgement> gates;
    std::map<std::string, std::string> gate_pages;
    auto store = ResultStore::open_existing(options_.store);
    if (!store) return forward(store);
    if (*store) {
        auto all = (*store)->list_runs();
        if (!all) return forward(all);
        auto judged = (*store)->judgement_heads();
        if (!judged) return forward(judged);
        gates.assign(judged->begin(), judged->begin() + static_cast<std::ptrdiff_t>(std::min(judged->size(), kListedGates)));
        auto pages = ResultPages::open(**store, options_.output, options_.nights);
        if (!pages) return forward(pages);
        for (const auto& run : *all) {
            if (listed.size() == kListedRuns) break;
            std::error_code ec;
            const std::string place = address_of(pages->directory_of(run.id));
            const std::string folder = place.empty() ? "" : place + "/";
            const fs::path files = options_.output / folder;
            listed.push_back({run, folder, !folder.empty() && fs::exists(files / kReportFileName, ec), !folder.empty() && fs::exists(files / kSummaryFileName, ec)});
        }
        for (const auto& gate : gates)
            if (std::string page = address_of(pages->page_of(gate.id)); !page.empty()) gate_pages[gate.id] = std::move(page);
    }
    auto progress = progress_states();
    return runs_page(listed, progress ? *progress : std::vector<ProgressState>(), gates, gate_pages);
}

Result<std::string> Site::history(const std::string& query_text) {
    const auto query = parse_query(query_text);
    HistoryPage page;
    page.request.cell_glob = first_of(query, "cell", "*");
    page.request.metric = first_of(query, "metric", page.request.metric);
    page.request.kernel = first_of(query, "kernel", "");
    page.request.machine = first_of(query, "machine", "");
    auto store = ResultStore::open_existing(options_.store);
    if (!store) return forward(store);
    if (!*store) {
        page.problem = "there is no store yet: make a run with 'diobench run'";
        return history_page(page);
    }
    auto cells = count_cells(**store, page.request);
    if (!cells) return forward(cells);
    page.pages = std::max<size_t>(1, (*cells + kCellsPerPage - 1) / kCellsPerPage);
    page.page = std::min(page_number(first_of(query, "page", "0")), page.pages - 1);
    page.request.skip_cells = page.page * kCellsPerPage;
    page.request.most_cells = kCellsPerPage;
    auto series = read_series(**store, page.request, options_.content.revises);
    if (!series) page.problem = series.error().message();
    else page.series = std::move(*series);
    auto pins = (*store)->pins();
    if (!pins) return forward(pins);
    page.pins = std::move(*pins);
    auto pages = ResultPages::open(**store, options_.output, options_.nights);
    if (!pages) return forward(pages);
    for (const auto& one : page.series)
        for (const auto& point : one.points)
            for (const std::string& id : {point.run_id(), point.gate})
                if (std::string address = address_of(pages->page_of(id)); !address.empty()) page.links.emplace(id, std::move(address));
    return history_page(page);
}

/// What is no whole answer yet is left out: its series is under way.
std::string Site::lists() const {
    std::vector<AnsweredSeries> out;
    for (const auto& base : {options_.output, options_.nights}) {
        std::error_code ec;
        if (base.empty()) continue;
        for (const auto& folder : fs::directory_iterator(base / kFollowFolder, ec)) {
            auto text = read_file(folder.path() / kAnswerFileName);
            const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
            if (!json.is_object()) continue;
            const auto word = [&](const char* key) { return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string(); };
            const auto address = [&](const fs::path& file) { return fs::exists(file, ec) ? address_of(file) : std::string(); };
            out.push_back({word("name"), word("title"), word("message_id"), word("revises"), word("baseline"), word("verdict"), word("at"),
                           json.contains("exit_code") && json["exit_code"].is_number_integer() ? json["exit_code"].get<int64_t>() : 4, address(folder.path() / "reply.txt"),
                           address(folder.path() / "try" / "gate" / kReportFileName)});
        }
    }
    std::sort(out.begin(), out.end(), [](const AnsweredSeries& a, const AnsweredSeries& b) { return std::tie(b.at, b.name) < std::tie(a.at, a.name); });
    return list_page(out);
}

Answer Site::answer(const std::string& method, const std::string& path, const std::string& query) {
    if (method != "GET" && method != "HEAD") return {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
    if (path == kMetricsPath || path == kAllMetricsPath) return {};
    const std::lock_guard lock(mutex_);
    if (path == "/" || path == "/index.html") return html_of(runs());
    if (path == "/history") return html_of(history(query));
    if (path == "/follow") return {200, "text/html; charset=utf-8", lists()};
    if (path == "/healthz") return {200, "text/plain; charset=utf-8", "ok\n"};
    if (path == "/favicon.ico") return {200, "image/svg+xml", kIcon};
    if (!is_handed_out(path)) return {404, "text/plain; charset=utf-8", "there is nothing here; / lists the runs\n"};
    return {};
}

}  // namespace diobench
