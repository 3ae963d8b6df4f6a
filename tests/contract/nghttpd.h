// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace playhead::test {

// nghttp2's server with TLS on an ephemeral loopback port, serving files from a folder of its own
// that goes with it: an HTTP/2 peer that is not ours. Its certificate is for "localhost", made and
// signed by itself. Tests are skipped by name where it is not installed.
// (HTTP/2 without TLS is not tested: libcurl 7.88 fails on kept connections there.)
class Nghttpd {
 public:
  Nghttpd();
  ~Nghttpd();
  Nghttpd(const Nghttpd&) = delete;
  Nghttpd& operator=(const Nghttpd&) = delete;

  // False where nghttpd or the openssl program is missing.
  [[nodiscard]] static bool is_installed();

  [[nodiscard]] bool is_running() const { return process_ > 0; }
  void add_file(const std::string& name, const std::vector<uint8_t>& bytes) const;
  [[nodiscard]] std::string url(const std::string& target) const;
  [[nodiscard]] std::string certificate_file() const { return folder_ + "/cert.pem"; }

 private:
  std::string folder_;
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace playhead::test
