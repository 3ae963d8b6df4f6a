// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/live_mpd.h"

#include <utility>

#include "base/limits.h"
#include "manifest/dash/mpd_parser.h"
#include "manifest/dash/presentation_refresh.h"

namespace playhead::dash {

void LiveMpd::keep(Presentation next) {
  if (latest_ != nullptr) next = refresh(*latest_, std::move(next));
  latest_ = std::make_shared<const Presentation>(std::move(next));
}

// False: nothing is taken over, and whatever is wrong with the text is not said.
bool LiveMpd::take_over(const SharedBytes& text, const std::string& url,
                        const ParseOptions& options) {
  const bool is_read_whole = options.strict || options.diagnostics != nullptr;
  if (latest_ == nullptr || is_read_whole) return false;
  if (static_cast<int64_t>(text.size()) > limits::kManifestBytes) return false;
  const ReducedMpd reduced = texts_.reduce(text.view());
  if (reduced.known.empty()) return false;
  const Result<Mpd> mpd = parse_mpd(reduced.text, url, options, &reduced.known);
  if (!mpd) return false;
  MappedPeriods mapped;
  const MappedBefore before{*latest_, mapped_};
  Result<Presentation> next = make_presentation(*mpd, options.now, &before, &mapped);
  if (!next) return false;
  texts_ = PeriodTexts(text, *mpd, &reduced, &texts_);
  mapped_ = std::move(mapped);
  taken_over_ = reduced.known.size();
  keep(*std::move(next));
  return true;
}

Result<std::shared_ptr<const Presentation>> LiveMpd::update(SharedBytes text,
                                                            const std::string& url,
                                                            const ParseOptions& options) {
  if (take_over(text, url, options)) return latest_;
  PLAYHEAD_TRY(const Mpd mpd, parse_mpd(text.view(), url, options));
  MappedPeriods mapped;
  PLAYHEAD_TRY(Presentation next, make_presentation(mpd, options.now, nullptr, &mapped));
  texts_ = PeriodTexts(std::move(text), mpd, nullptr, nullptr);
  mapped_ = std::move(mapped);
  taken_over_ = 0;
  keep(std::move(next));
  return latest_;
}

}  // namespace playhead::dash
