// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "net/held_urls.h"
#include "playhead/config.h"
#include "playhead/executor.h"
#include "playhead/player.h"

namespace playhead {

class DecisionText;
class EventQueue;

// What all engines of a player are made of; each has a sink of its own for sound.
struct PlayerWorld {
  std::shared_ptr<Client> client;
  PlayerConfig config;
  Sinks sinks;
  Executor& executor;
  EventQueue& events;
  DecisionText& decisions;
  // What hosts and the service asked to be left alone for, whichever title it was for.
  std::shared_ptr<HeldUrls> held = std::make_shared<HeldUrls>();
};

}  // namespace playhead
