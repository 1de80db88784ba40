// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/junit.h"

#include <fmt/format.h>

#include "bench/results/store/cells.h"

namespace diobench {

namespace {

/// For attributes and text; control characters that XML 1.0 cannot hold become '?'.
std::string escape_xml(std::string_view text) {
    std::string out;
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (c == '\n') out += "&#10;";
        else if (byte < 0x20 || byte == 0x7f) out += c == '\t' ? '\t' : '?';
        else out += c;
    }
    return out;
}

JunitCase of_kernel(const KernelResult& kernel) {
    JunitCase test{kernel.name, "kernel", kernel.build_seconds.value_or(0), JunitCase::Outcome::passed, "", ""};
    if (kernel.status == KernelStatus::ok) return test;
    test.outcome = JunitCase::Outcome::failed;
    test.kind = status_name(kernel.status);
    test.reason = kernel.reason;
    return test;
}

JunitCase of_case(const KernelResult& kernel, const ConformanceEntry& entry) {
    JunitCase test{kernel.name, entry.case_name, entry.seconds, JunitCase::Outcome::passed, std::string(status_name(entry.status)), entry.reason};
    if (entry.status == ConformanceStatus::pass) return test;
    const bool failed = entry.status == ConformanceStatus::fail && !entry.known;
    test.outcome = failed ? JunitCase::Outcome::failed : JunitCase::Outcome::skipped;
    if (!entry.kernel_text.empty()) test.reason += "\n" + entry.kernel_text;
    return test;
}

JunitCase of_cell(const CellResult& cell) {
    JunitCase test{cell.kernel, cell.cell, cell.metric("seconds").value_or(0), JunitCase::Outcome::passed, "", cell.reason};
    if (cell.status == CellStatus::ok) return test;
    bool skipped = cell.status == CellStatus::unsupported || cell.known;
    test.outcome = skipped ? JunitCase::Outcome::skipped : JunitCase::Outcome::failed;
    test.kind = status_name(cell.status);
    if (cell.known) test.reason = "known: " + test.reason;
    return test;
}

std::string case_text(const JunitCase& test) {
    std::string head = fmt::format("  <testcase classname=\"diobench.{}\" name=\"{}\" time=\"{:.6f}\"", escape_xml(test.class_name),
                                   escape_xml(test.name), test.seconds);
    if (test.outcome == JunitCase::Outcome::passed) return head + "/>\n";
    if (test.outcome == JunitCase::Outcome::skipped)
        return fmt::format("{}><skipped message=\"{}: {}\"/></testcase>\n", head, escape_xml(test.kind), escape_xml(test.reason));
    const size_t end = test.reason.find('\n');
    const std::string message = escape_xml(test.reason.substr(0, end));
    if (end == std::string::npos) return fmt::format("{}><failure type=\"{}\" message=\"{}\"/></testcase>\n", head, escape_xml(test.kind), message);
    return fmt::format("{}><failure type=\"{}\" message=\"{}\">{}</failure></testcase>\n", head, escape_xml(test.kind), message, escape_xml(test.reason.substr(end + 1)));
}

}  // namespace

std::string junit_text(const Results& results) {
    std::vector<JunitCase> tests;
    for (const auto& kernel : results.kernels) {
        tests.push_back(of_kernel(kernel));
        for (const auto& entry : kernel.conformance) tests.push_back(of_case(kernel, entry));
    }
    for (const auto& cell : collapse_boots(results.cells)) tests.push_back(of_cell(cell));
    return junit_document({fmt::format("diobench.{}.{}", results.run.suite, results.run.machine), results.run.id, results.run.started_at, results.run.elapsed_s},
                          tests);
}

std::string junit_document(const JunitSuite& suite, const std::vector<JunitCase>& cases) {
    size_t failures = 0;
    size_t skipped = 0;
    std::string body;
    for (const auto& test : cases) {
        failures += test.outcome == JunitCase::Outcome::failed ? 1 : 0;
        skipped += test.outcome == JunitCase::Outcome::skipped ? 1 : 0;
        body += case_text(test);
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<testsuite name=\"{}\" id=\"{}\" timestamp=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
                       "skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuite>\n",
                       escape_xml(suite.name), escape_xml(suite.id), escape_xml(suite.started_at), cases.size(), failures, skipped,
                       suite.elapsed_s, body);
}

Status write_junit(const fs::path& file, const Results& results) { return write_file_atomic(file, junit_text(results)); }

}  // namespace diobench
