// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/run_progress.h"

#include <chrono>
#include <ctime>

#include "bench/common/base/utc.h"

namespace diobench {

namespace {

constexpr auto kInterval = std::chrono::seconds(5);
constexpr auto kHeartbeat = std::chrono::seconds(30);

}  // namespace

RunProgress::RunProgress(fs::path folder, ProgressState begun) : folder_(std::move(folder)), state_(std::move(begun)) {
    state_.state = "running";
    if (folder_.empty()) return;
    heart_ = std::jthread([this](std::stop_token stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            write();
            wake_.wait_for(lock, stop, kHeartbeat, [] { return false; });
        }
    });
}

RunProgress::~RunProgress() {
    heart_.request_stop();
    if (heart_.joinable()) heart_.join();
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
    if (std::chrono::steady_clock::now() - written_ > kInterval) write();
}

void RunProgress::finish(int exit_code) {
    std::lock_guard lock(mutex_);
    state_.exit_code = exit_code;
}

void RunProgress::write() {
    if (folder_.empty()) return;
    state_.updated_at = utc_text();
    written_ = std::chrono::steady_clock::now();
    (void)write_progress_file(folder_, state_);
}

}  // namespace diobench
