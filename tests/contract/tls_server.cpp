// SPDX-License-Identifier: Apache-2.0
#include "contract/tls_server.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/temp_folder.h"

namespace playhead::test {

namespace {

X509* make_certificate(EVP_PKEY* key, const TlsServerConfig& config) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(config.valid_for).count();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7 * 24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), static_cast<long>(seconds));
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(config.host.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + config.host).c_str());
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

}  // namespace

class TlsServer::Impl {
 public:
  explicit Impl(TlsServerConfig config) : config_(std::move(config)) {
    key_ = EVP_EC_gen("P-256");
    certificate_ = make_certificate(key_, config_);
    file_ = folder_.path() + "/certificate.pem";
    std::FILE* file = std::fopen(file_.c_str(), "w");
    PEM_write_X509(file, certificate_);
    std::fclose(file);
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    SSL_CTX_set_alpn_select_cb(context_, &select_protocol, this);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
      if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  [[nodiscard]] std::string pin() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_, &der);
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256(der, static_cast<std::size_t>(size), hash);
    OPENSSL_free(der);
    unsigned char text[64];
    EVP_EncodeBlock(text, hash, sizeof hash);
    return std::string("sha256//") + reinterpret_cast<const char*>(text);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void run() {
    // OpenSSL writes without MSG_NOSIGNAL; a client that refuses the certificate is gone by then.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      {
        const std::lock_guard lock(mutex_);
        if (fd < 0 || is_stopped_) {
          if (fd >= 0) ::close(fd);
          return;
        }
        connection_ = fd;
      }
      SSL* tls = SSL_new(context_);
      SSL_set_fd(tls, fd);
      if (SSL_accept(tls) == 1) serve(tls);
      SSL_free(tls);
      const std::lock_guard lock(mutex_);
      connection_ = -1;
      ::close(fd);
    }
  }

  // RFC 9113 §3.2. Runs within SSL_accept.
  static int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                             const unsigned char* offered, unsigned int size, void* self) {
    static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
    const auto& server = *static_cast<const Impl*>(self);
    const TlsServerConfig& config = server.config_;
    const int odd = config.http2_goaways + config.http2_resets + config.http2_stalls;
    if (server.refused_ >= odd) return SSL_TLSEXT_ERR_NOACK;
    unsigned char* chosen = nullptr;
    const int result =
        SSL_select_next_proto(&chosen, out_size, kHttp2, sizeof kHttp2, offered, size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  }

  static bool read_all(SSL* tls, std::size_t size, std::string& out) {
    out.assign(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const int got = SSL_read(tls, out.data() + at, static_cast<int>(size - at));
      if (got <= 0) return false;
      at += static_cast<std::size_t>(got);
    }
    return true;
  }

  // Takes frames up to the first request, and refuses it; or for ever, and leaves all of them open.
  void refuse_http2(SSL* tls) {
    constexpr std::size_t kPreface = 24, kFrameHeader = 9;
    const int number = refused_++;
    const bool says_goodbye = number < config_.http2_goaways;
    const bool stalls = number >= config_.http2_goaways + config_.http2_resets;
    const std::string settings("\0\0\0\x04\0\0\0\0\0", 9);
    SSL_write(tls, settings.data(), static_cast<int>(settings.size()));
    std::string bytes, header;
    if (!read_all(tls, kPreface, bytes)) return;
    while (read_all(tls, kFrameHeader, header)) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(header[i]); };
      const std::size_t size = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
      if (!read_all(tls, size, bytes)) return;
      if (byte(3) != 1) continue;  // HEADERS
      ++requests_;
      if (stalls) {
        begin_answer(tls, header.substr(5));
        continue;
      }
      // GOAWAY: no stream was looked at. RST_STREAM: REFUSED_STREAM.
      std::string answer("\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0", 17);
      if (!says_goodbye) {
        answer = std::string("\0\0\x04\x03\0", 5) + header.substr(5) + std::string("\0\0\0\x07", 4);
      }
      SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
      break;
    }
    SSL_shutdown(tls);
  }

  // HEADERS (":status 200" is entry 8 of HPACK's table) and DATA that do not end the stream.
  void begin_answer(SSL* tls, const std::string& stream) {
    const std::string& body = config_.stall_with;
    if (body.empty()) return;
    const std::string frames = std::string("\0\0\x01\x01\x04", 5) + stream + "\x88" +
                               std::string("\0\0", 2) + static_cast<char>(body.size()) +
                               std::string("\0\0", 2) + stream + body;
    SSL_write(tls, frames.data(), static_cast<int>(frames.size()));
  }

  void serve(SSL* tls) {
    const unsigned char* protocol = nullptr;
    unsigned int protocol_size = 0;
    SSL_get0_alpn_selected(tls, &protocol, &protocol_size);
    if (protocol_size == 2) return refuse_http2(tls);
    std::string head;
    char bytes[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const int got = SSL_read(tls, bytes, sizeof bytes);
      if (got <= 0) return;
      head.append(bytes, static_cast<std::size_t>(got));
    }
    const int number = ++requests_;
    const bool is_cut = number <= config_.cuts;
    const bool is_after = !is_cut && config_.cuts > 0;
    const std::string& answer = is_after ? config_.after_cuts : config_.answer;
    const std::size_t size = is_cut ? std::min(config_.cut_after, answer.size()) : answer.size();
    SSL_write(tls, answer.data(), static_cast<int>(size));
    if (!is_cut) SSL_shutdown(tls);
  }

  const TlsServerConfig config_;
  const TempFolder folder_;
  std::string file_;
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  int connection_ = -1;      // under mutex_
  bool is_stopped_ = false;  // under mutex_
  std::atomic<int> requests_ = 0;
  int refused_ = 0;  // on thread_
};

TlsServer::TlsServer(TlsServerConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
TlsServer::~TlsServer() = default;

std::string TlsServer::url(const std::string& host, const std::string& target) const {
  return "https://" + host + ":" + std::to_string(impl_->port()) + target;
}
const std::string& TlsServer::certificate_file() const { return impl_->file(); }
std::string TlsServer::pin() const { return impl_->pin(); }
int TlsServer::requests() const { return impl_->requests(); }

}  // namespace playhead::test
