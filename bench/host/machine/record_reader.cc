// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/record_reader.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

// "R 0123abcd payload": a letter, the checksum, the payload.
constexpr size_t kChecksumAt = 2;
constexpr size_t kPayloadAt = 11;

std::optional<uint64_t> parse_count(std::string_view text) {
    uint64_t value = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool well_formed(std::string_view line) {
    return line.size() >= kPayloadAt && (line[0] == 'R' || line[0] == 'E') && line[1] == ' ' &&
           line[kPayloadAt - 1] == ' ';
}

}  // namespace

void RecordReader::set_fault(std::string text) {
    if (fault_.empty()) fault_ = std::move(text);
}

void RecordReader::add(std::string_view bytes) {
    rest_ += bytes;
    size_t from = 0;
    for (size_t nl; (nl = rest_.find('\n', from)) != std::string::npos; from = nl + 1)
        take_line(std::string_view(rest_).substr(from, nl - from));
    rest_.erase(0, from);
}

void RecordReader::take_line(std::string_view line) {
    ++lines_;
    if (end_seen_) return set_fault(fmt::format("line {} came after the end record", lines_));
    if (!well_formed(line)) return set_fault(fmt::format("line {} is neither a record nor the end record", lines_));
    std::string_view payload = line.substr(kPayloadAt);
    // As text: a capital digit is damage too.
    if (line.substr(kChecksumAt, 8) != fmt::format("{:08x}", crc32c(payload)))
        return set_fault(fmt::format("the checksum of line {} does not match its {} bytes", lines_, payload.size()));
    if (line[0] == 'E') return take_end(payload);
    ++records_;
    if (on_record_) on_record_(payload);
}

void RecordReader::take_end(std::string_view digits) {
    end_seen_ = true;
    auto count = parse_count(digits);
    if (!count || *count != records_)
        set_fault(fmt::format("the end record counts {} records, {} came", digits, records_));
}

void RecordReader::close() {
    if (!rest_.empty())
        set_fault(fmt::format("the stream breaks off inside line {} after {} bytes", lines_ + 1, rest_.size()));
    rest_.clear();
    if (!end_seen_) set_fault(fmt::format("no end record after {} records", records_));
}

}  // namespace diobench
