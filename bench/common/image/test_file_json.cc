// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/test_file_json.h"

namespace diobench {

nlohmann::json test_file_to_json(const TestFile& file) {
    auto holes = nlohmann::json::array();
    for (const Hole& hole : file.holes) holes.push_back({hole.first_block, hole.blocks});
    return {{"name", file.name}, {"file_id", file.file_id}, {"size_bytes", file.size_bytes}, {"holes", std::move(holes)},
            {"compressible", file.texture == Texture::compressible}};
}

TestFile test_file_from_json(const nlohmann::json& json) {
    TestFile file{json.at("name"), json.at("file_id"), json.at("size_bytes"), {},
                  json.at("compressible").get<bool>() ? Texture::compressible : Texture::random};
    for (const auto& hole : json.at("holes")) file.holes.push_back({hole.at(0), hole.at(1)});
    return file;
}

}  // namespace diobench
