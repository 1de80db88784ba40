// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/near_lines.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <unordered_map>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

/// Below this the place has hardly more in common with the hunk than any other.
constexpr double kSimilar = 0.3;

std::string without_space(std::string_view line) {
    std::string out;
    for (unsigned char c : line)
        if (std::isspace(c) == 0) out += static_cast<char>(c);
    return out;
}

/// A line's share in the likeness of two places: braces and blank lines are everywhere.
double weight_of(const std::string& squeezed) { return squeezed.size() <= 2 ? 0.1 : 1.0; }

/// Lines as numbers, equal if the lines are equal but for white space.
class LineNumbers {
public:
    std::vector<int> of(const std::vector<std::string>& lines) {
        std::vector<int> out;
        for (const auto& line : lines) out.push_back(ids_.emplace(without_space(line), static_cast<int>(ids_.size())).first->second);
        return out;
    }

private:
    std::unordered_map<std::string, int> ids_;
};

/// The start at which most of `old` stands line by line; may be negative when the top of the hunk is missing.
long best_start(const std::vector<int>& file, const std::vector<int>& old, const std::vector<double>& weight, size_t expected) {
    const auto file_size = static_cast<long>(file.size());
    const auto old_size = static_cast<long>(old.size());
    const auto want = static_cast<long>(expected);
    long best = want;
    double best_score = -1;
    for (long start = 1 - old_size; start < file_size; ++start) {
        double score = 0;
        const long begin = std::max(0L, -start);
        const long end = std::min(old_size, file_size - start);
        for (long i = begin; i < end; ++i)
            if (old[static_cast<size_t>(i)] == file[static_cast<size_t>(start + i)]) score += weight[static_cast<size_t>(i)];
        const bool nearer = std::abs(start - want) < std::abs(best - want);
        if (score > best_score + 1e-9 || (score > best_score - 1e-9 && nearer)) {
            best_score = score;
            best = start;
        }
    }
    return best;
}

/// Tables larger than this are not made: a hunk of thousands of lines is compared line by line only.
constexpr size_t kLargestTable = size_t{4} << 20;

/// Each old line with the one opposite, the first standing at `start`.
std::vector<std::optional<size_t>> opposite(const std::vector<int>& file, long start, const std::vector<int>& old) {
    std::vector<std::optional<size_t>> out(old.size());
    for (size_t i = 0; i < old.size(); ++i) {
        const long at = start + static_cast<long>(i);
        if (at >= 0 && at < static_cast<long>(file.size()) && file[static_cast<size_t>(at)] == old[i]) out[i] = static_cast<size_t>(at);
    }
    return out;
}

/// The heaviest common subsequence of `old` and file[from, to): for each old line its line in the file.
std::vector<std::optional<size_t>> align(const std::vector<int>& file, size_t from, size_t to, const std::vector<int>& old, const std::vector<double>& weight, long start) {
    const size_t rows = old.size();
    const size_t columns = to - from;
    std::vector<double> best((rows + 1) * (columns + 1), 0.0);
    auto at = [&](size_t i, size_t j) -> double& { return best[i * (columns + 1) + j]; };
    // Of blank lines and braces, which are everywhere, the one opposite.
    auto worth = [&](size_t i, size_t j) { return weight[i] + (static_cast<long>(from + j) == start + static_cast<long>(i) ? 0.01 : 0.0); };
    for (size_t i = rows; i-- > 0;)
        for (size_t j = columns; j-- > 0;) {
            at(i, j) = std::max(at(i + 1, j), at(i, j + 1));
            if (old[i] == file[from + j]) at(i, j) = std::max(at(i, j), at(i + 1, j + 1) + worth(i, j));
        }
    std::vector<std::optional<size_t>> out(rows);
    for (size_t i = 0, j = 0; i < rows && j < columns;) {
        if (old[i] == file[from + j] && at(i, j) <= at(i + 1, j + 1) + worth(i, j) + 1e-9) {
            out[i++] = from + j++;
        } else if (at(i + 1, j) >= at(i, j + 1)) {
            ++i;
        } else {
            ++j;
        }
    }
    return out;
}

/// Share of pairs of neighbouring characters that two lines have in common, 0 to 1 (Dice's coefficient).
double likeness(const std::string& a, const std::string& b) {
    const std::string x = without_space(a);
    const std::string y = without_space(b);
    if (x.size() < 2 || y.size() < 2) return x == y ? 1 : 0;
    std::map<std::string, int> pairs;
    for (size_t i = 0; i + 1 < x.size(); ++i) ++pairs[x.substr(i, 2)];
    int common = 0;
    for (size_t i = 0; i + 1 < y.size(); ++i)
        if (auto at = pairs.find(y.substr(i, 2)); at != pairs.end() && at->second > 0) {
            --at->second;
            ++common;
        }
    return 2.0 * common / static_cast<double>(x.size() + y.size() - 2);
}

/// The line of file[from, to] that is most like `line`.
size_t most_like(const std::vector<std::string>& file, size_t from, size_t to, const std::string& line) {
    size_t best = from;
    double best_likeness = -1;
    for (size_t i = from; i <= to && i < file.size(); ++i)
        if (const double value = likeness(file[i], line); value > best_likeness) {
            best_likeness = value;
            best = i;
        }
    return best;
}

