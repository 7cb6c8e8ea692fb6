// Gateway payloads: every reader of `d` on whatever arrives, plain and through both decompressors.

#include <cstddef>
#include <cstdint>

#include "discord/gateway/inflate.hpp"
#include "discord/gateway/payload.hpp"

namespace {

using namespace discern::discord;

void read_everything(std::string_view text) {
  PayloadReader reader;
  PayloadHead head;
  if (!reader.read(text, head)) return;
  std::chrono::milliseconds interval{};
  bool resumable = false;
  ReadyFields ready;
  GuildFields guild;
  MessageFields message;
  InteractionHead interaction;
  InteractionOrigin origin;
  GuildId id;
  (void)reader.hello(interval);
  (void)reader.invalid_session(resumable);
  (void)reader.ready(ready);
  (void)reader.guild(guild);
  (void)reader.message(message);
  (void)reader.interaction(interaction, origin);
  (void)reader.guild_id(id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  TextBuffer text;
  auto room = text.room();
  std::size_t copied = 0;
  while (copied < size) {
    room = text.room();
    const std::size_t n = input.substr(copied).copy(room.begin, room.size);
    text.add(n);
    copied += n;
  }
  read_everything(text.text());
  for (const Compression kind : {Compression::Zlib, Compression::Zstd}) {
    TextBuffer inflated;
    const auto decompressor = make_decompressor(kind, 1 << 20);
    if (decompressor->feed(input, inflated) == Decompressor::Status::Payload) {
      read_everything(inflated.text());
    }
  }
  return 0;
}
