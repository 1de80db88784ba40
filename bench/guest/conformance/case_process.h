// SPDX-License-Identifier: GPL-2.0-only
// The process a case runs in.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <sys/types.h>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/guest/conformance/case.h"
#include "bench/guest/conformance/plan.h"

namespace diobench {

/// A case under way in a session and mount namespace of its own.
class CaseProcess {
public:
    [[nodiscard]] static Result<CaseProcess> start(const Case& one, uint64_t seed, DirectSupport direct);
    CaseProcess(CaseProcess&& other) noexcept;
    CaseProcess& operator=(CaseProcess&&) = delete;
    ~CaseProcess();

    /// What it found, once it has ended; a process that crashed or said
    /// nothing is a failure.  Nothing if the case's time limit passed.
    [[nodiscard]] std::optional<Finding> wait();
    /// Kills every process of the case and waits for their ends; the text
    /// names one that does not die, and where it is; empty if all are gone.
    [[nodiscard]] std::string kill_all();
    /// What it was doing last, if it said so.
    [[nodiscard]] std::string step() const { return step_; }

private:
    CaseProcess(pid_t pid, UniqueFd answer, char* step, unsigned limit_s)
        : pid_(pid), answer_(std::move(answer)), step_(step), limit_s_(limit_s) {}
    [[nodiscard]] Finding read_answer();
    pid_t pid_;
    UniqueFd answer_;
    char* step_;
    unsigned limit_s_;
    int status_ = 0;
};

}  // namespace diobench
