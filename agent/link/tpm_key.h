#ifndef SEKISHO_AGENT_LINK_TPM_KEY_H_
#define SEKISHO_AGENT_LINK_TPM_KEY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/link/tpm.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace sekisho::link {

// The process' TPM; null: none. Before the first key is made or read, and before other threads.
void SetTpm(std::unique_ptr<const platform::TpmDevice> device);
// Null without one.
const Tpm* TheTpm();

// An OpenSSL key that signs in the process' TPM. The caller frees it. INTERNAL when OpenSSL
// refuses.
absl::StatusOr<EVP_PKEY*> ToOpenSsl(const TpmKey& key);

// "-----BEGIN SEKISHO TPM KEY-----".
std::string WriteTpmPem(const TpmKey& key);
bool HoldsTpmPem(std::string_view pem);
// INVALID_ARGUMENT when it is none.
absl::StatusOr<TpmKey> ReadTpmPem(std::string_view pem);

// What gRPC takes for a private key: the name of an OpenSSL engine, which is made here, and what
// the engine makes the key of.
std::string ToGrpc(const TpmKey& key);

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_TPM_KEY_H_
