// SPDX-License-Identifier: GPL-2.0-only
// The host's end of the record stream (bench/guest/record/record_wire.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace diobench {

/// Takes the stream in pieces of any size and hands out whole, checked records.
class RecordReader {
public:
    explicit RecordReader(std::function<void(std::string_view)> on_record) : on_record_(std::move(on_record)) {}

    void add(std::string_view bytes);
    /// Call once when nothing more will come: a rest without line end is a fault.
    void close();

    /// Records handed out so far.
    [[nodiscard]] uint64_t records() const { return records_; }
    [[nodiscard]] bool end_seen() const { return end_seen_; }
    /// True if the end record came, its count is right and nothing was faulty.
    [[nodiscard]] bool complete() const { return end_seen_ && fault_.empty(); }
    /// The first thing that was wrong, as one sentence; empty if nothing was.
    [[nodiscard]] const std::string& fault() const { return fault_; }

private:
    void take_line(std::string_view line);
    void take_end(std::string_view digits);
    void set_fault(std::string text);

    std::function<void(std::string_view)> on_record_;
    std::string rest_;
    std::string fault_;
    uint64_t lines_ = 0;
    uint64_t records_ = 0;
    bool end_seen_ = false;
};

}  // namespace diobench
