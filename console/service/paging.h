#ifndef SEKISHO_CONSOLE_SERVICE_PAGING_H_
#define SEKISHO_CONSOLE_SERVICE_PAGING_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace sekisho::console::service {

// 1..1000; 0 means 200.
inline absl::StatusOr<std::uint32_t> PageSize(std::uint32_t asked) {
  if (asked > 1000) return absl::InvalidArgumentError("page_size is at most 1000");
  return asked == 0 ? 200 : asked;
}

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_PAGING_H_
