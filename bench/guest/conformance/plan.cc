// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/plan.h"

#include <array>

namespace diobench {

namespace {

constexpr std::array<std::string_view, 4> kSupportNames = {"unknown", "refused", "buffered", "direct"};

}  // namespace

std::string_view direct_support_name(DirectSupport support) { return kSupportNames.at(static_cast<size_t>(support)); }

Result<DirectSupport> parse_direct_support(std::string_view name) {
    for (size_t i = 0; i < kSupportNames.size(); ++i)
        if (name == kSupportNames[i]) return static_cast<DirectSupport>(i);
    return fail("read direct I/O support", name, "right are refused, buffered and direct");
}

nlohmann::json ConformancePlan::to_json() const {
    nlohmann::json images = nlohmann::json::object();
    for (const auto& [name, list] : damaged) {
        images[name] = nlohmann::json::array();
        for (const auto& one : list) images[name].push_back(one.to_json());
    }
    nlohmann::json choices = nlohmann::json::object();
    for (const auto& [name, choice] : scenes) choices[name] = choice.to_json();
    return {{"seed", seed}, {"direct", direct_support_name(direct)}, {"file_direct", direct_support_name(file_direct)}, {"config_symbols", config_symbols}, {"absent_features", absent_features}, {"cases", cases},
            {"keep_going", keep_going}, {"damaged", images}, {"scenes", choices}, {"stop_at_failure", stop_at_failure}};
}

Result<ConformancePlan> ConformancePlan::from_json(const nlohmann::json& json) {
    try {
        auto direct = parse_direct_support(json.at("direct").get<std::string>());
        if (!direct) return forward(direct);
        auto file_direct = parse_direct_support(json.at("file_direct").get<std::string>());
        if (!file_direct) return forward(file_direct);
        ConformancePlan out{json.at("seed"), *direct, *file_direct, json.at("config_symbols"), json.at("absent_features"), json.at("cases"), json.at("keep_going")};
        for (const auto& [name, list] : json.at("damaged").items())
            for (const auto& one : list) {
                auto image = DamagedImage::from_json(one);
                if (!image) return forward(image);
                out.damaged[name].push_back(std::move(*image));
            }
        for (const auto& [name, choice] : json.at("scenes").items()) out.scenes[name] = SceneChoice::from_json(choice);
        out.stop_at_failure = json.at("stop_at_failure");
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail("read", kConformancePlanFile, e.what(), ExitCode::invalid);
    }
}

}  // namespace diobench
