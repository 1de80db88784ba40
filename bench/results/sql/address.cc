// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/sql/address.h"

namespace diobench {

StoreAddress StoreAddress::parse(std::string_view text) {
    StoreAddress out;
    if (text.starts_with("postgresql://") || text.starts_with("postgres://")) out.url_ = text;
    else out.file_ = fs::absolute(text);
    return out;
}

std::string StoreAddress::text() const {
    if (!is_postgresql()) return file_.string();
    const size_t begin = url_.find("://") + 3;
    std::string out = url_;
    // A password may stand before the host, and among the parameters.
    if (const size_t at = url_.substr(0, url_.find_first_of("/?", begin)).rfind('@'); at != std::string::npos)
        if (const size_t colon = url_.find(':', begin); colon < at) out.erase(colon, at - colon);
    if (const size_t parameter = out.find("password="); parameter != std::string::npos) out.replace(parameter, out.find('&', parameter) - parameter, "password=...");
    return out;
}

}  // namespace diobench
