#include "agent/link/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

namespace sekisho::link {

std::vector<Certificate> ReadCertificates(std::string_view pem, std::size_t most) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> read;
  while (bio != nullptr && read.size() <= most) {
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    read.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return read;
}

int CheckDescent(X509* leaf, std::span<const Certificate> others,
                 std::span<const Certificate> authorities, int purpose) {
  const std::unique_ptr<X509_STORE, Freer<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  const auto free_stack = [](STACK_OF(X509) * certificates) { sk_X509_free(certificates); };
  const std::unique_ptr<STACK_OF(X509), decltype(free_stack)> stack(sk_X509_new_null(), free_stack);
  if (store == nullptr || context == nullptr || stack == nullptr) return X509_V_ERR_OUT_OF_MEM;
  for (const Certificate& authority : authorities) {
    if (X509_STORE_add_cert(store.get(), authority.get()) != 1) return X509_V_ERR_OUT_OF_MEM;
  }
  for (const Certificate& other : others) sk_X509_push(stack.get(), other.get());
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf, stack.get()) != 1) {
    return X509_V_ERR_OUT_OF_MEM;
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  const bool good = X509_verify_cert(context.get()) == 1;
  const int why = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (good) return X509_V_OK;
  return why == X509_V_OK ? X509_V_ERR_UNSPECIFIED : why;
}

}  // namespace sekisho::link
