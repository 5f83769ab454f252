#include "agent/engine/failure.h"

#include "agent/engine/minimise.h"

namespace sekisho::engine {

v1::LocalFailure Fail(v1::LocalError error, std::string_view code,
                      std::initializer_list<std::pair<std::string_view, std::string>> parameters) {
  v1::LocalFailure failure;
  failure.set_error(error);
  failure.set_code(std::string(code));
  for (const auto& [key, value] : parameters) {
    v1::Parameter* parameter = failure.add_parameters();
    parameter->set_key(std::string(key));
    parameter->set_value(Bounded(value));
  }
  return failure;
}

absl::Status OrderStatusOf(const v1::LocalFailure& failure) {
  return failure.error() == v1::LOCAL_ERROR_UNAVAILABLE
             ? absl::UnavailableError(failure.code())
             : absl::InvalidArgumentError(failure.code());
}

}  // namespace sekisho::engine
