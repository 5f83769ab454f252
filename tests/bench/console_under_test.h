#ifndef SEKISHO_TESTS_BENCH_CONSOLE_UNDER_TEST_H_
#define SEKISHO_TESTS_BENCH_CONSOLE_UNDER_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "tests/bench/child.h"
#include "tests/bench/simulated_terminal.h"

namespace sekisho::bench {

// A fresh console with a fleet that was enrolled in its store directly: 5,000 enrolments over the
// wire would meet the rate limit that one address has.
struct EnrolledFleet {
  std::string data;   // the console's data folder
  std::string keys;   // its key folder
  std::string store;  // its database file
  std::string organisation_id;
  std::string authority_pem;
  std::string trust_anchor;
  v1::Sealed key_set;
  std::string totp_file;  // the administrator's secret, base32
  std::vector<Papers> papers;
  // What every simulated terminal signs its reports with.
  std::shared_ptr<const contract::PrivateKey> report_key;

  // What a terminal checks the console's words with.
  contract::KeyRing Ring() const;
};

// `program` is sekisho-console; its log goes to folder/console.log.
EnrolledFleet InitConsole(const std::string& program, const std::string& folder, int terminals);

// `sekisho-console serve` on a free port of the loopback.
class ServedConsole {
 public:
  ServedConsole(const std::string& program, const EnrolledFleet& fleet, const std::string& log);
  const std::string& address() const { return address_; }
  pid_t pid() const { return child_->pid(); }

 private:
  std::string address_;
  std::unique_ptr<Child> child_;
};

// The console's own stream code with nothing behind it: see storeless_server.h.
class StorelessConsole {
 public:
  StorelessConsole(const std::string& self, const EnrolledFleet& fleet, const std::string& log);
  const std::string& address() const { return address_; }

 private:
  std::string address_;
  std::unique_ptr<Child> child_;
};

// An operator who signed in as the administrator.
class OperatorSession {
 public:
  OperatorSession(const EnrolledFleet& fleet, const std::string& address);
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // With the session's token and a deadline of 120 s.
  std::unique_ptr<grpc::ClientContext> NewCall() const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::string token_;
};

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_CONSOLE_UNDER_TEST_H_
