// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/page.h"

#include <algorithm>
#include <charconv>
#include <cctype>
#include <fmt/format.h>
#include <initializer_list>

#include "bench/results/history/draw.h"

namespace diobench {

namespace {

// As reports/base.html.j2: AA in light and dark, tables that scroll by themselves, everything on paper.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ink:#222;--dim:#5f5f5f;--paper:#fff;--bad:#b00020;--good:#00695c;--link:#006aa6}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e4e4;--dim:#a8a8a8;--paper:#191919;--bad:#ff8f94;--good:#6fcf97;--link:#6cb6f0}svg{filter:invert(.9) hue-rotate(180deg)}}"
    "body{font:15px/1.5 'DejaVu Sans',sans-serif;margin:1.5em auto;max-width:76em;padding:0 1em;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin:1.6em 0 .4em}a{color:var(--link)}table{border-collapse:collapse}td,th{text-align:left;padding:.15em .8em .15em 0;vertical-align:top;overflow-wrap:normal}"
    "th[scope=col]{border-bottom:1px solid var(--dim)}th[scope=row]{font-weight:normal}caption,.dim{color:var(--dim);text-align:left}.bad{color:var(--bad)}.good{color:var(--good)}"
    ".id{font-family:'DejaVu Sans Mono',monospace;font-size:.9em}.n{white-space:nowrap}svg{display:block}form{margin:1em 0}input,select{font:inherit;max-width:100%;box-sizing:border-box}"
    "nav a{margin-right:1em}label{margin-right:.6em}.scroll{overflow-x:auto}svg a:focus-visible{outline:2px solid var(--link)}.scroll:focus-visible{outline:2px solid var(--link)}"
    "@media print{.scroll{overflow:visible}table{font-size:.7em}td,th{overflow-wrap:anywhere}svg{width:260px;height:auto}}";

std::string page(std::string_view title, const std::string& body) {
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                       "<title>{0}</title><style>{1}</style></head>\n<body><nav aria-label=\"Pages\"><a href=\"/\">Runs</a><a href=\"/history\">History</a><a href=\"/follow\">Lists</a>"
                       "<a href=\"/latest/report.html\">Latest report</a><a href=\"/metrics\">Metrics</a></nav>\n<main><h1>{0}</h1>\n{2}</main></body></html>\n",
                       escape_html(title), kStyle, body);
}

std::string coloured_word(const std::string& word, bool good) { return fmt::format("<span class=\"{}\">{}</span>", good ? "good" : "bad", escape_html(word)); }

/// In a place that scrolls sideways by itself, by keyboard too; `names` are of the columns.
std::string table(std::string_view caption, std::initializer_list<std::string_view> names, const std::string& rows) {
    std::string head;
    for (const auto name : names) head += fmt::format("<th scope=\"col\">{}</th>", name);
    return fmt::format("<div class=\"scroll\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\"><table><caption>{0}</caption>\n<tr>{1}</tr>\n{2}</table></div>\n", caption,
                       head, rows);
}

/// The slashes stay.
std::string encode_path(std::string_view path) {
    std::string out;
    for (size_t at = 0; at < path.size();) {
        const size_t end = std::min(path.find('/', at), path.size());
        out += encode_url(path.substr(at, end - at));
        if (end < path.size()) out += '/';
        at = end + 1;
    }
    return out;
}

std::string run_row(const ListedRun& listed) {
    const StoredRun& run = listed.run;
    const std::string folder = "/" + encode_path(listed.folder);
    std::string links;
    if (listed.has_report) links += fmt::format("<a href=\"{}report.html\">report</a> ", folder);
    if (listed.has_summary) links += fmt::format("<a href=\"{}summary.txt\">summary</a>", folder);
    return fmt::format("<tr><th scope=\"row\" class=\"id\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} of {}</td><td>{}</td></tr>\n", escape_html(run.id),
                       escape_html(run.started_at), escape_html(run.suite), escape_html(run.machine), coloured_word(run.status, run.exit_code == 0), run.ok_cells,
                       run.cells, links);
}

std::string progress_text(const ProgressState& p) {
    const std::string steps = p.total > 0 ? fmt::format(", {} of {}", p.done, p.total) : "";
    return fmt::format("<p>Under way: {} <span class=\"id\">{}</span>, {}{}: {} <span class=\"dim\">(at {})</span></p>\n", escape_html(p.kind), escape_html(p.id),
                       escape_html(p.stage), steps, escape_html(p.what), escape_html(p.updated_at));
}

/// `text` is HTML already; without an address it stays text.
std::string link_to(const PageAddresses& links, const std::string& id, const std::string& text) {
    const auto found = links.find(id);
    return found == links.end() ? text : fmt::format("<a href=\"/{}\">{}</a>", encode_path(found->second), text);
}

std::string gates_table(const std::vector<StoredJudgement>& gates, const PageAddresses& links) {
    std::string rows;
    for (const auto& g : gates)
        rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape_html(g.started_at), escape_html(g.kind),
                           escape_html(g.baseline), escape_html(g.candidate), escape_html(g.suite), escape_html(g.machine), link_to(links, g.id, coloured_word(g.verdict, g.verdict == "pass")));
    return "<h2>Verdicts</h2>\n" + table("What was judged, the newest first", {"when", "what", "baseline", "candidate", "suite", "machine", "verdict"}, rows);
}

