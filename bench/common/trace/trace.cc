// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/trace/trace.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <unordered_map>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

constexpr std::string_view kLineShape = "time_us file offset length buffered|direct";
constexpr uint64_t kMaxOffsetBytes = INT64_MAX;

/// A parser's state: what was read so far and where it stands.
class TraceParser {
public:
    explicit TraceParser(std::string name) : name_(std::move(name)) {}

    [[nodiscard]] Status header(std::string_view line);
    [[nodiscard]] Status add(std::string_view line);
    [[nodiscard]] Result<Trace> finish() &&;

private:
    [[nodiscard]] tl::unexpected<Error> wrong(std::string_view text) const;
    [[nodiscard]] Result<uint64_t> number(std::string_view field, std::string_view what) const;
    [[nodiscard]] Result<uint64_t> time_ns(std::string_view field) const;
    [[nodiscard]] Result<std::string> path(std::string_view field) const;
    [[nodiscard]] Result<TraceRead> read(const std::vector<std::string>& fields);
    [[nodiscard]] Status plausible(const TraceRead& read, uint64_t length_bytes) const;
    [[nodiscard]] uint32_t file_index(const std::string& file);

    std::string name_;
    size_t line_ = 0;
    Trace trace_;
    std::unordered_map<std::string, uint32_t> indices_;
};

tl::unexpected<Error> TraceParser::wrong(std::string_view text) const {
    return fail("read trace", fmt::format("{}:{}", name_, line_), text);
}

Status TraceParser::header(std::string_view line) {
    line_ = 1;
    if (trim(line) != kTraceHeader) return wrong(fmt::format("the first line must be \"{}\"", kTraceHeader));
    return {};
}

Result<uint64_t> TraceParser::number(std::string_view field, std::string_view what) const {
    uint64_t value = 0;
    auto [end, ec] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (ec != std::errc() || end != field.data() + field.size())
        return wrong(fmt::format("\"{}\" is no {}: it must be a whole decimal number of bytes without a unit, such as 4096", field, what));
    return value;
}

/// Microseconds with up to three decimals, so that a nanosecond is not lost.
Result<uint64_t> TraceParser::time_ns(std::string_view field) const {
    uint64_t us = 0;
    const char* const last = field.data() + field.size();
    auto [end, ec] = std::from_chars(field.data(), last, us);
    uint64_t ns = 0;
    bool right = ec == std::errc() && !__builtin_mul_overflow(us, uint64_t{1000}, &ns);
    if (right && end != last) {
        const std::string decimals(end + 1, last);
        right = *end == '.' && !decimals.empty() && decimals.size() <= 3 && decimals.find_first_not_of("0123456789") == std::string::npos &&
                !__builtin_add_overflow(ns, std::stoull((decimals + "00").substr(0, 3)), &ns);
    }
    if (!right) return wrong(fmt::format("\"{}\" is no time: it must be microseconds since the start, such as 1500 or 1500.250", field));
    return ns;
}

