#include "sim/gateway/deck.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <iterator>
#include <stdexcept>

namespace discern::sim {
namespace {

constexpr std::size_t kWindow = 32 * 1024;

// Raw deflate blocks for `text`, which may refer back into `history`.
std::string deflate_after(std::string_view history, std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  if (history.size() > kWindow) history.remove_prefix(history.size() - kWindow);
  if (!history.empty()) {
    deflateSetDictionary(
        &stream, reinterpret_cast<const Bytef*>(history.data()), static_cast<uInt>(history.size()));
  }
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

void write_dispatch_head(std::string& out, std::string_view type, std::uint64_t sequence) {
  out.clear();
  fmt::format_to(std::back_inserter(out), R"({{"t":"{}","s":{:>12},"op":0,"d":)", type, sequence);
}

Deck::Deck(std::vector<Card> cards) {
  std::string history;
  cards_.reserve(cards.size());
  for (Card& card : cards) {
    // Heads change from deal to deal: bytes that occur in no JSON stand in for them, so that
    // nothing refers back to them.
    write_dispatch_head(head_, card.type, 0);
    history.append(head_.size(), '\x01');
    Built built{std::move(card), {}, {}};
    built.rest = *built.card.d + "}";
    built.deflated = deflate_after(history, built.rest);
    history += built.rest;
    if (history.size() > 4 * kWindow) history.erase(0, history.size() - kWindow);
    cards_.push_back(std::move(built));
  }
}

PrebuiltPayload Deck::payload(std::size_t index, std::uint64_t sequence) {
  const Built& built = cards_[index];
  write_dispatch_head(head_, built.card.type, sequence);
  return {head_, built.deflated, built.rest};
}

}  // namespace discern::sim
