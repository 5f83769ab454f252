#ifndef SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_PKI_H_
#define SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_PKI_H_

#include <chrono>
#include <memory>
#include <string>

typedef struct evp_pkey_st EVP_PKEY;
typedef struct x509_st X509;

namespace sekisho::link::test {

// A certificate authority made for one test.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "test authority");

  struct Leaf {
    std::string key_pem;
    std::string chain_pem;  // leaf, then the authority
  };
  Leaf IssueServer() const;
  // Of the server's certificates from now on; relative to now.
  std::chrono::seconds server_from = -std::chrono::hours{24};
  std::chrono::seconds server_until = std::chrono::hours{24 * 365};
  std::string server_names = "DNS:localhost,IP:127.0.0.1";
  std::string server_usage = "serverAuth";
  // Over a PKCS#10 request's key. Validity is relative to now.
  std::string IssueClient(const std::string& request_der, const std::string& terminal_id,
                          std::chrono::seconds from, std::chrono::seconds until) const;
  std::string der() const;
  std::string pem() const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

}  // namespace sekisho::link::test

#endif  // SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_PKI_H_
