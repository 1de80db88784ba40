// SPDX-License-Identifier: GPL-2.0-only
#include "bench/cli/commands/program.h"

int main(int argc, char** argv) { return diobench::run_program(argc, argv); }
