#ifndef SEKISHO_TESTS_STORE_CONTRACT_BACKEND_FACTORY_H_
#define SEKISHO_TESTS_STORE_CONTRACT_BACKEND_FACTORY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/store/backend.h"

namespace sekisho::console::store::testing {

// How the suite gets an empty backend, and opens the same one again after it was closed.
struct BackendFactory {
  std::string name;
  // `place` is a folder of the test's own.
  std::function<std::unique_ptr<Backend>(const std::string& place)> open;
};

// Every backend there is; a new one is one entry here.
std::vector<BackendFactory> AllBackends();

}  // namespace sekisho::console::store::testing

#endif  // SEKISHO_TESTS_STORE_CONTRACT_BACKEND_FACTORY_H_
