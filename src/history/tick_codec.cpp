#include "history/tick_codec.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "history/varint.hpp"

namespace discern::history {
namespace {

constexpr char kKeyFlag = 1;
constexpr char kPackedFlag = 2;
// Level 3 saves nothing on ticks of 2,500 samples, by measurement (bench/history).
constexpr int kLevel = 1;
// A decoded tick may not be larger, whatever its bytes claim: a million series need less.
constexpr std::size_t kMaxPlainBytes = 32 * 1024 * 1024;
// A tick in which nothing changed is all zeros, which compress well.
constexpr std::size_t kMostCompression = 4096;
constexpr std::size_t kAlwaysAllowed = 64 * 1024;

// A whole number that a double holds exactly, and its value.
bool is_whole(double value, std::int64_t& whole) {
  if (!(std::abs(value) < 0x1p52)) return false;
  whole = static_cast<std::int64_t>(value);
  // By bits, so that -0.0 is not taken for 0.
  return std::bit_cast<std::uint64_t>(static_cast<double>(whole)) ==
         std::bit_cast<std::uint64_t>(value);
}

// Even codes are differences of whole numbers; 1 announces changed bits.
void append_gauge(std::string& out, std::uint64_t before, std::uint64_t now) {
  std::int64_t a = 0;
  std::int64_t b = 0;
  if (is_whole(std::bit_cast<double>(before), a) && is_whole(std::bit_cast<double>(now), b)) {
    return append_varint(out, zigzag(b - a) << 1);
  }
  if (before == now) return append_varint(out, 0);
  append_varint(out, 1);
  append_xor(out, before ^ now);
}

std::uint64_t take_gauge(ByteReader& in, std::uint64_t before) {
  const std::uint64_t code = in.varint();
  if (code == 0) return before;
  if (code & 1) return before ^ in.xor_bits();
  const double sum = std::bit_cast<double>(before) + static_cast<double>(unzigzag(code >> 1));
  return std::bit_cast<std::uint64_t>(sum);
}

// Calls `each(index, before, now)` for every bucket of either, ascending.
template <class Each>
void for_each_bucket(const std::vector<metrics::Bucket>& before,
                     const std::vector<metrics::Bucket>& now,
                     Each each) {
  auto b = before.begin();
  for (const metrics::Bucket& bucket : now) {
    for (; b != before.end() && b->index < bucket.index; ++b) each(b->index, b->count, 0ul);
    const bool both = b != before.end() && b->index == bucket.index;
    each(bucket.index, both ? b->count : 0ul, bucket.count);
    if (both) ++b;
  }
  for (; b != before.end(); ++b) each(b->index, b->count, 0ul);
}

// 0 when nothing changed, or else one more than the number of changed buckets, and the changes.
void append_histogram(std::string& out,
                      const metrics::HistogramTotal& before,
                      const metrics::HistogramTotal& now) {
  const std::uint64_t sum =
      std::bit_cast<std::uint64_t>(before.sum) ^ std::bit_cast<std::uint64_t>(now.sum);
  std::uint64_t changed = 0;
  for_each_bucket(before.buckets, now.buckets, [&](int, std::uint64_t old, std::uint64_t count) {
    changed += old != count;
  });
  if (changed == 0 && sum == 0 && before.zero == now.zero) return append_varint(out, 0);
  append_varint(out, changed + 1);
  append_varint(out, now.zero - before.zero);
  append_xor(out, sum);
  int last = 0;
  for_each_bucket(
      before.buckets, now.buckets, [&](int index, std::uint64_t old, std::uint64_t count) {
        if (old == count) return;
        append_varint(out, zigzag(index - last));
        append_varint(out, count - old);
        last = index;
      });
}

void take_bucket(metrics::HistogramTotal& total, std::int16_t index, std::uint64_t more) {
  const auto at = std::lower_bound(
      total.buckets.begin(), total.buckets.end(), index, [](const metrics::Bucket& b, int i) {
        return b.index < i;
      });
  if (at == total.buckets.end() || at->index != index) {
    total.buckets.insert(at, {index, more});
  } else if ((at->count += more) == 0) {
    total.buckets.erase(at);
  }
}

bool take_histogram(ByteReader& in, metrics::HistogramTotal& total) {
  std::uint64_t changed = in.varint();
  if (changed == 0) return in.ok();
  total.zero += in.varint();
  total.sum = std::bit_cast<double>(std::bit_cast<std::uint64_t>(total.sum) ^ in.xor_bits());
  std::int64_t index = 0;
  while (--changed > 0 && in.ok()) {
    // Wraps where a signed addition of untrusted numbers would overflow.
    index = static_cast<std::int64_t>(static_cast<std::uint64_t>(index) +
                                      static_cast<std::uint64_t>(unzigzag(in.varint())));
    if (index < INT16_MIN || index > INT16_MAX) return false;
    take_bucket(total, static_cast<std::int16_t>(index), in.varint());
  }
  return in.ok();
}

bool continues(const Tick& tick, const Tick& previous) {
  return previous.series.size() <= tick.series.size() &&
         std::equal(previous.series.begin(), previous.series.end(), tick.series.begin());
}

void append_added(std::string& out, const Tick& tick, std::size_t known) {
  append_varint(out, tick.series.size() - known);
  std::int64_t last = 0;
  for (std::size_t i = known; i < tick.series.size(); ++i) {
    const TickSeries& series = tick.series[i];
    append_varint(out, zigzag(series.id - last) << 2 | static_cast<unsigned>(series.shape));
    last = series.id;
  }
}

bool take_added(ByteReader& in, Tick& tick) {
  const std::uint64_t added = in.varint();
  // Each takes at least a byte here and one for its value.
  if (added > in.left()) return false;
  std::uint64_t id = 0;
  for (std::uint64_t i = 0; i < added; ++i) {
    const std::uint64_t code = in.varint();
    id += static_cast<std::uint64_t>(unzigzag(code >> 2));
    if (!in.ok() || id > UINT32_MAX || (code & 3) > 2) return false;
    tick.add(static_cast<std::uint32_t>(id), static_cast<Shape>(code & 3));
  }
  return true;
}

}  // namespace

void Tick::add(std::uint32_t id, Shape shape) {
  series.push_back({id, shape});
  values.push_back(shape == Shape::Buckets ? histograms.size() : 0);
  if (shape == Shape::Buckets) histograms.emplace_back();
}

void Tick::clear() {
  series.clear();
  values.clear();
  histograms.clear();
}

TickEncoder::TickEncoder() : context_(ZSTD_createCCtx()) {}
TickEncoder::~TickEncoder() = default;
void TickEncoder::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

std::string_view TickEncoder::encode(const Tick& tick) {
  key_ = !has_previous_ || !continues(tick, previous_);
  const std::size_t known = key_ ? 0 : previous_.series.size();
  plain_.clear();
  append_added(plain_, tick, known);
  const auto before = [&](std::size_t i) { return i < known ? previous_.values[i] : 0; };
  // Column by column: neighbours that look alike compress better.
  for (std::size_t i = 0; i < tick.series.size(); ++i) {
    if (tick.series[i].shape != Shape::Steps) continue;
    append_varint(plain_, tick.values[i] - before(i));
  }
  for (std::size_t i = 0; i < tick.series.size(); ++i) {
    if (tick.series[i].shape == Shape::Number) append_gauge(plain_, before(i), tick.values[i]);
  }
  static const metrics::HistogramTotal kNothing;
  const std::size_t known_histograms = key_ ? 0 : previous_.histograms.size();
  for (std::size_t i = 0; i < tick.histograms.size(); ++i) {
    append_histogram(
        plain_, i < known_histograms ? previous_.histograms[i] : kNothing, tick.histograms[i]);
  }
  packed_.resize(1 + ZSTD_compressBound(plain_.size()));
  std::size_t size = ZSTD_compressCCtx(
      context_.get(), packed_.data() + 1, packed_.size() - 1, plain_.data(), plain_.size(), kLevel);
  packed_[0] = key_ ? kKeyFlag : 0;
  if (ZSTD_isError(size) || size >= plain_.size()) {
    size = plain_.copy(packed_.data() + 1, plain_.size());
  } else {
    packed_[0] |= kPackedFlag;
  }
  return std::string_view(packed_).substr(0, size + 1);
}

void TickEncoder::accept(const Tick& tick) {
  previous_ = tick;
  has_previous_ = true;
}

void TickEncoder::restart() {
  has_previous_ = false;
}

TickDecoder::TickDecoder() : context_(ZSTD_createDCtx()) {}
TickDecoder::~TickDecoder() = default;
void TickDecoder::FreeContext::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

Result<std::string_view> TickDecoder::unpack(std::string_view bytes) {
  if ((bytes[0] & kPackedFlag) == 0) return bytes.substr(1);
  bytes.remove_prefix(1);
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > std::min(kMaxPlainBytes, kAlwaysAllowed + bytes.size() * kMostCompression)) {
    return Error(Errc::Corrupt, "a tick of history claims an impossible size");
  }
  plain_.resize(size);
  const std::size_t read =
      ZSTD_decompressDCtx(context_.get(), plain_.data(), plain_.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(read)) return Error(Errc::Corrupt, "a tick of history cannot be unpacked");
  return std::string_view(plain_).substr(0, read);
}

