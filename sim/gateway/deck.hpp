#pragma once

// The load mode's events: built and compressed once, dealt over and over, so that the simulator is
// faster than any client that reads them.

#include <string>
#include <vector>

#include "sim/gateway/encoder.hpp"
#include "sim/gateway/event.hpp"

namespace discern::sim {

class Deck {
 public:
  struct Card {
    std::string_view type;  // Static storage.
    Text d;
  };

  explicit Deck(std::vector<Card> cards);

  std::size_t size() const { return cards_.size(); }
  const Card& card(std::size_t index) const { return cards_[index].card; }
  // The payload of card `index` under a sequence number. Cards must be sent in order, beginning
  // with 0, for the compressed form to be right. Valid until the next call.
  PrebuiltPayload payload(std::size_t index, std::uint64_t sequence);

 private:
  struct Built {
    Card card;
    std::string rest;
    std::string deflated;
    std::string zstd;
  };
  std::vector<Built> cards_;
  std::string head_;
};

// The text of a dispatch up to its d; its length depends on the type alone, not on the number.
void write_dispatch_head(std::string& out, std::string_view type, std::uint64_t sequence);

}  // namespace discern::sim
