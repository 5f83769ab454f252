#ifndef SEKISHO_TESTS_BENCH_INGEST_H_
#define SEKISHO_TESTS_BENCH_INGEST_H_

#include <string>
#include <vector>

#include "tests/bench/figures.h"

namespace sekisho::bench {

struct BenchOptions {
  std::string self;     // this program, for the servers it starts
  std::string console;  // sekisho-console
  std::string folder;   // scratch; on the disk whose fsync is measured
  int terminals = 5000;
  int rounds = 3;
  int events = 200'000;  // a round of ingest
  int idle_seconds = 60;
  int grants = 200;
};

// Durable ingest through the real stream, beside the same stream with the store left out and the
// same rows written straight to SQLite, in turn; the medians of the rounds.
std::vector<Figure> MeasureIngest(const BenchOptions& options);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_INGEST_H_
