#ifndef SEKISHO_TESTS_BENCH_DECIDE_H_
#define SEKISHO_TESTS_BENCH_DECIDE_H_

#include <vector>

#include "tests/bench/figures.h"

namespace sekisho::bench {

// core::Decide on policies of 10 to 100,000 rules, beside libusbguard's getFirstMatchingRule on the
// same rules and devices where this build has it. Throws when the two disagree on a device.
std::vector<Figure> MeasureDecide();

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_DECIDE_H_
