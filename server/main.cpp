// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

#include "edge/edge_app.h"
#include "jwt.h"
#include "license_rules.h"
#include "media_path.h"
#include "server_app.h"

// The command line of playhead-server. Exit codes: 0 ok, 1 could not start, 2 wrong command line.
namespace {

using playhead::server::EdgeOptions;
using playhead::server::EntitleOptions;
using playhead::server::HttpServerConfig;
using playhead::server::PackageOptions;
using playhead::server::ServeOptions;
using playhead::server::TokenOptions;

constexpr int kUsageError = 2;
constexpr int64_t kTenYearsS = int64_t{10} * 366 * 86'400;

std::string is_origin(const std::string& url) {
  const bool is_http = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
  const bool is_bare = is_http && url.find('/', url.find("://") + 3) == std::string::npos;
  return is_bare ? std::string() : "must be an origin such as https://cdn.example, without a path";
}

std::string is_user(const std::string& user) {
  const bool fits = !user.empty() && user.size() <= playhead::server::kMaxUserIdBytes;
  return fits ? std::string() : std::string("must have 1 to 128 bytes");
}

std::string is_title(const std::string& title) {
  const bool fits = title == "*" || playhead::server::is_title_id(title);
  return fits ? std::string() : std::string("must be a title's id, or * for all");
}

std::string is_country(const std::string& code) {
  const bool fits = code.size() == 2 && std::all_of(code.begin(), code.end(),
                                                    [](char c) { return c >= 'A' && c <= 'Z'; });
  return fits ? std::string() : std::string("must be two capital letters, as DE");
}

// Durations in seconds; a fraction may be given.
void add_timeout(CLI::App& command, const char* name, int64_t& ms, const char* what) {
  command
      .add_option_function<double>(
          name, [&ms](double seconds) { ms = static_cast<int64_t>(seconds * 1000); }, what)
      ->check(CLI::Range(0.001, 3600.0))
      ->default_str(std::to_string(ms / 1000));
}

// Where and how requests come in.
void add_http(CLI::App& command, HttpServerConfig& http) {
  command.add_option("--host", http.host, "Numeric address to listen on")->capture_default_str();
  command.add_option("--port", http.port, "Port to listen on; 0 picks a free one")
      ->capture_default_str();
  CLI::Option* const certificate =
      command
          .add_option("--tls-cert", http.tls_certificate,
                      "Serve HTTPS alone, with this certificate chain (PEM, the server's own first)")
          ->check(CLI::ExistingFile);
  CLI::Option* const key =
      command.add_option("--tls-key", http.tls_key, "Private key of --tls-cert (PEM)")
          ->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
  command.add_option("--threads", http.threads, "I/O threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_timeout(command, "--request-timeout", http.request_timeout_ms,
              "Seconds from a request's first byte to its last (then 408), and without a request (then the "
              "connection ends)");
  add_timeout(command, "--write-timeout", http.write_timeout_ms,
              "Seconds in which a client takes nothing of its answer; then the connection ends");
  command.add_flag("--log-requests", http.logs_requests,
                   "A line in the log for every request; no queries, headers or bodies");
  command
      .add_option("--max-connections", http.max_connections,
                  "Open connections; more get 503 and are closed")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

void name_environment(CLI::App& command) {
  // PLAYHEAD_MAX_CONNECTIONS is --max-connections; what the command line says goes first.
  for (CLI::Option* option : command.get_options([](const CLI::Option* one) {
         return !one->get_lnames().empty() && one->get_lnames().front() != "help";
       })) {
    std::string name = "PLAYHEAD_" + option->get_lnames().front();
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    option->envname(name);
  }
}

// What the service knows of clients, accounts and places.
void add_service(CLI::App& serve, ServeOptions& options) {
  serve.add_option("--country-header", options.http.country_header,
                   "Header in which the proxy in front names the client's country, e.g. "
                   "CF-IPCountry; default: nobody does");
  serve.add_option("--country", options.default_country, "Country of clients of which nobody says")
      ->check(is_country);
  serve.add_flag("--dev-accounts", options.has_dev_accounts,
                 "Let anybody log in as anybody, without password: for development only");
  serve
      .add_option("--access-token-ttl", options.access_token_s, "Life of access tokens, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve
      .add_option("--refresh-token-ttl", options.refresh_token_s,
                  "Life of a refresh token that is not used, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve.add_option("--recommend-weights", options.recommend_weights,
                   "Weights of the signals, e.g. taste=0.5,titles=0.35,context=0.15");
  serve.add_option("--cdn-file", options.cdn_file,
                   "JSON file of the places media can be had from (see README)");
  serve
      .add_option("--heartbeat", options.heartbeat_s,
                  "How often players are asked to tell how it goes, in seconds")
      ->check(CLI::Range(int64_t{1}, int64_t{600}))
      ->capture_default_str();
  serve
      .add_option("--keep-events", options.keep_events_s,
                  "How long events and heartbeats are kept, in seconds")
      ->check(CLI::Range(int64_t{0}, kTenYearsS))
      ->capture_default_str();
  serve.add_flag("--log-json", options.logs_json, "Log lines are JSON objects");
}

void add_limits(CLI::App& serve, ServeOptions& options) {
  serve
      .add_option("--rate-limit", options.rate_per_second,
                  "Calls per second and token; more get 429. 0: no limit")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000}))
      ->capture_default_str();
  serve.add_option("--rate-burst", options.rate_burst, "Calls a token may make at once")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}))
      ->capture_default_str();
  serve
      .add_option("--max-waiting-writes", options.max_waiting_writes,
                  "Writes that wait to be on disk, three quarters of them reports; more get 503")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
}

