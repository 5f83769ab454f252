#ifndef SEKISHO_TESTS_BENCH_STORELESS_SERVER_H_
#define SEKISHO_TESTS_BENCH_STORELESS_SERVER_H_

#include <string>

namespace sekisho::bench {

// The yardstick of ingest: the console's own transport, sessions, signatures and ingest thread,
// over an event store that keeps nothing. `store` (the console's database) is read for the
// terminals' keys. Prints its port; ends when standard input does.
int ServeStoreless(const std::string& keys, const std::string& store);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_STORELESS_SERVER_H_