/// Places in the figure.
struct Scale {
    double low;
    double high;
    size_t points;
    int width;
    int height;

    [[nodiscard]] double x(size_t index) const {
        return points < 2 ? width / 2.0 : 4 + static_cast<double>(index) * (width - 8) / static_cast<double>(points - 1);
    }
    [[nodiscard]] double y(double value) const { return high > low ? height - 4 - (value - low) / (high - low) * (height - 8) : height / 2.0; }
};

/// Lines between points that have numbers.
std::string value_line(const HistorySeries& series, const Scale& scale) {
    std::string out;
    std::string path;
    size_t length = 0;
    auto finish = [&] {
        if (length > 1) out += fmt::format("<path d=\"M{}\" fill=\"none\" stroke=\"#0072b2\" stroke-width=\"1.5\"/>", path);
        path.clear();
        length = 0;
    };
    for (size_t i = 0; i < series.points.size(); ++i) {
        if (!series.points[i].value) {
            finish();
            continue;
        }
        path += fmt::format("{}{:.1f},{:.1f}", length++ == 0 ? "" : "L", scale.x(i), scale.y(*series.points[i].value));
    }
    finish();
    return out;
}

constexpr size_t kPixelsPerDot = 4;

std::string point_text(const HistorySeries& series, const HistoryPoint& point) {
    return fmt::format("{}, {}: {}", point.started_at.substr(0, 10), point.run_id(), point.value ? metric_text(*series.metric, *point.value) : "no number");
}

/// A link in the figure with its name for those who hear or point at it; without an address the shape stays alone.
std::string shape_link(const PageAddresses& links, const std::string& id, const std::string& name, const std::string& shape) {
    const auto found = links.find(id);
    const std::string named = fmt::format("{}<title>{}</title>", shape, escape_html(name));
    if (found == links.end()) return fmt::format("<g>{}</g>", named);
    return fmt::format("<a href=\"/{}\" aria-label=\"{}\">{}</a>", encode_path(found->second), escape_html(name), named);
}

/// A dot each, with room around it to hit; of so many points that nobody could, the newest.
std::string dots(const HistorySeries& series, const Scale& scale, const PageAddresses& links) {
    std::string out;
    const size_t most = static_cast<size_t>(scale.width) / kPixelsPerDot;
    for (size_t i = series.points.size() - std::min(series.points.size(), most); i < series.points.size(); ++i) {
        const auto& point = series.points[i];
        const double y = point.value ? scale.y(*point.value) : scale.height - 4.0;
        out += shape_link(links, point.run_id(), point_text(series, point),
                          fmt::format("<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"7\" fill=\"transparent\"/><circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"2\" fill=\"{2}\"/>", scale.x(i), y,
                                      point.value ? "#0072b2" : "#a0447a"));
    }
    return out;
}

