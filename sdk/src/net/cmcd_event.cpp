// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd_event.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "net/cmcd_value.h"

namespace playhead {

namespace {

constexpr std::size_t kMaxContentIdBytes = 128;
constexpr std::size_t kMaxSessionIdBytes = 64;

class Line {
 public:
  void token(const char* key, const std::string& value) {
    if (!value.empty()) add(key, value);
  }
  void text(const char* key, std::string_view value) {
    if (!value.empty()) add(key, quoted(value));
  }
  void flag(const char* key, bool value) {
    if (value) begin(key);
  }
  void number(const char* key, int64_t value) {
    add(key, std::to_string(std::max<int64_t>(value, 0)));
  }
  void ms(const char* key, const std::optional<Duration>& value) {
    if (value) number(key, to_ms(*value));
  }
  // Inner lists (RFC 8941 §3.1.1).
  void list(const char* key, const std::string& items) {
    if (!items.empty()) add(key, '(' + items + ')');
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin(const char* key) {
    if (!text_.empty()) text_ += ',';
    text_ += key;
  }
  void add(const char* key, const std::string& value) {
    begin(key);
    text_ += '=';
    text_ += value;
  }
  std::string text_;
};

std::string buffers(const CmcdEvent& event) {
  std::string out;
  const auto add = [&out](const std::optional<Duration>& level, const char* type) {
    if (!level) return;
    if (!out.empty()) out += ' ';
    out += std::to_string(to_hundreds(to_ms(*level))) + ';' + type;
  };
  add(event.bl_audio, "a");
  add(event.bl_video, "v");
  return out;
}

}  // namespace

std::string cmcd_line(const CmcdEvent& event) {
  Line line;
  line.flag("bg", event.bg);
  line.list("bl", buffers(event));
  if (event.br > 0) line.list("br", std::to_string(event.br) + ";v");
  if (event.bsd) line.list("bsd", std::to_string(to_ms(*event.bsd)));
  line.text("cid", std::string_view(event.cid).substr(0, kMaxContentIdBytes));
  line.ms("d", event.d);
  line.token("e", event.e);
  if (!event.ec.empty()) line.list("ec", quoted(event.ec));
  line.ms("ltc", event.ltc);
  line.ms("msd", event.msd);
  if (event.mtp > 0) line.list("mtp", std::to_string(to_hundreds(event.mtp)));
  line.token("ot", event.ot);
  if (event.pb > 0) line.list("pb", std::to_string(event.pb) + ";v");
  if (event.pr != 1) line.token("pr", decimal(event.pr));
  line.ms("pt", event.pt);
  if (event.rc) line.number("rc", *event.rc);
  line.token("sf", event.sf);
  line.text("sid", std::string_view(event.sid).substr(0, kMaxSessionIdBytes));
  line.number("sn", event.sn);
  line.token("st", event.st);
  line.token("sta", event.sta);
  line.number("ts", event.ts.us / 1'000);
  line.ms("ttfb", event.ttfb);
  line.ms("ttlb", event.ttlb);
  line.text("url", event.url);
  line.number("v", 2);
  return line.take();
}

}  // namespace playhead
