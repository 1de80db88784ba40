// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/conformance_text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bench/common/base/terminal.h"
#include "bench/common/base/text.h"
#include "bench/results/compare/headline.h"

namespace diobench {

namespace {

// Of a kernel's report, in texts; all of it is in results.json and the page.
constexpr size_t kReportLines = 12;

std::string ink_text(std::string_view text, Colour colour, Ink ink) {
    return ink == Ink::terminal ? coloured(text, colour) : std::string(text);
}

struct Counts {
    size_t pass = 0, fail = 0, known = 0, skip = 0, note = 0;
};

Counts count(const KernelResult& kernel) {
    Counts out;
    for (const auto& entry : kernel.conformance) {
        switch (entry.status) {
            case ConformanceStatus::pass: ++out.pass; break;
            case ConformanceStatus::fail: ++(entry.known ? out.known : out.fail); break;
            case ConformanceStatus::skip: ++out.skip; break;
            case ConformanceStatus::note: ++out.note; break;
        }
    }
    return out;
}

std::string verdict(const KernelResult& kernel, const Counts& counts, Ink ink) {
    if (kernel.status == KernelStatus::build_failed) return ink_text("not built", Colour::red, ink);
    if (kernel.status != KernelStatus::ok) return ink_text("no machine", Colour::red, ink);
    if (counts.fail > 0) return ink_text("FAIL", Colour::red, ink);
    return ink_text(counts.known > 0 ? "as known" : "pass", counts.known > 0 ? Colour::yellow : Colour::green, ink);
}

/// Cases that say the same, and of one of them what the kernel printed.
struct Group {
    std::string reason;
    std::vector<std::string> cases;
    std::string kernel_text;
};

/// Of a known failure only why it is known: its details are no news, and stay in results.json and the page.
std::string reason_of(const ConformanceEntry& entry) {
    const size_t at = entry.known ? entry.reason.rfind("(known: ") : std::string::npos;
    return at == std::string::npos ? entry.reason : entry.reason.substr(at);
}

std::vector<Group> group(const KernelResult& kernel, ConformanceStatus status, bool known) {
    std::vector<Group> out;
    for (const auto& entry : kernel.conformance) {
        if (entry.status != status || entry.known != known) continue;
        const std::string reason = reason_of(entry);
        auto at = std::find_if(out.begin(), out.end(), [&](const Group& g) { return g.reason == reason; });
        if (at == out.end()) at = out.insert(out.end(), {reason, {}, known ? std::string() : entry.kernel_text});
        at->cases.push_back(entry.case_name);
    }
    return out;
}

std::string indent(std::string_view text, size_t columns, size_t most_lines) {
    std::string out;
    size_t lines = 0;
    for (const auto& line : split(text, '\n')) {
        if (++lines > most_lines) return out + std::string(columns, ' ') + "...\n";
        out += std::string(columns, ' ') + line + "\n";
    }
    return out;
}

/// Wraps each line of a text by itself.
std::string wrap_lines(std::string_view text, size_t width, size_t columns) {
    std::vector<std::string> out;
    for (const auto& line : split(text, '\n')) out.push_back(wrap_text(line, width, columns));
    return join(out, "\n" + std::string(columns, ' '));
}

std::string group_text(const Group& group, size_t width, Ink ink) {
    std::string out = "  " + ink_text(wrap_text(join(group.cases, ", "), width - 2, 4), Colour::bold, ink) + "\n";
    out += "      " + wrap_lines(group.reason, width - 6, 6) + "\n";
    if (!group.kernel_text.empty()) out += indent(group.kernel_text, 8, kReportLines);
    return out;
}

std::string section(const KernelResult& kernel, std::string_view title, ConformanceStatus status, bool known, Colour colour, size_t width, Ink ink) {
    auto groups = group(kernel, status, known);
    if (groups.empty()) return {};
    std::string out = "\n" + ink_text(fmt::format("{}: {}", kernel.name, title), colour, ink) + "\n";
    for (const auto& one : groups) out += group_text(one, width, ink);
    return out;
}

size_t name_width(const std::vector<KernelResult>& kernels) {
    size_t out = 6;
    for (const auto& kernel : kernels) out = std::max(out, kernel.name.size());
    return out;
}

}  // namespace

std::string conformance_text(const std::vector<KernelResult>& kernels, size_t width, Ink ink) {
    const size_t names = name_width(kernels);
    std::string out = fmt::format("{:<{}}  {:>5} {:>5} {:>6} {:>5} {:>5}  verdict\n", "kernel", names, "pass", "fail", "known", "skip", "note");
    for (const auto& kernel : kernels) {
        const Counts c = count(kernel);
        out += fmt::format("{:<{}}  {:>5} {:>5} {:>6} {:>5} {:>5}  {}\n", kernel.name, names, c.pass, c.fail, c.known, c.skip, c.note, verdict(kernel, c, ink));
    }
    for (const auto& kernel : kernels) {
        if (kernel.status != KernelStatus::ok) out += "\n" + kernel.name + ": " + wrap_text(kernel.reason, width - 4, 4) + "\n";
        out += section(kernel, "fails", ConformanceStatus::fail, false, Colour::red, width, ink);
        out += section(kernel, "known failures", ConformanceStatus::fail, true, Colour::yellow, width, ink);
        out += section(kernel, "notes", ConformanceStatus::note, false, Colour::dim, width, ink);
    }
    return out;
}

std::string new_failures_text(const KernelResult& kernel, size_t most_groups, size_t width, Ink ink) {
    const auto groups = group(kernel, ConformanceStatus::fail, false);
    std::string out;
    size_t rest = 0;
    for (size_t i = 0; i < groups.size(); ++i) {
        if (i < most_groups) out += group_text(groups[i], width, ink);
        else rest += groups[i].cases.size();
    }
    return rest == 0 ? out : out + fmt::format("  and {} more case{}\n", rest, rest == 1 ? "" : "s");
}

std::string mutants_text(const std::vector<KernelResult>& kernels, size_t width, Ink ink) {
    const size_t names = name_width(kernels);
    std::string out;
    for (const auto& kernel : kernels) {
        auto killer = std::find_if(kernel.conformance.begin(), kernel.conformance.end(), [](const ConformanceEntry& entry) {
            return entry.status == ConformanceStatus::fail && !entry.known;
        });
        if (kernel.status == KernelStatus::build_failed)
            out += fmt::format("{:<{}}  {}\n", kernel.name, names, ink_text("not built", Colour::red, ink));
        else if (killer != kernel.conformance.end())
            out += fmt::format("{:<{}}  {} {}\n    {}\n", kernel.name, names, ink_text("killed by", Colour::green, ink), killer->case_name,
                               wrap_text(killer->reason.substr(0, killer->reason.find('\n')), width - 4, 4));
        else if (kernel.status != KernelStatus::ok)
            out += fmt::format("{:<{}}  {}: {}\n", kernel.name, names, ink_text("no case ran", Colour::red, ink), kernel.reason);
        else
            out += fmt::format("{:<{}}  {}: {}\n", kernel.name, names, ink_text("SURVIVED", Colour::red, ink), kernel.purpose);
    }
    return out;
}

}  // namespace diobench
