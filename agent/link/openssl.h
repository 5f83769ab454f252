#ifndef SEKISHO_AGENT_LINK_OPENSSL_H_
#define SEKISHO_AGENT_LINK_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/x509.h>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

// OpenSSL's objects under unique_ptr, and the one way in which the link judges a certificate.
namespace sekisho::link {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

// The certificates of a PEM text, in their order, until the first that is none; one more than
// `most` when there are more.
std::vector<Certificate> ReadCertificates(std::string_view pem, std::size_t most);

// X509_V_OK when `leaf` descends from one of `authorities` by way of `others` and is for `purpose`
// (X509_PURPOSE_*), else why not (X509_V_ERR_*). Dates are not looked at: the terminal's clock may
// lie.
int CheckDescent(X509* leaf, std::span<const Certificate> others,
                 std::span<const Certificate> authorities, int purpose);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_OPENSSL_H_
