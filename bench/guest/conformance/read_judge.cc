// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_judge.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

namespace diobench {

namespace {

/// Whether the terms name a cause of the error.
bool is_right_error(int error, const ReadTerms& terms, bool all_writable) {
    switch (error) {
    case EINVAL: return terms.may_be_invalid;
    case EFAULT: return !all_writable;
    case EAGAIN:
    case EOPNOTSUPP: return terms.nowait;
    case EIO: return terms.may_fail;
    case EINTR:
    case ECANCELED: return terms.may_be_cancelled;
    default: return false;
    }
}

std::string wrong_error(int error, std::span<const std::byte> found) {
    const bool untouched = error != EINVAL || std::all_of(found.begin(), found.end(), [](std::byte b) { return b == kPoison; });
    return untouched ? "" : "failed with EINVAL and wrote into the buffer all the same";
}

/// Of a read that returned a count.
std::string wrong_count(const Subject& subject, const ReadDone& done, uint64_t right, std::span<const std::byte> found, bool may_be_short) {
    const auto count = static_cast<uint64_t>(done.result);
    const bool is_short = count > 0 && count < right && count <= found.size();
    if (!may_be_short || !is_short) return fmt::format("returned {}; right is {}{}", count, right, may_be_short ? ", or some of it" : "");
    const auto wrong = wrong_bytes(subject, done.offset, found.first(count));
    return wrong.empty() ? wrong : fmt::format("returned {}: {}", count, wrong);
}

}  // namespace

std::string judge_read(const Subject& subject, const ReadDone& done, uint64_t length, std::span<const std::byte> found, const ReadTerms& terms) {
    const uint64_t right = subject.right_count(done.offset, length);
    const bool all_writable = found.size() == length;
    const bool whole = done.result >= 0 && static_cast<uint64_t>(done.result) == right && right <= found.size();
    // Memory behind what it returned is not looked at where a part of it cannot be written.
    if (whole) return check_read(subject, done, all_writable ? found : found.first(right));
    std::string wrong;
    if (done.result >= 0) wrong = wrong_count(subject, done, right, found, terms.nowait || terms.may_fail || terms.may_be_cancelled || !all_writable);
    else if (const int error = static_cast<int>(-done.result); is_right_error(error, terms, all_writable)) wrong = wrong_error(error, found);
    else wrong = fmt::format("{}; right is {}", result_text(done.result), right);
    return wrong.empty() ? wrong : describe(subject, done, length) + ": " + wrong;
}

}  // namespace diobench
