#ifndef SEKISHO_TESTS_FUZZ_CHECK_H_
#define SEKISHO_TESTS_FUZZ_CHECK_H_

#include <cstdio>
#include <cstdlib>

// A property that must hold for every input; ends the process where it does not, so that the fuzzer
// keeps the input.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

#endif  // SEKISHO_TESTS_FUZZ_CHECK_H_
