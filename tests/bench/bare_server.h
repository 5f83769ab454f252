#ifndef SEKISHO_TESTS_BENCH_BARE_SERVER_H_
#define SEKISHO_TESTS_BENCH_BARE_SERVER_H_

#include <string>

namespace sekisho::bench {

// The yardstick: a gRPC server that holds the same bidirectional streams over the same mutual TLS
// and does nothing. It answers Hello with Welcome and each message with one of an acknowledgement's
// size; "broadcast N" on standard input sends N bytes to every stream. Prints its port; ends when
// standard input does. `keys` is the console's key folder: the same certificates.
int ServeBare(const std::string& keys);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_BARE_SERVER_H_
