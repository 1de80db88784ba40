// SPDX-License-Identifier: GPL-2.0-only
#include "bench/run/run_progress.h"

#include <fmt/chrono.h>

namespace diobench {

namespace {

constexpr auto kInterval = std::chrono::seconds(5);

std::string now_text() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

RunProgress::RunProgress(fs::path folder, const Run& run) : folder_(std::move(folder)) {
    state_.kind = "run";
    state_.id = run.id;
    state_.suite = run.suite;
    state_.machine = run.machine;
    state_.state = "running";
    state_.started_at = run.started_at;
}

RunProgress::~RunProgress() {
    state_.state = "ended";
    write();
}

void RunProgress::stage(std::string_view stage, std::string_view what) {
    std::lock_guard lock(mutex_);
    state_.stage = stage;
    state_.what = what;
    state_.done = state_.total = 0;
    write();
}

void RunProgress::update(size_t done, size_t total, std::string_view what) {
    std::lock_guard lock(mutex_);
    state_.done = static_cast<int64_t>(done);
    state_.total = static_cast<int64_t>(total);
    state_.what = what;
    if (!written_ || std::chrono::steady_clock::now() - *written_ > kInterval) write();
}

void RunProgress::finish(int exit_code) { state_.exit_code = exit_code; }

void RunProgress::write() {
    if (folder_.empty()) return;
    state_.updated_at = now_text();
    written_ = std::chrono::steady_clock::now();
    (void)write_progress_file(folder_, state_);
}

}  // namespace diobench
