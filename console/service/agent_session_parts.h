#ifndef SEKISHO_CONSOLE_SERVICE_AGENT_SESSION_PARTS_H_
#define SEKISHO_CONSOLE_SERVICE_AGENT_SESSION_PARTS_H_

#include <string>
#include <utility>

#include "sekisho/v1/event.pb.h"

namespace sekisho::console::service {

inline v1::Parameter MakeParameter(std::string key, std::string value) {
  v1::Parameter parameter;
  parameter.set_key(std::move(key));
  parameter.set_value(std::move(value));
  return parameter;
}

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_AGENT_SESSION_PARTS_H_
