// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "result.h"
#include "sqlite_connection.h"

namespace playhead::server {

// Brings the database to this server's version, each step in a transaction of its own: a server
// that is killed in between goes on at the next start. 503 `storage_unavailable` also for a
// database of a newer server.
[[nodiscard]] Status migrate(SqliteConnection& writer);

}  // namespace playhead::server
