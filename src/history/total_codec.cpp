#include "history/total_codec.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>

#include "metrics/hyperloglog.hpp"

namespace discern::history {
namespace {

constexpr int kLevel = 1;
// Many times a Distinct's registers or the largest TopK.
constexpr std::size_t kMaxSketchBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostCompression = 1024;

void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}

void append_topk(std::string& out, const metrics::TopKTotal& total) {
  append_varint(out, total.total);
  append_varint(out, total.entries.size());
  for (const metrics::TopKEntry& entry : total.entries) {
    append_text(out, entry.item);
    append_varint(out, entry.count);
    append_varint(out, entry.error);
  }
}

bool take_topk(ByteReader& in, metrics::TopKTotal& total) {
  total.total = in.varint();
  const std::uint64_t entries = in.varint();
  // Each takes three bytes at least.
  if (entries > in.left() / 3) return false;
  for (std::uint64_t i = 0; i < entries; ++i) {
    metrics::TopKEntry entry;
    entry.item = in.bytes(in.varint());
    entry.count = in.varint();
    entry.error = in.varint();
    total.entries.push_back(std::move(entry));
  }
  return in.ok();
}

}  // namespace

void append_histogram_total(std::string& out, const metrics::HistogramTotal& total) {
  append_varint(out, total.zero);
  append_xor(out, std::bit_cast<std::uint64_t>(total.sum));
  append_varint(out, total.buckets.size());
  int last = 0;
  for (const metrics::Bucket& bucket : total.buckets) {
    append_varint(out, zigzag(bucket.index - last));
    append_varint(out, bucket.count);
    last = bucket.index;
  }
}

bool take_histogram_total(ByteReader& in, metrics::HistogramTotal& total) {
  total.zero = in.varint();
  total.sum = std::bit_cast<double>(in.xor_bits());
  const std::uint64_t buckets = in.varint();
  // Each takes two bytes at least.
  if (buckets > in.left() / 2) return false;
  std::int64_t index = 0;
  for (std::uint64_t i = 0; i < buckets; ++i) {
    const std::int64_t gap = unzigzag(in.varint());
    // Ascending, and within the type.
    if ((i > 0 && gap <= 0) || gap < INT16_MIN || gap > INT16_MAX) return false;
    index += gap;
    if (index > INT16_MAX) return false;
    total.buckets.push_back({static_cast<std::int16_t>(index), in.varint()});
  }
  return in.ok();
}

std::string pack_sketch(const metrics::Total& total) {
  std::string plain;
  append_varint(plain, total.key_tag);
  append_text(plain, total.distinct.registers);
  append_topk(plain, total.topk);
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kLevel));
  return packed;
}

Result<metrics::Total> unpack_sketch(std::string_view bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  // A Distinct whose registers are equal, or a TopK of equal items, does not compress further.
  if (size > std::min(kMaxSketchBytes, bytes.size() * kMostCompression))
    return Error(Errc::Corrupt, "a sketch claims an impossible size");
  std::string plain(size, '\0');
  const std::size_t read = ZSTD_decompress(plain.data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(read)) return Error(Errc::Corrupt, "a sketch cannot be unpacked");
  ByteReader in(std::string_view(plain).substr(0, read));
  metrics::Total total;
  total.key_tag = in.varint();
  total.distinct.registers = in.bytes(in.varint());
  const std::size_t registers = total.distinct.registers.size();
  const bool whole = registers == 0 || registers == metrics::kRegisters;
  if (!whole || !take_topk(in, total.topk) || in.left() != 0) {
    return Error(Errc::Corrupt, "a sketch is malformed");
  }
  return total;
}

}  // namespace discern::history
