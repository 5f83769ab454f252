#ifndef SEKISHO_TESTS_BENCH_STRAIGHT_H_
#define SEKISHO_TESTS_BENCH_STRAIGHT_H_

#include <string>

namespace sekisho::bench {

// The yardstick of a store: the rows that the console's database holds, read into memory, then
// written straight into an empty database of the same schema, settings and disk, `rows_per_commit`
// events a transaction. Returns events per second; throws when a row cannot be written.
double WriteStraight(const std::string& store, const std::string& scratch, int rows_per_commit);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_STRAIGHT_H_
