#include "sim/complaints.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

namespace discern::sim {
namespace {
constexpr std::size_t kListed = 1000;
}

void Complaints::add(Instant at, std::string_view kind, std::string text) {
  if (voice_) voice_(kind, text);
  ++count_;
  if (list_.size() < kListed) list_.push_back({at, std::string(kind), std::move(text)});
}

void Complaints::clear() {
  list_.clear();
  count_ = 0;
}

boost::json::array Complaints::to_json() const {
  boost::json::array out;
  for (const Complaint& complaint : list_) {
    out.emplace_back(boost::json::object{
        {"at_ms", epoch_ms(complaint.at)}, {"kind", complaint.kind}, {"text", complaint.text}});
  }
  return out;
}

}  // namespace discern::sim