Result<void> TickDecoder::decode(std::string_view bytes) {
  const bool follows = std::exchange(follows_, false);
  if (bytes.empty()) return Error(Errc::Corrupt, "a tick of history is empty");
  const bool key = key_ = (bytes[0] & kKeyFlag) != 0;
  if (!key && !follows) return Error(Errc::Corrupt, "a chain of history lacks its key tick");
  Result<std::string_view> plain = unpack(bytes);
  if (!plain) return std::move(plain).error();
  if (key) tick_.clear();
  ByteReader in(*plain);
  bool ok = take_added(in, tick_);
  for (std::size_t i = 0; ok && i < tick_.series.size(); ++i) {
    if (tick_.series[i].shape == Shape::Steps) tick_.values[i] += in.varint();
  }
  for (std::size_t i = 0; ok && i < tick_.series.size(); ++i) {
    if (tick_.series[i].shape == Shape::Number) {
      tick_.values[i] = take_gauge(in, tick_.values[i]);
    }
  }
  for (std::size_t i = 0; ok && i < tick_.histograms.size(); ++i) {
    ok = take_histogram(in, tick_.histograms[i]);
  }
  if (!ok || !in.ok() || in.left() != 0) {
    return Error(Errc::Corrupt, "a tick of history is malformed");
  }
  follows_ = true;
  return {};
}

}  // namespace discern::history
