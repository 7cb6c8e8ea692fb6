#pragma once

#include <memory>

#include "sim/gateway/deck.hpp"
#include "sim/world/world.hpp"

namespace discern::sim {

// A thousand events in the mix of a busy bot: 35 % messages, 15 % interactions, 25 % presences, 15
// % typing, 10 % member updates, about a kilobyte each. Nobody awaits answers to the interactions.
std::unique_ptr<Deck> make_load_deck(const World& world, Instant now);

}  // namespace discern::sim
