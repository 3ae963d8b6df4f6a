// SPDX-License-Identifier: Apache-2.0
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace playhead::server {

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(),
       reinterpret_cast<unsigned char*>(out.data()), &length);
  out.resize(length);
  return out;
}

Result<std::string> pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations,
                                  std::size_t bytes) {
  std::string out(bytes, '\0');
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                        reinterpret_cast<const unsigned char*>(salt.data()),
                        static_cast<int>(salt.size()), iterations, EVP_sha256(),
                        static_cast<int>(bytes), reinterpret_cast<unsigned char*>(out.data()));
  if (done != 1) return Error{500, "no_crypto", "The system's cryptography is not available."};
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<std::string> random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    return Error{500, "no_randomness", "The system's random generator is not available."};
  }
  return out;
}

void wipe(std::string& secret) { wipe(secret.data(), secret.size()); }

void wipe(void* secret, std::size_t bytes) { OPENSSL_cleanse(secret, bytes); }

}  // namespace playhead::server
