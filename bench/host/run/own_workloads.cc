// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/own_workloads.h"

#include "bench/common/base/text.h"

namespace diobench {

std::string OwnWorkloads::options_text() const {
    std::string text;
    for (const auto& file : files) text += " --workload " + shell_text({file.string()});
    for (const auto& file : fio_jobs) text += " --fio-job " + shell_text({file.string()});
    for (const auto& [name, value] : fio_variables) text += " --set " + shell_text({name + "=" + value});
    if (strict_fio) text += " --strict-fio";
    if (reads_of_mixed) text += " --reads-of-mixed";
    return text;
}

}  // namespace diobench