CLI::App* add_serve(CLI::App& app, ServeOptions& options) {
  CLI::App* serve = app.add_subcommand("serve", "Run the server until SIGTERM or SIGINT");
  serve
      ->add_option("--data", options.data,
                   "Folder of the database and the keys; created when missing")
      ->required();
  serve->add_option("--media", options.media, "Folder of the titles (see make-titles)")->required();
  serve->add_option("--port-file", options.port_file,
                    "File that gets the port while the server runs");
  serve
      ->add_option(
          "--base-url", options.media_origin,
          "Origin of media URLs, e.g. https://cdn.example; default: the host the client asked")
      ->check(is_origin);
  serve->add_option("--url-ttl", options.url_ttl_s, "Life of a signed media URL, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve
      ->add_option("--download-ttl", options.download_ttl_s,
                   "How long a download may be watched, in seconds")
      ->check(CLI::Range(int64_t{1}, kTenYearsS))
      ->capture_default_str();
  serve
      ->add_option(
          "--license-seconds", options.license_s,
          "Life of every licence, in seconds; default: what title.json says, else an hour, "
          "or for licences a device keeps that of a download")
      ->check(CLI::Range(int64_t{1}, playhead::server::kMaxLicenseSeconds));
  serve
      ->add_option("--api-url", options.api_origin,
                   "Origin of licence URLs; default: the host the client asked")
      ->check(is_origin);
  serve->add_option("--secret-file", options.secret_file,
                    "File of the keys; made when missing (default: DATA/secrets)");
  add_http(*serve, options.http);
  add_service(*serve, options);
  add_limits(*serve, options);
  name_environment(*serve);
  return serve;
}

CLI::App* add_edge(CLI::App& app, EdgeOptions& options) {
  CLI::App* edge = app.add_subcommand(
      "edge", "Run a cache of media in front of a server, or of another edge, until SIGTERM or SIGINT");
  edge->add_option("--origin", options.origin, "Where media comes from, e.g. https://origin.example")
      ->required()
      ->check(is_origin);
  edge->add_option("--cache", options.cache, "Folder of the cache; created when missing")
      ->required();
  edge->add_option("--secret-file", options.secret_file,
                   "The origin's file of keys; of it the url_key alone is read")
      ->required();
  edge->add_option("--cache-size", options.cache_bytes, "Bytes on disk at most, e.g. 20GB")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  edge->add_option("--next-file", options.next_file,
                   "JSON file of which title follows which, {\"m_1\": \"m_2\"}: its beginning is "
                   "fetched while the one before is watched");
  edge->add_flag("--lru", options.evicts_lru,
                 "Give up what was used the longest ago, whatever it is");
  edge->add_option("--port-file", options.port_file,
                   "File that gets the port while the edge runs");
  edge->add_flag("--log-json", options.logs_json, "Log lines are JSON objects");
  add_http(*edge, options.http);
  name_environment(*edge);
  return edge;
}

CLI::App* add_token(CLI::App& app, TokenOptions& options) {
  CLI::App* token = app.add_subcommand("token", "Print a token for development");
  token->add_option("--data", options.data, "The server's data folder")->required();
  token->add_option("--secret-file", options.secret_file,
                    "File of the keys (default: DATA/secrets)");
  token->add_option("--user", options.user, "User the token is for")
      ->check(is_user)
      ->capture_default_str();
  // A negative life makes a token that has expired, for tests of clients.
  token->add_option("--ttl", options.ttl_s, "Life of the token, in seconds")
      ->check(CLI::Range(-kTenYearsS, kTenYearsS))
      ->capture_default_str();
  token->add_flag("--refresh", options.is_refresh,
                  "A refresh token instead, for POST /api/v1/token/refresh");
  return token;
}

CLI::App* add_entitle(CLI::App& app, EntitleOptions& options) {
  using What = EntitleOptions::What;
  CLI::App* entitle =
      app.add_subcommand("entitle", "Say whether a user gets licences of a protected title");
  entitle->add_option("--data", options.data, "The server's data folder")->required();
  entitle->add_option("--user", options.user, "The user")->required()->check(is_user);
  entitle->add_option("--title", options.title, "The title; * is all of which nothing else is said")
      ->check(is_title)
      ->capture_default_str();
  entitle->add_option("--seconds", options.life_s, "Life of the grant (default: for ever)")
      ->check(CLI::Range(int64_t{0}, kTenYearsS));
  const auto say = [&options](What what) { return [&options, what] { options.what = what; }; };
  CLI::Option* const revoke =
      entitle->add_flag_callback("--revoke", say(What::kRevoke), "The user gets none");
  entitle->add_flag_callback("--forget", say(What::kForget), "What title.json says holds again")
      ->excludes(revoke);
  return entitle;
}

CLI::App* add_encrypt(CLI::App& app, PackageOptions& options) {
  CLI::App* encrypt = app.add_subcommand(
      "encrypt", "Encrypt the files of one rendition (encrypt-titles does whole titles)");
  encrypt
      ->add_option("--scheme", options.scheme,
                   "aes-128 (whole files), sample-aes (MPEG-TS), cenc or cbcs (CMAF)")
      ->required()
      ->check(CLI::IsMember({"aes-128", "sample-aes", "cenc", "cbcs"}));
  encrypt->add_option("--keys", options.keys, "File of the keys: a title's keys.json")->required();
  encrypt->add_option("--kid", options.kids, "Id of a key in it, 32 hex digits; several take turns")
      ->required()
      ->allow_extra_args(false);
  encrypt->add_option("--rotate-every", options.rotate_every,
                      "Segments after which the next key's turn comes (default: never)");
  CLI::Option* const init = encrypt->add_option("--init", options.init, "The CMAF init segment");
  encrypt->add_option("--iv", options.iv, "aes-128, sample-aes: vector of all files, 32 hex digits")
      ->excludes(init);
  encrypt
      ->add_option("--sequence", options.first_sequence,
                   "Without --iv: media sequence number of the first file")
      ->excludes(init);
  encrypt->add_option("--out", options.out, "Folder of the result; another one than the source's")
      ->required()
      ->check(CLI::ExistingDirectory);
  encrypt->add_option("segments", options.segments, "The files, in order")->required();
  return encrypt;
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
  EdgeOptions edge_options;
  CLI::App* const edge = add_edge(app, edge_options);
  CLI::App* const token = add_token(app, token_options);
  EntitleOptions entitle_options;
  CLI::App* const entitle = add_entitle(app, entitle_options);
  PackageOptions package_options;
  CLI::App* const encrypt = add_encrypt(app, package_options);
  std::filesystem::path described_title;
  std::filesystem::path described_changes;
  CLI::App* const describe = app.add_subcommand(
      "describe", "Print a title.json with changes (encrypt-titles keeps the rest by it)");
  describe->add_option("--title", described_title, "The title.json")->required();
  describe->add_option("--changes", described_changes, "JSON merge patch (RFC 7396)")->required();
  std::filesystem::path licenses_data;
  std::string licenses_user;
  CLI::App* const licenses =
      app.add_subcommand("licenses", "Print what became of licences a user's devices keep");
  licenses->add_option("--data", licenses_data, "The server's data folder")->required();
  licenses->add_option("--user", licenses_user, "The user")->required()->check(is_user);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  if (edge->parsed()) return playhead::server::run_edge(edge_options);
  if (token->parsed()) return playhead::server::print_token(token_options);
  if (entitle->parsed()) return playhead::server::entitle(entitle_options);
  if (encrypt->parsed()) {
    const bool is_cmaf = package_options.scheme == "cenc" || package_options.scheme == "cbcs";
    if (package_options.init.empty() == is_cmaf) {
      std::cerr << "playhead-server: --init goes with cenc and cbcs, and they need it\n";
      return kUsageError;
    }
    return playhead::server::encrypt(package_options);
  }
  if (describe->parsed()) return playhead::server::describe(described_title, described_changes);
  if (licenses->parsed()) return playhead::server::print_licenses(licenses_data, licenses_user);
  return serve->parsed() ? playhead::server::serve(serve_options) : kUsageError;
}
