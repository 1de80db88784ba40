// SPDX-License-Identifier: GPL-2.0-only
// diobench serve: metrics for Prometheus, and pages for people.
#include <fmt/format.h>
#include <memory>
#include <poll.h>
#include <unistd.h>

#include "bench/cli/commands/command.h"
#include "bench/cli/commands/gate_metrics.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/host/kernel/series.h"
#include "bench/results/serve/server.h"

namespace diobench {

namespace {

struct ServeArguments {
    ServeOptions options;
    int max_age_days = 14;
    bool all_metrics = false;
};

Result<ExitCode> serve(ServeOptions options, bool all_metrics) {
    auto revises = known_revisions();
    if (!revises) return forward(revises);
    options.content.revises = std::move(*revises);
    auto wanted = gate_metrics();
    if (!wanted) return forward(wanted);
    auto names = gate_metric_names();
    if (!names) return forward(names);
    options.content.metrics = std::move(*names);
    if (all_metrics) options.content.most_samples.reset();
    else options.content.wanted = *wanted;
    options.store = default_store();
    const std::string address = options.address;
    auto server = Server::start(std::move(options));
    if (!server) return forward(server);
    fmt::print("http://{}:{}/\n", address, server->port());
    std::fflush(stdout);
    pollfd wait{interrupt_fd(), POLLIN, 0};
    while (!interrupted()) (void)poll(&wait, 1, -1);
    return ExitCode::ok;
}

}  // namespace

void register_serve_command(CLI::App& app, CommandContext& context) {
    auto arguments = std::make_shared<ServeArguments>();
    ServeOptions& options = arguments->options;
    options.output = "out";
    auto* command = app.add_subcommand("serve", "Serve /metrics for Prometheus, the reports and the history, until Ctrl-C");
    command->footer("Examples:\n"
                    "  diobench serve --address 0.0.0.0\n"
                    "Prometheus: scrape_configs: [{job_name: diobench, static_configs: [{targets: ['HOST:9750']}]}]; rules in reports/prometheus/.\n"
                    "/metrics has at most 10,000 samples: the numbers that gate, of headline reads first. /metrics/all has all.\n"
                    "There is no password: whoever reaches the port reads every run.");
    command->add_option("--port", options.port, "Port to listen on; 0: any that is free")->check(CLI::Range(0, 65535))->capture_default_str();
    command->add_option("--address", options.address, "Address to listen on; 0.0.0.0: all")->capture_default_str();
    command->add_option("--out", options.output, "Folder of the runs, whose files are handed out")->capture_default_str();
    command->add_option("--nights", options.nights, "Output folder of nightly.toml: progress of a night, and its reports (default OUT/nights)")->check(CLI::ExistingDirectory)->option_text("FOLDER");
    command->add_option("--max-age", arguments->max_age_days, "Days after which a run is no last result any more")->check(CLI::Range(1, 3650))->capture_default_str();
    command->add_flag("--all-metrics", arguments->all_metrics, "At /metrics, too, everything that /metrics/all has, however many samples that are");
    command->callback([&context, arguments] {
        arguments->options.content.max_age_s = static_cast<int64_t>(arguments->max_age_days) * 24 * 3600;
        if (arguments->options.nights.empty()) arguments->options.nights = arguments->options.output / "nights";
        context.body = [arguments] { return serve(arguments->options, arguments->all_metrics); };
    });
}

}  // namespace diobench
