// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "jwt.h"
#include "server_app.h"

// The command line of playhead-server. Exit codes: 0 ok, 1 could not start, 2 wrong command line.
namespace {

using playhead::server::ServeOptions;
using playhead::server::TokenOptions;

constexpr int kUsageError = 2;
constexpr int64_t kTenYearsS = int64_t{10} * 366 * 86'400;

CLI::App* add_serve(CLI::App& app, ServeOptions& options) {
  CLI::App* serve = app.add_subcommand("serve", "Run the server until SIGTERM or SIGINT");
  serve
      ->add_option("--data", options.data,
                   "Folder of the database and the keys; created when missing")
      ->required();
  serve->add_option("--media", options.media, "Folder of the titles (see make-titles)")->required();
  serve->add_option("--host", options.host, "Numeric address to listen on")->capture_default_str();
  serve->add_option("--port", options.port, "Port to listen on; 0 picks a free one")
      ->capture_default_str();
  serve->add_option("--port-file", options.port_file,
                    "File that gets the port while the server runs");
  serve
      ->add_option(
          "--base-url", options.media_origin,
          "Origin of media URLs, e.g. https://cdn.example; default: the host the client asked")
      ->check([](const std::string& url) {
        const bool is_http = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
        const bool is_origin = is_http && url.find('/', url.find("://") + 3) == std::string::npos;
        return is_origin ? std::string()
                         : "must be an origin such as https://cdn.example, without a path";
      });
  serve->add_option("--url-ttl", options.url_ttl_s, "Life of a signed media URL, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve
      ->add_option("--download-ttl", options.download_ttl_s,
                   "How long a download may be watched, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve->add_option("--secret-file", options.secret_file,
                    "File of the keys; made when missing (default: DATA/secrets)");
  serve->add_option("--threads", options.threads, "I/O threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  return serve;
}

CLI::App* add_token(CLI::App& app, TokenOptions& options) {
  CLI::App* token = app.add_subcommand("token", "Print a token for development");
  token->add_option("--data", options.data, "The server's data folder")->required();
  token->add_option("--secret-file", options.secret_file,
                    "File of the keys (default: DATA/secrets)");
  token->add_option("--user", options.user, "User the token is for")
      ->check([](const std::string& user) {
        const bool fits = !user.empty() && user.size() <= playhead::server::kMaxUserIdBytes;
        return fits ? std::string() : std::string("must have 1 to 128 bytes");
      })
      ->capture_default_str();
  // A negative life makes a token that has expired, for tests of clients.
  token->add_option("--ttl", options.ttl_s, "Life of the token, in seconds")
      ->check(CLI::Range(-kTenYearsS, kTenYearsS))
      ->capture_default_str();
  return token;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Playhead's reference server: control plane, signed media URLs, media files.");
  app.name("playhead-server");
  app.set_version_flag("--version", "playhead-server " PLAYHEAD_VERSION);
  app.require_subcommand(1);
  ServeOptions serve_options;
  TokenOptions token_options;
  CLI::App* const serve = add_serve(app, serve_options);
  CLI::App* const token = add_token(app, token_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  if (token->parsed()) return playhead::server::print_token(token_options);
  return serve->parsed() ? playhead::server::serve(serve_options) : kUsageError;
}
