// SPDX-License-Identifier: Apache-2.0
#include "packager.h"

#include <fstream>
#include <iterator>
#include <system_error>

#include <nlohmann/json.hpp>

#include "crypto.h"
#include "hex.h"
#include "json_text.h"
#include "media_cipher.h"
#include "mp4_encryptor.h"
#include "title_keys.h"
#include "ts_encryptor.h"

namespace playhead::server {
namespace {

constexpr uintmax_t kMaxSegmentBytes = uintmax_t{256} * 1024 * 1024;  // one segment

Error failed(const std::string& what, const std::filesystem::path& file) {
  return Error{500, "bad_file", "Cannot " + what + " " + file.string() + "."};
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(file, error);
  if (error || size > kMaxSegmentBytes) return failed("read", file);
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (bytes.size() != size) return failed("read", file);
  return bytes;
}

Result<nlohmann::ordered_json> read_object(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text.ok()) return text.error();
  nlohmann::ordered_json object;
  if (json_depth_within(text.value(), kMaxJsonDepth)) {
    object = nlohmann::ordered_json::parse(text.value(), nullptr, /*allow_exceptions=*/false);
  }
  if (!object.is_object()) {
    return Error{422, "bad_json", file.string() + " is not a JSON object."};
  }
  return object;
}

Status write_file(const PackageOptions& options, const std::filesystem::path& source,
                  const std::string& bytes) {
  const auto file = options.out / source.filename();
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (!out) return failed("write", file);
  return Done{};
}

// One rendition's keys in the order in which they take turns.
class Turns {
 public:
  static Result<Turns> make(const PackageOptions& options, const TitleKeys& keys) {
    Turns turns;
    turns.every_ = options.rotate_every;
    for (const std::string& text : options.kids) {
      const auto kid = from_hex(text);
      const ContentKey* const key = kid ? keys.find(*kid) : nullptr;
      if (key == nullptr) {
        return Error{422, "unknown_key", "The key file has no key with the id '" + text + "'."};
      }
      turns.keys_.push_back(key);
    }
    if (turns.keys_.empty()) return Error{422, "unknown_key", "No key id was given."};
    return turns;
  }

  [[nodiscard]] const ContentKey& first() const { return *keys_.front(); }
  [[nodiscard]] const ContentKey& of_segment(std::size_t index) const {
    return every_ == 0 ? first() : *keys_[index / every_ % keys_.size()];
  }

 private:
  std::vector<const ContentKey*> keys_;
  std::size_t every_ = 0;
};

// RFC 8216 §5.2: the media sequence number as a number of 128 bits.
std::string sequence_iv(uint64_t number) {
  std::string iv(kKeyBytes, '\0');
  write_number(iv, kKeyBytes - 8, 8, number);
  return iv;
}

Status package_files(const PackageOptions& options, const Turns& turns) {
  std::string iv;
  if (options.iv) {
    auto bytes = from_hex(*options.iv);
    if (!bytes || bytes->size() != kKeyBytes) {
      return Error{422, "bad_iv", "The initialisation vector is not 32 hex digits."};
    }
    iv = std::move(*bytes);
  }
  TsEncryptor transport_stream;
  for (std::size_t i = 0; i < options.segments.size(); ++i) {
    const auto clear = read_file(options.segments[i]);
    if (!clear.ok()) return clear.error();
    const std::string& key = turns.of_segment(i).key;
    const std::string used = iv.empty() ? sequence_iv(options.first_sequence + i) : iv;
    const auto encrypted = options.scheme == "aes-128"
                               ? encrypt_file(clear.value(), key, used)
                               : transport_stream.segment(clear.value(), key, used);
    if (!encrypted.ok()) return encrypted.error();
    if (Status written = write_file(options, options.segments[i], encrypted.value()); !written.ok())
      return written;
  }
  return Done{};
}

Status package_cmaf(const PackageOptions& options, const Turns& turns) {
  auto iv = random_bytes(kKeyBytes);
  if (!iv.ok()) return iv.error();
  Mp4Encryptor encryptor(options.scheme == "cenc" ? CencScheme::kCenc : CencScheme::kCbcs,
                         std::move(iv.value()));
  const auto clear_init = read_file(options.init);
  if (!clear_init.ok()) return clear_init.error();
  const auto init = encryptor.init(clear_init.value(), turns.first().kid);
  if (!init.ok()) return init.error();
  if (Status written = write_file(options, options.init, init.value()); !written.ok())
    return written;
  for (std::size_t i = 0; i < options.segments.size(); ++i) {
    const auto clear = read_file(options.segments[i]);
    if (!clear.ok()) return clear.error();
    const auto encrypted = encryptor.media(clear.value(), turns.of_segment(i));
    if (!encrypted.ok()) return encrypted.error();
    if (Status written = write_file(options, options.segments[i], encrypted.value()); !written.ok())
      return written;
  }
  return Done{};
}

}  // namespace

Status package(const PackageOptions& options, const Log& log) {
  std::error_code error;
  for (const auto& file : options.segments) {
    // Reading a file while it is being replaced would destroy it.
    if (std::filesystem::equivalent(file.parent_path(), options.out, error)) {
      return Error{422, "bad_folder", "The result needs another folder than the source."};
    }
  }
  const auto keys = TitleKeys::read(options.keys, log);
  if (!keys.ok()) return keys.error();
  const auto turns = Turns::make(options, keys.value());
  if (!turns.ok()) return turns.error();
  const bool is_cmaf = options.scheme == "cenc" || options.scheme == "cbcs";
  return is_cmaf ? package_cmaf(options, turns.value()) : package_files(options, turns.value());
}

Result<std::string> changed_title(const std::filesystem::path& title,
                                  const std::filesystem::path& changes) {
  auto object = read_object(title);
  if (!object.ok()) return object.error();
  const auto patch = read_object(changes);
  if (!patch.ok()) return patch.error();
  object.value().merge_patch(patch.value());
  return object.value().dump(2);
}

}  // namespace playhead::server
