#ifndef SEKISHO_PLATFORM_API_RESULT_H_
#define SEKISHO_PLATFORM_API_RESULT_H_

#include <string>
#include <system_error>
#include <variant>

namespace sekisho::platform {

// A system call that failed: which, on what, with which code. The seams depend on the standard
// library alone, so this and not absl::Status; the engine turns it into one.
struct Failure {
  std::error_code code;
  std::string step;  // e.g. "open /sys/bus/usb/devices/2-1"
  std::string ToString() const { return step + ": " + code.message(); }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return std::holds_alternative<T>(state_); }
  T& operator*() { return std::get<T>(state_); }
  const T& operator*() const { return std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  const Failure& failure() const { return std::get<Failure>(state_); }

 private:
  std::variant<T, Failure> state_;
};

struct Done {};
using Outcome = Result<Done>;

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_RESULT_H_
