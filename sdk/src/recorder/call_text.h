// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/config.h"
#include "recorder/fields.h"
#include "recorder/redactor.h"

// What an app asks for, as fields of a recording, redacted; and back.
namespace playhead::recorder {

void add(Fields& out, const PlaySource& source, Redactor& redactor);
void add(Fields& out, const PictureLimits& limits);
void add(Fields& out, const PlayerConfig& config, Redactor& redactor);

void add(Fields& out, const ServiceConfig& config, Redactor& redactor);
[[nodiscard]] ServiceConfig read_service(FieldReader& in);
[[nodiscard]] PlaySource read_source(FieldReader& in);
[[nodiscard]] PictureLimits read_limits(FieldReader& in);
[[nodiscard]] PlayerConfig read_config(FieldReader& in);

}  // namespace playhead::recorder
