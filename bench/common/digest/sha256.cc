// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/digest/sha256.h"

// Apart from text.cc because only the host side links OpenSSL.
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <openssl/evp.h>
#include <span>
#include <unistd.h>
#include <vector>

#include "bench/common/base/fd.h"

namespace diobench {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string as_text(std::span<const unsigned char> digest) {
    std::string out;
    for (unsigned char byte : digest) out += fmt::format("{:02x}", byte);
    return out;
}

}  // namespace

std::string sha256_hex(std::string_view data) {
    Digest digest{};
    unsigned int length = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr);
    return as_text(std::span(digest).first(length));
}

Result<std::string> sha256_of_file(const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_RDONLY);
    if (!fd) return forward(fd);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    std::vector<char> buffer(256 << 10);
    for (;;) {
        const ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("read", path.string());
        if (n == 0) break;
        EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(n));
    }
    Digest digest{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &length);
    return as_text(std::span(digest).first(length));
}

}  // namespace diobench
