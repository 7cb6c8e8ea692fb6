#pragma once

// The least that reading a stream can cost: zlib, zstd and simdjson, each used directly.

#include <simdjson.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace discern::bench {

// Room for the largest payload of the stream, and for what a parser reads behind it.
inline constexpr std::size_t kRoom = std::size_t{64} * 1024;

class BareZlib {
 public:
  BareZlib() { inflateInit(&stream_); }
  ~BareZlib() { inflateEnd(&stream_); }
  BareZlib(const BareZlib&) = delete;
  BareZlib& operator=(const BareZlib&) = delete;

  std::string_view read(std::string_view message) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.get());
    stream_.avail_out = kRoom;
    if (inflate(&stream_, Z_SYNC_FLUSH) != Z_OK) std::abort();
    return {out_.get(), kRoom - stream_.avail_out};
  }

 private:
  z_stream stream_{};
  std::unique_ptr<char[]> out_{new char[kRoom + simdjson::SIMDJSON_PADDING]};
};

class BareZstd {
 public:
  std::string_view read(std::string_view message) {
    ZSTD_inBuffer in{message.data(), message.size(), 0};
    ZSTD_outBuffer out{out_.get(), kRoom, 0};
    // The load mode's stream holds a frame for each thousand events; a frame's end stops the call.
    while (in.pos < in.size) {
      if (ZSTD_isError(ZSTD_decompressStream(context_.get(), &out, &in)) != 0) std::abort();
    }
    return {out_.get(), out.pos};
  }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_{ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx};
  std::unique_ptr<char[]> out_{new char[kRoom + simdjson::SIMDJSON_PADDING]};
};

// The envelope and the fields that ours reads of each kind of event, without any care for broken
// input. Gives a number that depends on all of them.
class BareSimdjson {
 public:
  std::uint64_t read(std::string_view text) {
    namespace ondemand = simdjson::ondemand;
    ondemand::document document =
        parser_.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
    std::uint64_t sum = 0;
    std::string_view type;
    for (auto field : document.get_object()) {
      const ondemand::raw_json_string key = field.key();
      if (key == "t") {
        type = field.value().raw_json_token();
      } else if (key == "d" && type.size() > 2) {
        sum += read_data(field.value(), type);
      } else if (key == "s" || key == "op") {
        std::uint64_t number = 0;
        if (field.value().get_uint64().get(number) == simdjson::SUCCESS) sum += number;
      }
    }
    return sum;
  }

 private:
  std::uint64_t read_data(simdjson::ondemand::object d, std::string_view type) {
    std::uint64_t sum = 0;
    const bool message = type.starts_with("\"MESSAGE_CREATE");
    if (!message && !type.starts_with("\"INTERACTION_CREATE")) return type.size();
    for (auto field : d) {
      const simdjson::ondemand::raw_json_string key = field.key();
      if (key == "guild_id") {
        sum += field.value().get_string().value().size();
      } else if (message && key == "author") {
        bool bot = false;
        sum += field.value()["bot"].get_bool().get(bot) == simdjson::SUCCESS && bot ? 1 : 0;
      } else if (!message && (key == "id" || key == "application_id" || key == "token")) {
        sum += field.value().get_string().value().size();
      } else if (!message && key == "type") {
        sum += field.value().get_uint64();
      } else if (!message && key == "data") {
        sum += field.value()["name"].get_string().value().size();
      }
    }
    return sum;
  }

  simdjson::ondemand::parser parser_;
};

}  // namespace discern::bench
