#ifndef SEKISHO_AGENT_ENGINE_FAILURE_H_
#define SEKISHO_AGENT_ENGINE_FAILURE_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// What a local request comes to: its reply, or a code that the client words in the person's
// language. The codes are listed in agent/cli/texts.cc.
template <typename Reply>
using Answer = std::variant<Reply, v1::LocalFailure>;

v1::LocalFailure Fail(
    v1::LocalError error, std::string_view code,
    std::initializer_list<std::pair<std::string_view, std::string>> parameters = {});

// What an order comes to that fails so: UNAVAILABLE is not now, INVALID_ARGUMENT is for ever.
absl::Status OrderStatusOf(const v1::LocalFailure& failure);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_FAILURE_H_
