#ifndef SEKISHO_TESTS_BENCH_ENROL_H_
#define SEKISHO_TESTS_BENCH_ENROL_H_

#include <vector>

#include "tests/bench/figures.h"
#include "tests/bench/ingest.h"

namespace sekisho::bench {

// A fleet that enrols at once with one token, by sekisho-link's own code, beside as many bare TLS
// handshakes with the same server.
std::vector<Figure> MeasureEnrol(const BenchOptions& options);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_ENROL_H_