/// Bytes that would end a field or a line, and '%' itself, are written %XX.
Result<std::string> unescape(std::string_view field) {
    std::string out;
    for (size_t i = 0; i < field.size(); ++i) {
        if (field[i] != '%') {
            out += field[i];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = field.substr(i + 1, 2);
        auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || ec != std::errc() || end != digits.data() + 2 || value == 0) return fail("", "", "");
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

std::string escape(std::string_view path) {
    std::string out;
    for (const char byte : path) {
        const auto c = static_cast<unsigned char>(byte);
        if (c <= ' ' || c == '%' || c == 0x7f) out += fmt::format("%{:02X}", c);
        else out += byte;
    }
    return out;
}

Result<std::string> TraceParser::path(std::string_view field) const {
    auto file = unescape(field);
    if (!file) return wrong(fmt::format("\"{}\" is no file: '%' must stand before two hexadecimal digits, such as %20 for a blank or %25 for '%'", field));
    if (file->starts_with('/'))
        return wrong(fmt::format("\"{}\" is an absolute path: files are named relative to the root of the data, such as bin/sh", field));
    for (const auto& part : split(*file, '/'))
        if (part.empty() || part == "." || part == "..")
            return wrong(fmt::format("\"{}\" is no plain path below the root: it must have no \"..\", no \".\" and no empty part, such as bin/sh", field));
    return file;
}

Status TraceParser::plausible(const TraceRead& read, uint64_t length_bytes) const {
    if (length_bytes < 1 || length_bytes > kMaxTraceReadBytes)
        return wrong(fmt::format("a length of {} bytes: it must be from 1 to {} (16 MiB)", length_bytes, kMaxTraceReadBytes));
    if (read.offset_bytes > kMaxOffsetBytes - length_bytes)
        return wrong(fmt::format("offset {} and length {} end behind the largest file offset, {}", read.offset_bytes, length_bytes, kMaxOffsetBytes));
    if (!trace_.reads.empty() && read.time_ns < trace_.reads.back().time_ns)
        return wrong("its time is before that of the read above: the lines must be in the order of time");
    if (read.direct && (read.offset_bytes % kTraceDirectAlignmentBytes != 0 || length_bytes % kTraceDirectAlignmentBytes != 0))
        return wrong(fmt::format("a direct read of {} bytes at {}: offset and length must be multiples of {}", length_bytes, read.offset_bytes,
                                 kTraceDirectAlignmentBytes));
    return {};
}

uint32_t TraceParser::file_index(const std::string& file) {
    auto [at, added] = indices_.try_emplace(file, static_cast<uint32_t>(trace_.files.size()));
    if (added) trace_.files.push_back(file);
    return at->second;
}

Result<TraceRead> TraceParser::read(const std::vector<std::string>& fields) {
    auto time = time_ns(fields[0]);
    if (!time) return forward(time);
    auto file = path(fields[1]);
    if (!file) return forward(file);
    auto offset = number(fields[2], "offset");
    if (!offset) return forward(offset);
    auto length = number(fields[3], "length");
    if (!length) return forward(length);
    if (fields[4] != "buffered" && fields[4] != "direct")
        return wrong(fmt::format("\"{}\": the last field must be buffered or direct", fields[4]));
    TraceRead read{*time, 0, *offset, 0, fields[4] == "direct"};
    if (auto s = plausible(read, *length); !s) return forward(s);
    read.length_bytes = static_cast<uint32_t>(*length);
    read.file = file_index(*file);
    return read;
}

Status TraceParser::add(std::string_view line) {
    ++line_;
    line = trim(line);
    if (line.empty() || line.front() == '#') return {};
    std::vector<std::string> fields;
    size_t from = 0;
    while ((from = line.find_first_not_of(" \t", from)) != std::string_view::npos) {
        const size_t to = std::min(line.find_first_of(" \t", from), line.size());
        fields.emplace_back(line.substr(from, to - from));
        from = to;
    }
    if (fields.size() != 5)
        return wrong(fmt::format("{} fields instead of 5: a line must be \"{}\", such as \"1500 bin/sh 0 4096 buffered\"", fields.size(), kLineShape));
    auto one = read(fields);
    if (!one) return forward(one);
    trace_.reads.push_back(*one);
    return {};
}

Result<Trace> TraceParser::finish() && {
    if (trace_.reads.empty()) return fail("read trace", name_, fmt::format("it has no read: lines must be \"{}\"", kLineShape));
    return std::move(trace_);
}

std::string time_text(uint64_t time_ns) {
    return time_ns % 1000 == 0 ? fmt::format("{}", time_ns / 1000) : fmt::format("{}.{:03}", time_ns / 1000, time_ns % 1000);
}

/// Adds reads to a summary of one file.
class FileSummary {
public:
    explicit FileSummary(TraceSummary& summary) : summary_(&summary) {}
    void add(const TraceRead& read) {
        if (summary_->reads++ == 0) first_ns_ = read.time_ns;
        else if (read.offset_bytes == next_bytes_) ++summary_->sequential_reads;
        next_bytes_ = read.offset_bytes + read.length_bytes;
        summary_->bytes += read.length_bytes;
        summary_->small_reads += read.length_bytes <= kSmallReadBytes ? 1 : 0;
        summary_->direct_reads += read.direct ? 1 : 0;
        summary_->end_bytes = std::max(summary_->end_bytes, next_bytes_);
        summary_->duration_ns = read.time_ns - first_ns_;
    }

private:
    TraceSummary* summary_;
    uint64_t first_ns_ = 0;
    uint64_t next_bytes_ = 0;
};

}  // namespace

Result<Trace> parse_trace(std::string_view text, const std::string& name) {
    TraceParser parser(name);
    bool first = true;
    while (first || !text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (auto s = first ? parser.header(line) : parser.add(line); !s) return forward(s);
        first = false;
    }
    return std::move(parser).finish();
}

Result<Trace> read_trace(const fs::path& path) {
    auto text = read_file(path);
    if (!text) return forward(text);
    return parse_trace(*text, path.string());
}

std::string format_trace(const Trace& trace, const std::vector<std::string>& comments) {
    std::string out = fmt::format("{}\n", kTraceHeader);
    for (const auto& comment : comments) out += fmt::format("# {}\n", comment);
    for (const auto& read : trace.reads)
        out += fmt::format("{} {} {} {} {}\n", time_text(read.time_ns), escape(trace.files.at(read.file)), read.offset_bytes, read.length_bytes,
                           read.direct ? "direct" : "buffered");
    return out;
}

uint64_t trace_read_bytes(const TraceRead& read, uint64_t size_bytes) {
    return read.offset_bytes >= size_bytes ? 0 : std::min<uint64_t>(read.length_bytes, size_bytes - read.offset_bytes);
}

Status check_trace_fits(const Trace& trace, const std::string& name, const TraceFileSize& size_of) {
    std::vector<uint64_t> sizes;
    for (const auto& file : trace.files) {
        auto size_bytes = size_of(file);
        if (!size_bytes) return fail("fit trace", name, fmt::format("it reads {}, and the data has no such file", file));
        sizes.push_back(*size_bytes);
    }
    for (const auto& read : trace.reads) {
        const uint64_t size_bytes = sizes[read.file];
        const uint64_t limit_bytes = read.direct ? (size_bytes + kTraceBlockBytes - 1) / kTraceBlockBytes * kTraceBlockBytes : size_bytes;
        if (read.offset_bytes < size_bytes && read.offset_bytes + read.length_bytes <= limit_bytes) continue;
        return fail("fit trace", name, fmt::format("it reads {} bytes at {} of {}, which has only {} bytes", read.length_bytes, read.offset_bytes,
                                                   trace.files[read.file], size_bytes));
    }
    return {};
}

std::vector<TraceSummary> summarize_trace_files(const Trace& trace) {
    std::vector<TraceSummary> summaries(trace.files.size());
    std::vector<FileSummary> adders;
    for (auto& summary : summaries) adders.emplace_back(summary);
    for (const auto& read : trace.reads) adders.at(read.file).add(read);
    return summaries;
}

TraceSummary summarize_trace(const Trace& trace) {
    TraceSummary all;
    for (const auto& one : summarize_trace_files(trace)) {
        all.reads += one.reads;
        all.bytes += one.bytes;
        all.small_reads += one.small_reads;
        all.direct_reads += one.direct_reads;
        all.sequential_reads += one.sequential_reads;
        all.end_bytes = std::max(all.end_bytes, one.end_bytes);
    }
    if (!trace.reads.empty()) all.duration_ns = trace.reads.back().time_ns - trace.reads.front().time_ns;
    return all;
}

}  // namespace diobench
