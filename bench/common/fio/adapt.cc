// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/fio/adapt.h"

#include <algorithm>
#include <map>
#include <set>

#include "bench/common/base/text.h"
#include "bench/common/fio/draft.h"
#include "bench/common/fio/job_option.h"

namespace diobench {

namespace {

/// Phases that are left, from 0 in the order in which they run; reads of both modes at a time would prove neither.
void number_phases(std::vector<FioDraft>& drafts, FioChanges& changes) {
    std::map<unsigned, std::vector<bool>> modes;  // of a phase, in their order
    for (const auto& draft : drafts) {
        auto& seen = modes[draft.phase];
        if (std::ranges::find(seen, draft.direct()) == seen.end()) seen.push_back(draft.direct());
    }
    std::map<std::pair<unsigned, bool>, unsigned> numbers;
    unsigned next = 0;
    for (const auto& [phase, seen] : modes)
        for (const bool direct : seen) numbers[{phase, direct}] = next++;
    for (auto& draft : drafts) {
        if (modes[draft.phase].size() > 1)
            changes.of(*draft.source, "a cell of its own", "direct and buffered reads at the same time would prove neither mode");
        draft.phase = numbers.at({draft.phase, draft.direct()});
    }
}

void note_phases(const std::vector<FioDraft>& drafts, FioChanges& changes) {
    const bool several = drafts.back().phase != drafts.front().phase || std::ranges::any_of(drafts, [&](const auto& draft) { return draft.phase != 0; });
    for (const auto& draft : drafts)
        for (const char* key : {"stonewall", "wait_for"})
            if (const auto* option = draft.source->find(key))
                changes.of(*option, several ? "cells of their own" : "dropped", several ? "phases run one after the other, each a cell" : "there is no other phase");
}

/// Said twice in a section, or of a job that is in no phase any more: only what is said last counts, as with fio.
void note_overridden(const FioScript& script, FioChanges& changes) {
    for (const auto& option : script.overridden) changes.of(option, "dropped", "it is said again below: fio takes the last");
}

std::string phase_text(const std::vector<FioDraft*>& jobs, const std::string& source) {
    std::string out = "; Adapted from " + plain_fio_name(fs::path(source).filename().string()) + " by diobench, which says what was changed.\n; By hand:";
    std::vector<unsigned> files;
    for (const FioDraft* draft : jobs) files.insert(files.end(), draft->files.begin(), draft->files.end());
    std::ranges::sort(files);
    files.erase(std::unique(files.begin(), files.end()), files.end());
    for (unsigned file : files) {
        const std::string variable = fio_file_variable(file);
        out += " " + variable.substr(2, variable.size() - 3) + "=/path/to/file" + std::to_string(file);
    }
    out += " fio --readonly THIS_FILE\n";
    for (const FioDraft* draft : jobs) {
        out += "\n[" + draft->name + "]\n";
        for (const auto& option : draft->options) out += option.key + "=" + option.value + "\n";
    }
    return out;
}

Result<FioPhase> make_phase(const std::vector<FioDraft*>& jobs, const std::string& name, const std::string& source, const FioSurroundings& around) {
    FioPhase out;
    out.name = name;
    out.text = phase_text(jobs, source);
    auto read = parse_fio_job_file(out.text, name);
    if (!read) return forward(read);
    out.jobs = std::move(*read);
    double reads = 0;
    for (const FioDraft* draft : jobs) {
        out.pre_read = out.pre_read || (draft->pre_read && !draft->direct());
        reads += estimated_fio_reads(*draft, around);
    }
    // A time alone says nothing of how many there are; some ten microseconds a read are usual.
    if (const auto runtime = out.jobs.jobs.front().runtime_ns; runtime) reads = std::min(std::max(reads, 1.0), static_cast<double>(*runtime) / 1e4);
    out.estimated_reads = std::max<uint64_t>(out.jobs.threads(), static_cast<uint64_t>(reads));
    return out;
}

std::string name_of_phase(const std::vector<FioDraft*>& jobs, size_t number) {
    const bool one = std::ranges::all_of(jobs, [&](const FioDraft* draft) { return draft->source == jobs.front()->source; });
    return one ? jobs.front()->name.substr(0, jobs.size() > 1 ? jobs.front()->name.rfind('.') : std::string::npos) : "phase" + std::to_string(number + 1);
}

std::string what_was_left_out(const std::vector<FioChange>& changes) {
    std::vector<std::string> out;
    for (const auto& change : changes)
        if (change.became == "left out") out.push_back(change.option + " (" + change.why + ")");
    constexpr size_t kNamed = 3;
    const size_t more = out.size() > kNamed ? out.size() - kNamed : 0;
    out.resize(out.size() - more);
    return join(out, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::string fitted(const std::string& text, size_t width) { return text.size() <= width ? text : text.substr(0, width - 3) + "..."; }

/// In lines of at most `width`, `indent` columns before each but the first.
std::string folded(std::string_view text, size_t width, size_t indent) {
    std::string out;
    size_t column = 0;
    for (const auto& word : split(text, ' ')) {
        if (column != 0 && column + 1 + word.size() > width) {
            out += "\n" + std::string(indent, ' ');
            column = 0;
        }
        if (column != 0) out += ' ';
        out += word;
        column += (column != 0 ? 1 : 0) + word.size();
    }
    return out;
}

}  // namespace

Result<AdaptedFio> adapt_fio_script(const FioScript& script, const FioSurroundings& around) {
    FioChanges changes;
    note_overridden(script, changes);
    auto drafts = select_fio_jobs(script, around.mixed, changes);
    for (auto& draft : drafts) adapt_options(draft, changes);
    if (!drafts.empty()) {
        adapt_files(drafts, around.file_bytes.size(), changes);
        adapt_sizes(drafts, around, changes);
        number_phases(drafts, changes);
        note_phases(drafts, changes);
    }
    std::map<unsigned, std::vector<FioDraft*>> phases;
    for (auto& draft : drafts) phases[draft.phase].push_back(&draft);
    for (auto& [number, jobs] : phases) adapt_load(jobs, around, changes);
    auto said = changes.take();
    if (!said) return forward(said);
    if (drafts.empty()) return fail("read fio job", script.name, "nothing is left of it to read: " + what_was_left_out(*said));
    AdaptedFio out;
    std::set<std::string> names;
    for (const auto& [number, jobs] : phases) {
        auto phase = make_phase(jobs, unique_fio_name(name_of_phase(jobs, number), names), script.name, around);
        if (!phase) return forward(phase);
        out.phases.push_back(std::move(*phase));
    }
    out.changes = std::move(*said);
    return out;
}

Status refuse_changes(const std::vector<FioChange>& changes) {
    Faults faults;
    for (const auto& change : changes)
        faults.add(fail("read fio job", change.file + ":" + std::to_string(change.line), change.option + ": " + change.why + " (--strict-fio; it would be: " + change.became + ")"));
    return faults.status();
}

std::string changes_text(const std::vector<FioChange>& changes, size_t width) {
    constexpr size_t kWidestOption = 34;
    size_t line = 4;
    size_t option = 6;
    size_t became = 6;
    for (const auto& change : changes) {
        line = std::max(line, std::to_string(change.line).size());
        option = std::max(option, std::min(change.option.size(), kWidestOption));
        became = std::max(became, std::min(change.became.size(), kWidestOption));
    }
    auto padded = [](std::string text, size_t to) { return text.append(to > text.size() ? to - text.size() : 0, ' '); };
    const size_t before = line + option + became + 6;
    const size_t rest = std::max<size_t>(width > before ? width - before : 0, 30);
    std::string out = padded("line", line) + "  " + padded("option", option) + "  " + padded("became", became) + "  why\n";
    for (const auto& change : changes) {
        const std::string number = std::to_string(change.line);
        out += std::string(line - number.size(), ' ') + number + "  " + padded(fitted(change.option, option), option) + "  " + padded(fitted(change.became, became), became) + "  " +
               folded(change.why, rest, before) + "\n";
    }
    return out;
}

}  // namespace diobench
