// SPDX-License-Identifier: GPL-2.0-only
// What shows the fault of a case without diobench: an image, and steps for the
// C program in reproduce/, which says what each step does.
#pragma once

#include <string>
#include <vector>

#include "bench/common/image/test_images.h"

namespace diobench {

struct Reproducer {
    std::string case_name;
    const TestImage* image = nullptr;
    std::vector<std::string> steps;  ///< "WHAT-IS-RIGHT STEP"
};

/// One for each case that can be said in such steps, by name.
[[nodiscard]] const std::vector<Reproducer>& all_reproducers();
/// The one of a case; an error names those that there are.
[[nodiscard]] Result<const Reproducer*> find_reproducer(const std::string& case_name);
/// What the program prints on a kernel that does each step right.
[[nodiscard]] std::string expected_output(const Reproducer& reproducer);

}  // namespace diobench
