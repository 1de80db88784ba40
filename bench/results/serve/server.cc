// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/server.h"

#include <CivetServer.h>
#include <atomic>
#include <fmt/format.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include "bench/results/serve/site.h"

namespace diobench {

namespace {

/// The server that a request callback belongs to: the HTTP library hands the exporter's own pointer to it, and none of ours.
std::atomic<Site*> serving{nullptr};

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::string_view reason_of(int status) {
    switch (status) {
    case 200: return "OK";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Internal Server Error";
    }
}

/// Called by the HTTP library before it looks for handlers and files; not 0: answered.
int answer_request(mg_connection* connection) {
    Site* site = serving.load();
    const mg_request_info* request = mg_get_request_info(connection);
    if (site == nullptr || request == nullptr) return 0;
    const Answer answer = site->answer(text_or_empty(request->request_method), text_or_empty(request->local_uri), text_or_empty(request->query_string));
    if (answer.status == 0) return 0;
    const std::string head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n", answer.status,
                                         reason_of(answer.status), answer.content_type, answer.body.size());
    mg_write(connection, head.data(), head.size());
    if (text_or_empty(request->request_method) != "HEAD") mg_write(connection, answer.body.data(), answer.body.size());
    return answer.status;
}

ServeContent everything(ServeContent content) {
    content.wanted = nullptr;
    content.most_samples.reset();
    return content;
}

class SiteMetrics : public prometheus::Collectable {
public:
    SiteMetrics(Site& site, ServeContent content) : site_(site), content_(std::move(content)) {}
    [[nodiscard]] Families Collect() const override { return site_.metrics(content_); }

private:
    Site& site_;
    ServeContent content_;
};

std::vector<std::string> http_options(const ServeOptions& options) {
    const std::string address = options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]";
    return {"listening_ports", fmt::format("{}:{}", address, options.port),
            "num_threads", "4",
            "document_root", fs::absolute(options.output).lexically_normal().string(),
            "enable_directory_listing", "no",
            // Nothing in the folder is ever run as a program.
            "cgi_pattern", "", "ssi_pattern", "",
            "extra_mime_types", ".prom=text/plain,.sh=text/plain,.toml=text/plain"};
}

}  // namespace

struct Server::State {
    explicit State(ServeOptions options) : site(std::move(options)), metrics(std::make_shared<SiteMetrics>(site, site.options().content)), all_metrics(std::make_shared<SiteMetrics>(site, everything(site.options().content))) {}
    ~State() {
        exposer.reset();  // no request is under way after this
        serving = nullptr;
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Site site;
    std::shared_ptr<prometheus::Collectable> metrics, all_metrics;
    CivetCallbacks callbacks;
    std::unique_ptr<prometheus::Exposer> exposer;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

int Server::port() const { return state_->exposer->GetListeningPorts().at(0); }

Result<Server> Server::start(ServeOptions options) {
    std::error_code ec;
    if (!fs::is_directory(options.output, ec))
        return fail("serve", options.output.string(), "this folder is not there: it is where 'diobench run' writes (--out of serve names another one)");
    const std::string where = fmt::format("{}:{}", options.address, options.port);
    const auto http = http_options(options);
    auto state = std::make_unique<State>(std::move(options));
    serving = &state->site;
    state->callbacks.begin_request = answer_request;
    try {
        state->exposer = std::make_unique<prometheus::Exposer>(http, &state->callbacks);
        state->exposer->RegisterCollectable(state->metrics, std::string(kMetricsPath));
        state->exposer->RegisterCollectable(state->all_metrics, std::string(kAllMetricsPath));
    } catch (const CivetException& e) {
        return fail("serve at", where, fmt::format("cannot listen there ({}): another program may have the port (--port), or the address is none of this host's", e.what()));
    }
    return Server(std::move(state));
}

}  // namespace diobench
