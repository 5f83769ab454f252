#ifndef SEKISHO_PROTO_CONTRACT_LOGIN_FACTORS_H_
#define SEKISHO_PROTO_CONTRACT_LOGIN_FACTORS_H_

#include "sekisho/v1/login.pb.h"

namespace sekisho::contract {

// Whether enforcing locks the person out. Such people come first in TerminalLogins.
inline bool LacksFactor(const v1::PersonLogins& person) {
  return person.factors().empty() || person.unreadable();
}

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_LOGIN_FACTORS_H_
