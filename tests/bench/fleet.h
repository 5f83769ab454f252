#ifndef SEKISHO_TESTS_BENCH_FLEET_H_
#define SEKISHO_TESTS_BENCH_FLEET_H_

#include <vector>

#include "tests/bench/figures.h"
#include "tests/bench/ingest.h"

namespace sekisho::bench {

// A live fleet on one console, beside the same number of bare gRPC streams on a bare server:
// memory, idle time, a published policy, and grants while events come in.
std::vector<Figure> MeasureFleet(const BenchOptions& options);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_FLEET_H_
