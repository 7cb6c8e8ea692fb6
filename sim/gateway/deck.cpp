#include "sim/gateway/deck.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <iterator>
#include <memory>
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

// The cards as blocks of one zstd frame, each but for its head.
class ZstdBlocks {
 public:
  ZstdBlocks() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 3);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kZstdWindowLog);
  }

  // `head` takes its place in the frame, but its block is another's business.
  std::string after(std::string_view head, std::string_view text) {
    compress(head);
    return compress(text);
  }

 private:
  std::string compress(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    if (ZSTD_compressStream2(context_.get(), &to, &in, ZSTD_e_flush) != 0) {
      throw std::runtime_error("zstd did not finish a block");
    }
    out.resize(to.pos);
    return out;
  }

  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
};

}  // namespace

void write_dispatch_head(std::string& out, std::string_view type, std::uint64_t sequence) {
  out.clear();
  fmt::format_to(std::back_inserter(out), R"({{"t":"{}","s":{:>12},"op":0,"d":)", type, sequence);
}

Deck::Deck(std::vector<Card> cards) {
  std::string history;
  ZstdBlocks zstd;
  cards_.reserve(cards.size());
  for (Card& card : cards) {
    // Heads change from deal to deal: bytes that occur in no JSON stand in for them, so that
    // nothing refers back to them.
    write_dispatch_head(head_, card.type, 0);
    const std::string placeholder(head_.size(), '\x01');
    history += placeholder;
    Built built{std::move(card), {}, {}, {}};
    built.rest = *built.card.d + "}";
    built.zstd = zstd.after(placeholder, built.rest);
    built.deflated = deflate_after(history, built.rest);
    history += built.rest;
    if (history.size() > 4 * kWindow) history.erase(0, history.size() - kWindow);
    cards_.push_back(std::move(built));
  }
}

PrebuiltPayload Deck::payload(std::size_t index, std::uint64_t sequence) {
  const Built& built = cards_[index];
  write_dispatch_head(head_, built.card.type, sequence);
  return {head_, built.deflated, built.zstd, built.rest, index == 0};
}

}  // namespace discern::sim
