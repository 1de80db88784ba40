// SPDX-License-Identifier: GPL-2.0-only
// The exporter of prometheus-cpp, with the pages and the files of the output
// folder on the same port.
#pragma once

#include <memory>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/serve/store_families.h"

namespace diobench {

inline constexpr std::string_view kMetricsPath = "/metrics";
inline constexpr std::string_view kAllMetricsPath = "/metrics/all";  ///< however many samples that are

struct ServeOptions {
    std::string address = "127.0.0.1";  ///< of the interface; "0.0.0.0": all
    int port = 9750;                    ///< 0: any that is free
    fs::path output;                    ///< folder of the runs; its files are handed out
    fs::path nights;                    ///< output folder of nightly.toml; empty: nights are looked for in `output` alone
    StoreAddress store;
    ServeContent content;
};

/// Answers until destroyed. One at a time in a process: the HTTP library's callback knows no other.
class Server {
public:
    /// A port that is taken, an address that is none of this host, and a folder that is not there are errors.
    [[nodiscard]] static Result<Server> start(ServeOptions options);
    Server(Server&&) noexcept;
    Server& operator=(Server&&) = delete;
    ~Server();

    [[nodiscard]] int port() const;

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace diobench
