// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/digest/sha256.h"

// Apart from text.cc because only the host side links OpenSSL.
#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>

namespace diobench {

std::string sha256_hex(std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string out;
    for (unsigned int i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
}

}  // namespace diobench
