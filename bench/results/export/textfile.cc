// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/textfile.h"

#include <charconv>
#include <fmt/format.h>
#include <memory>
#include <prometheus/collectable.h>
#include <prometheus/gateway.h>
#include <unistd.h>

namespace diobench {

namespace {

constexpr const char* kJob = "diobench";

class FixedFamilies : public prometheus::Collectable {
public:
    explicit FixedFamilies(Families families) : families_(std::move(families)) {}
    [[nodiscard]] Families Collect() const override { return families_; }

private:
    Families families_;
};

std::string host_name() {
    char name[256] = "";
    (void)gethostname(name, sizeof name - 1);
    return name;
}

bool is_port(const std::string& text) {
    unsigned port = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    return ec == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

}  // namespace

Result<Families> textfile_families(const Results& results, std::function<bool(const CellResult&, const Metric&)> wanted) {
    PrometheusContent content;
    content.wanted = std::move(wanted);
    content.with_histogram = [](const CellResult&) { return false; };
    content.status = PrometheusContent::Status::counts;
    auto families = prometheus_families(results, content);
    if (!families) return families;
    if (const size_t samples = sample_count(*families); samples > kMostTextfileSamples)
        return fail("export to Prometheus", results.run.id, fmt::format("{} samples are more than a textfile or a push should carry ({}): let gate.toml name fewer "
                                                                        "cells, or scrape 'diobench serve'", samples, kMostTextfileSamples));
    return families;
}

Status write_textfile(const fs::path& file, const Families& families) {
    if (file.extension() != ".prom") return fail("write textfile", file.string(), "the node exporter reads only files whose names end in .prom");
    return write_file_atomic(file, prometheus_text(families));
}

Result<PushTarget> parse_push_target(const std::string& url, const std::string& instance) {
    const auto scheme_end = url.find("://");
    const std::string scheme = scheme_end == std::string::npos ? "http" : url.substr(0, scheme_end);
    std::string rest = scheme_end == std::string::npos ? url : url.substr(scheme_end + 3);
    if (rest.ends_with('/')) rest.pop_back();
    const auto colon = rest.rfind(':');
    if ((scheme != "http" && scheme != "https") || colon == std::string::npos || colon == 0 || rest.find('/') != std::string::npos || !is_port(rest.substr(colon + 1)))
        return fail("push", url, "this is no address of a Pushgateway; give http://HOST:PORT");
    return PushTarget{scheme + "://" + rest.substr(0, colon), rest.substr(colon + 1), instance.empty() ? host_name() : instance};
}

Status push(const PushTarget& target, const Families& families) {
    auto fixed = std::make_shared<FixedFamilies>(families);
    prometheus::Gateway gateway(target.host, target.port, kJob, {{"instance", target.instance}});
    gateway.RegisterCollectable(fixed);
    const int status = gateway.Push();
    if (status == 200 || status == 202) return {};
    const std::string what = status < 100 ? "nothing answers there" : fmt::format("it answered with HTTP status {}", status);
    return fail("push to", fmt::format("{}:{}", target.host, target.port), what);
}

}  // namespace diobench