std::string marks(const HistorySeries& series, const std::vector<ChangePoint>& changes, const Scale& scale, const PageAddresses& links) {
    std::string out;
    auto upright = [&](size_t index, const char* colour, const char* dashes, const std::string& title) {
        const double x = scale.x(index);
        out += fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\" stroke=\"{2}\" stroke-dasharray=\"{3}\"><title>{4}</title></line>", x, scale.height,
                           colour, dashes, escape_html(title));
    };
    const auto sentences = describe_changes(series, changes);
    for (size_t i = 0; i < changes.size(); ++i) upright(changes[i].index, "#b36b00", "none", sentences[i]);
    for (size_t i = 0; i < series.points.size(); ++i) {
        const auto& p = series.points[i];
        if (i > 0 && p.kernel != series.points[i - 1].kernel) upright(i, "#767676", "4,3", p.kernel + " after " + series.points[i - 1].kernel);
        if (!p.value) upright(i, "#a0447a", "1,3", p.run_id() + ": no number");
        if (!p.is_marked()) continue;
        // Beside its point, so that both can be hit.
        const double at = p.value ? scale.y(*p.value) : scale.height - 4.0;
        const double y = at >= 17 ? at - 12 : at + 12;
        out += shape_link(links, p.gate, fmt::format("{}, {}: {} by {}", p.started_at.substr(0, 10), p.run_id(), p.verdict, p.gate),
                          p.verdict == "inconclusive"
                              ? fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\" fill=\"#e69f00\" stroke=\"#444444\"/>", scale.x(i) - 4, y - 4)
                              : fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"#d55e00\" stroke=\"#444444\"/>", scale.x(i), y));
    }
    return out;
}

std::string history_row(const HistorySeries& series, const std::vector<Pin>& pins, const PageAddresses& links) {
    const auto changes = level_changes(series);
    std::string notes;
    for (const auto& sentence : describe_changes(series, changes)) notes += escape_html(sentence) + "<br>";
    for (const auto& pin : pins)
        if (auto drift = drift_from(series, changes, pin))
            notes += fmt::format("<span class=\"bad\">{} worse than pin {}{}</span><br>", percent_text(drift->worse_by_ratio), escape_html(pin.name),
                                 drift->creep ? ", a creep that no single step shows" : "");
    for (const auto& point : series.points)
        if (point.is_marked())
            notes += fmt::format("{} {}: {} by {}<br>", escape_html(point.started_at.substr(0, 10)), link_to(links, point.run_id(), escape_html(point.run_id())),
                                 escape_html(point.verdict), link_to(links, point.gate, escape_html(point.gate)));
    const auto without = std::count_if(series.points.begin(), series.points.end(), [](const auto& point) { return !point.value; });
    if (without > 0) notes += fmt::format("{} without a number<br>", without);
    const auto& last = series.points.back();
    return fmt::format("<tr><th scope=\"row\" class=\"id\">{}<br><span class=\"dim\">{}, machine {}, {}, {} points</span></th><td>{}</td><td class=\"n\">{}</td></tr>\n<tr><td colspan=\"3\" class=\"dim\">{}</td></tr>\n",
                       escape_html(series.cell), escape_html(series.kernel), escape_html(series.machine), escape_html(series.seeds), series.points.size(),
                       series_svg(series, changes, links, 480, 56), last.value ? escape_html(metric_text(*series.metric, *last.value)) : "no number", notes);
}

std::string history_link(const SeriesRequest& r, size_t page, std::string_view text) {
    return fmt::format("<a href=\"/history?cell={}&amp;metric={}&amp;kernel={}&amp;machine={}&amp;page={}\">{}</a> ", encode_url(r.cell_glob), encode_url(r.metric),
                       encode_url(r.kernel), encode_url(r.machine), page, text);
}

