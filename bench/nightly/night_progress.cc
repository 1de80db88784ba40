// SPDX-License-Identifier: GPL-2.0-only
#include "bench/nightly/night_progress.h"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>

namespace diobench {

namespace {

constexpr auto kHeartbeat = std::chrono::seconds(30);

}  // namespace

NightProgress::NightProgress(fs::path folder, const NightRecord& night) : folder_(std::move(folder)) {
    state_.kind = "night";
    state_.id = night.id;
    state_.suite = night.suite;
    state_.machine = night.machine;
    state_.state = "running";
    state_.started_at = night.started_at;
    heart_ = std::jthread([this](std::stop_token stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            write();
            wake_.wait_for(lock, stop, kHeartbeat, [] { return false; });
        }
    });
}

NightProgress::~NightProgress() {
    heart_.request_stop();
    heart_.join();
    state_.state = "ended";
    write();
}

void NightProgress::stage(std::string_view stage, std::string_view what) {
    std::lock_guard lock(mutex_);
    state_.stage = stage;
    state_.what = what;
    state_.done = state_.total = 0;
    write();
}

void NightProgress::update(size_t done, size_t total, std::string_view what) {
    std::lock_guard lock(mutex_);
    state_.done = static_cast<int64_t>(done);
    state_.total = static_cast<int64_t>(total);
    state_.what = what;
}

void NightProgress::finish(ExitCode exit_code) {
    std::lock_guard lock(mutex_);
    state_.exit_code = static_cast<int>(exit_code);
}

void NightProgress::write() {
    state_.updated_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    (void)write_progress_file(folder_, state_);  // who looks sees that it became stale
}

}  // namespace diobench
