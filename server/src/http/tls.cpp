// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <string>

#include <openssl/ssl.h>

namespace playhead::server {
namespace {

namespace ssl = boost::asio::ssl;

Error bad_tls(const std::string& what, const std::filesystem::path& file,
              const boost::system::error_code& error) {
  return Error{500, "bad_tls", what + " " + file.string() + ": " + error.message() + "."};
}

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// RFC 7301 §3.2 would end the connection when nothing fits; clients that offer only what we do not speak are told so
// by HTTP.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::filesystem::path& certificate,
                                                       const std::filesystem::path& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate.string(), error);
  if (error) return bad_tls("Cannot use the certificate", certificate, error);
  context->use_private_key_file(key.string(), ssl::context::pem, error);
  if (error) return bad_tls("Cannot use the private key", key, error);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), &choose_protocol, nullptr);
  return context;
}

}  // namespace playhead::server
