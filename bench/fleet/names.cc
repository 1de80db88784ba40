// SPDX-License-Identifier: GPL-2.0-only
#include "bench/fleet/names.h"

#include <cstdlib>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <random>
#include <unistd.h>

namespace diobench {

std::string node_name() {
    if (const char* given = std::getenv("DIOBENCH_NODE"); given != nullptr && *given != '\0') return given;
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "this-host";
}

std::string fresh_token() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string failed_log_name(const std::string& request, int64_t job, const std::string& claim) { return fmt::format("requests/{}/failed-{}-{:.8}.txt", request, job, claim); }
std::string answer_name(const std::string& request) { return fmt::format("requests/{}/answer.txt", request); }
std::string result_name(const std::string& request) { return fmt::format("requests/{}/result", request); }

std::string fresh_request_id(std::string_view command) {
    std::random_device random;
    return fmt::format("{:%Y%m%dT%H%M%S}-{}-{:04x}", fmt::gmtime(std::time(nullptr)), command, random() & 0xFFFF);
}

}  // namespace diobench