/// Where the missing line would stand: among what is between its neighbours' places.
size_t centre_of(const std::vector<std::string>& file, const NearPlace& place, const std::vector<std::string>& old, size_t missing) {
    size_t from = place.first;
    size_t to = place.last;
    for (size_t i = 0; i < missing; ++i)
        if (place.match[i]) from = *place.match[i] + 1;
    for (size_t i = old.size(); i-- > missing + 1;)
        if (place.match[i]) to = *place.match[i] == 0 ? 0 : *place.match[i] - 1;
    if (place.match[missing]) return *place.match[missing];
    if (from > to) return std::min(from, file.size() - 1);
    return most_like(file, from, to, old[missing]);
}

std::string show_three(const std::vector<std::string>& file, size_t centre) {
    size_t first = centre == 0 ? 0 : centre - 1;
    first = std::min(first, file.size() > 3 ? file.size() - 3 : 0);
    std::string out;
    for (size_t i = first; i < std::min(first + 3, file.size()); ++i) out += fmt::format("\n  {:>6}: {}", i + 1, file[i]);
    return out;
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text) {
    if (text.empty()) return {};
    if (text.ends_with('\n')) text.remove_suffix(1);
    return split(text, '\n');
}

std::optional<size_t> find_exactly(const std::vector<std::string>& file, const std::vector<std::string>& old_lines, size_t expected, size_t from) {
    std::optional<size_t> best;
    auto distance = [&](size_t at) { return at > expected ? at - expected : expected - at; };
    for (size_t start = from; start + old_lines.size() <= file.size(); ++start)
        if (std::equal(old_lines.begin(), old_lines.end(), file.begin() + static_cast<std::ptrdiff_t>(start)) && (!best || distance(start) < distance(*best)))
            best = start;
    return best;
}

NearPlace find_near(const std::vector<std::string>& file, const std::vector<std::string>& old_lines, size_t expected) {
    NearPlace out;
    out.match.resize(old_lines.size());
    if (file.empty() || old_lines.empty()) {
        if (!old_lines.empty()) out.missing = 0;
        return out;
    }
    LineNumbers numbers;
    const auto old = numbers.of(old_lines);
    const auto all = numbers.of(file);
    std::vector<double> weight;
    double total = 0;
    for (const auto& line : old_lines) total += weight.emplace_back(weight_of(without_space(line)));
    const long start = best_start(all, old, weight, expected);
    const auto reach = static_cast<long>(old.size() / 2 + 8);
    const auto from = static_cast<size_t>(std::clamp(start - reach, 0L, static_cast<long>(file.size()) - 1));
    const auto to = static_cast<size_t>(std::clamp(start + static_cast<long>(old.size()) + reach, static_cast<long>(from) + 1, static_cast<long>(file.size())));
    out.match = old.size() * (to - from) > kLargestTable ? opposite(all, start, old) : align(all, from, to, old, weight, start);
    out.first = file.size();
    bool all_there = true;
    for (size_t i = 0; i < old.size(); ++i) {
        if (out.match[i]) {
            out.similarity += weight[i] / total;
            out.first = std::min(out.first, *out.match[i]);
            out.last = *out.match[i];
        } else {
            all_there = false;
        }
        const bool exact = out.match[i] && file[*out.match[i]] == old_lines[i];
        if (!exact && !out.missing) out.missing = i;
    }
    if (out.first == file.size()) out.first = out.last = std::min(expected, file.size() - 1);
    out.only_white_space = all_there && out.missing && out.last - out.first + 1 == old.size();
    return out;
}

std::string describe_near(const std::vector<std::string>& file, const Hunk& hunk) {
    const auto old = hunk.old_lines();
    if (file.empty()) return "the file is empty";
    const size_t expected = hunk.old_line == 0 ? 0 : hunk.old_line - 1;
    const NearPlace place = find_near(file, old, expected);
    if (!place.missing) {
        // All lines are there, with others in between.
        size_t gap = 0;
        while (gap + 1 < old.size() && *place.match[gap] + 1 == *place.match[gap + 1]) ++gap;
        return fmt::format("its lines are there, but not one after the other; the nearest place is lines {}-{}, and after \"{}\" it reads{}", place.first + 1,
                           place.last + 1, trim(old[gap]), show_three(file, std::min(*place.match[gap] + 1, file.size() - 1)));
    }
    const size_t missing = *place.missing;
    const std::string line(trim(old[missing]));
    if (place.similarity < kSimilar)
        return fmt::format("its line \"{}\" is not there, nor most of the others; the lines most like it are{}", line,
                           show_three(file, most_like(file, 0, file.size() - 1, old[missing])));
    if (place.only_white_space)
        return fmt::format("its lines are there, but with other white space, from \"{}\" on (did a mail program turn tabs into blanks?); the nearest place is lines {}-{}{}",
                           line, place.first + 1, place.last + 1, show_three(file, centre_of(file, place, old, missing)));
    return fmt::format("its line \"{}\" is not there; the nearest place is lines {}-{}{}", line, place.first + 1, place.last + 1,
                       show_three(file, centre_of(file, place, old, missing)));
}

}  // namespace diobench
