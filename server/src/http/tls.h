// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "result.h"

namespace playhead::server {

// For a server: TLS 1.2 and later, HTTP/1.1 alone (ALPN, RFC 7301). `certificate`: PEM, the server's own first, then
// those that lead to its root; `key`: its private key, PEM. Error `bad_tls` names the file that does not serve.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(
    const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace playhead::server
