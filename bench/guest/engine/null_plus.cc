// SPDX-License-Identifier: GPL-2.0-only
// null-plus-0, null-plus-1000: the null engine with a loop of a known number of
// instructions in each read.  What the gate's self-test must see between the
// two is that number, nothing else: both are the same code, told apart by a
// count in memory.
#include "bench/guest/engine/null_queue.h"

namespace diobench {
namespace {

/// A turn of the loop below is two instructions.
constexpr uint64_t kTurnsOfNothing = 1;
constexpr uint64_t kTurnsOf1000 = kTurnsOfNothing + 1000 / 2;

/// Executes 2 * turns instructions.
inline void turn(uint64_t turns) {
#if defined(__x86_64__)
    asm volatile("1: dec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
#else
    while (turns-- != 0) asm volatile("");
#endif
}

template <uint64_t turns>
class CountedQueue : public NullQueue {
public:
    static Result<std::unique_ptr<CountedQueue>> create(const ReadPlan& plan) { return std::unique_ptr<CountedQueue>(new CountedQueue(plan)); }
    void stage(unsigned slot, const Request& request) {
        turn(turns_);
        NullQueue::stage(slot, request);
    }

private:
    using NullQueue::NullQueue;
    volatile uint64_t turns_ = turns;  // read anew each time: the compiler must not know it
};

const EngineRegistration nothing({
    .name = "null-plus-0",
    .purpose = "for the gate's self-test: no I/O, as null-plus-1000 without the 1000",
    .max_iodepth = 1,
    .reads_file = false,
    .create = create_queue_engine<CountedQueue<kTurnsOfNothing>>,
});

const EngineRegistration thousand({
    .name = "null-plus-1000",
    .purpose = "for the gate's self-test: no I/O, 1000 instructions a read more than null-plus-0",
    .max_iodepth = 1,
    .reads_file = false,
    .create = create_queue_engine<CountedQueue<kTurnsOf1000>>,
});

}  // namespace
}  // namespace diobench