std::string history_form(const SeriesRequest& r) {
    std::string options;
    for (const auto& metric : metric_table()) options += fmt::format("<option{}>{}</option>", metric.name == r.metric ? " selected" : "", escape_html(metric.name));
    return fmt::format("<form action=\"/history\"><label>cells <input name=\"cell\" size=\"40\" value=\"{}\"></label> <label>metric <select name=\"metric\">{}</select></label> "
                       "<label>kernel <input name=\"kernel\" size=\"10\" value=\"{}\"></label> <label>machine <input name=\"machine\" size=\"6\" value=\"{}\"></label> <button>show</button></form>\n",
                       escape_html(r.cell_glob), options, escape_html(r.kernel), escape_html(r.machine));
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string decode_url(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
            out += static_cast<char>(code);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string encode_url(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '~') out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
    std::map<std::string, std::string> out;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (!pair.empty()) out[decode_url(pair.substr(0, equals))] = decode_url(pair.substr(std::min(equals + 1, pair.size())));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return out;
}

std::string runs_page(const std::vector<ListedRun>& runs, const std::vector<ProgressState>& progress, const std::vector<StoredJudgement>& gates,
                      const PageAddresses& links) {
    std::string body;
    for (const auto& one : progress)
        if (one.state == "running") body += progress_text(one);
    if (!gates.empty()) body += gates_table(gates, links);
    std::string rows;
    for (const auto& run : runs) rows += run_row(run);
    body += "<h2>Runs</h2>\n" + table("Runs, the newest first", {"run", "started", "suite", "machine", "status", "cells ok", "files"}, rows);
    if (runs.empty()) body += "<p>No run yet: make one with <span class=\"id\">diobench run</span>.</p>\n";
    return page("diobench: runs", body);
}

std::string list_page(const std::vector<AnsweredSeries>& series) {
    std::string rows;
    for (const auto& one : series) {
        const auto link = [](const std::string& address, const char* text) { return address.empty() ? std::string() : fmt::format("<a href=\"/{}\">{}</a> ", encode_path(address), text); };
        rows += fmt::format("<tr><th scope=\"row\"><span class=\"id\">{}</span><br>{}</th><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>\n", escape_html(one.name),
                           escape_html(one.title), escape_html(one.at), coloured_word(one.verdict, one.exit_code == 0), escape_html(one.baseline), escape_html(one.revises),
                           link(one.reply, "reply"), link(one.gate, "gate"));
    }
    std::string body = table("Series and revisions, the newest first", {"series", "judged", "verdict", "on", "revises", "files"}, rows);
    if (series.empty()) body = "<p>None yet: <span class=\"id\">diobench follow ARCHIVE</span> judges what a mailing list has, and so does a night with [follow].</p>\n";
    return page("diobench: mailing lists", body);
}

std::string series_svg(const HistorySeries& series, const std::vector<ChangePoint>& changes, const PageAddresses& links, int width, int height) {
    std::optional<Scale> scale;
    for (const auto& point : series.points) {
        if (!point.value) continue;
        if (!scale) scale = Scale{*point.value, *point.value, series.points.size(), width, height};
        scale->low = std::min(scale->low, *point.value);
        scale->high = std::max(scale->high, *point.value);
    }
    if (!scale) return {};
    std::string finding = fmt::format("{} to {} in {} points", metric_text(*series.metric, scale->low), metric_text(*series.metric, scale->high), series.points.size());
    for (const auto& sentence : describe_changes(series, changes)) finding += "; " + sentence;
    return fmt::format("<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"group\" aria-label=\"{2}\">{3}{4}{5}</svg>", width, height, escape_html(finding),
                       value_line(series, *scale), dots(series, *scale, links), marks(series, changes, *scale, links));
}

std::string history_page(const HistoryPage& what) {
    std::string body = history_form(what.request);
    if (!what.problem.empty()) body += fmt::format("<p class=\"bad\">{}</p>\n", escape_html(what.problem));
    if (!what.series.empty())
        body += fmt::format("<p>{}, <span class=\"dim\">{}</span> Upright lines, solid: level changed; dashed: another revision; dotted: no number. Disc: regression or invalid; square: inconclusive; both lead to the gate. A dot leads to its run, of a gate's median to the first; of many points the newest have a dot.</p>\n",
                            escape_html(what.request.metric), escape_html(what.series.front().metric->help));
    std::string pages;
    if (what.page > 0) pages += history_link(what.request, what.page - 1, "before");
    if (what.pages > 1) pages += fmt::format("page {} of {} ", what.page + 1, what.pages);
    if (what.page + 1 < what.pages) pages += history_link(what.request, what.page + 1, "next");
    std::string rows;
    for (const auto& series : what.series) rows += history_row(series, what.pins, what.links);
    if (!rows.empty()) body += pages + table("A row a cell; what was noticed of it is below its line", {"cell", "the points, the oldest at the left", "last"}, rows);
    return page("diobench: history", body + pages);
}

}  // namespace diobench
