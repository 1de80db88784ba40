// SPDX-License-Identifier: GPL-2.0-only
// What each address of `serve` answers, from store and output folder.
#pragma once

#include <mutex>
#include <string>

#include "bench/results/serve/server.h"

namespace diobench {

/// What a request gets. Status 0: none of ours, the file of that name is handed out.
struct Answer {
    int status = 0;
    std::string content_type;
    std::string body;
};

/// Thread-safe; opens the store for each request, so it sees every run and holds no lock.
class Site {
public:
    explicit Site(ServeOptions options) : options_(std::move(options)) {}

    /// `path` without the query; it is decoded by the server.
    [[nodiscard]] Answer answer(const std::string& method, const std::string& path, const std::string& query);
    /// /metrics, or /metrics/all. What cannot be read is told by diobench_store_up and diobench_progress_up, and has no series of its own.
    [[nodiscard]] Families metrics(const ServeContent& content);
    [[nodiscard]] const ServeOptions& options() const { return options_; }

private:
    [[nodiscard]] Result<Families> store_part(const ServeContent& content);
    [[nodiscard]] Result<std::vector<ProgressState>> progress_states() const;
    [[nodiscard]] std::string address_of(const fs::path& file) const;
    [[nodiscard]] Result<std::string> runs();
    [[nodiscard]] Result<std::string> history(const std::string& query);
    [[nodiscard]] std::string lists() const;

    ServeOptions options_;
    std::mutex mutex_;  ///< one look at the store at a time
};

}  // namespace diobench
