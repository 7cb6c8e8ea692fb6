#include "discord/gateway/dispatch_router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "discord/gateway/inflate.hpp"

namespace discern::discord {
namespace {

// So many in a row are no accident.
constexpr unsigned kLateEnough = 3;

Payload copy_payload(std::string_view text) {
  const std::size_t padded = text.size() + TextBuffer::kTextPadding;
  auto bytes = std::make_shared_for_overwrite<char[]>(padded);
  std::memcpy(bytes.get(), text.data(), text.size());
  std::memset(bytes.get() + text.size(), 0, TextBuffer::kTextPadding);
  return {std::move(bytes), text.size()};
}

}  // namespace

void DispatchRouter::route(const Arrival& arrival, EventType type, const ReadyFields* ready) {
  metrics_.count_event(type, arrival.head.type);
  arrival.shard.on_dispatch(arrival.received);
  Dispatch dispatch;
  if (!learn(arrival, type, ready, dispatch)) {
    metrics_.bad_fields.add();
    return;
  }
  if (sink_ == nullptr) return;
  if (type == EventType::InteractionCreate) {
    dispatch.interaction = &interaction_;
    return hand_on(arrival, dispatch);
  }
  if (!sink_->wants(arrival.head.type)) return;
  if (type > EventType::InteractionCreate && !reader_.guild_id(dispatch.guild)) {
    metrics_.bad_fields.add();
    return;
  }
  announce_pause();
  dispatch.pause_follows = true;
  hand_on(arrival, dispatch);
}

// A socket hands over all it has read before the event loop runs anything else.
void DispatchRouter::announce_pause() {
  if (std::exchange(pause_announced_, true)) return;
  boost::asio::post(io_, [this] {
    pause_announced_ = false;
    sink_->on_pause();
  });
}

bool DispatchRouter::learn(const Arrival& arrival,
                           EventType type,
                           const ReadyFields* ready,
                           Dispatch& dispatch) {
  switch (type) {
    case EventType::Ready: {
      if (ready == nullptr) return false;
      // Without a list, nothing is known to have changed.
      const GuildCache::ReadyChanges changes = guilds_.begin_session(
          arrival.shard.id, ready->guilds ? *ready->guilds : guilds_.guilds_on(arrival.shard.id));
      metrics_.joins.add(changes.joined);
      metrics_.leaves.add(changes.left);
      metrics_.show_guilds(guilds_.totals());
      arrival.shard.set_guilds(guilds_.guilds_of(arrival.shard.id),
                               guilds_.pending_of(arrival.shard.id),
                               arrival.received);
      return true;
    }
    case EventType::Resumed:
      // The guilds of the session are those that were saved with it, even when that is none.
      guilds_.on_resumed(arrival.shard.id);
      metrics_.show_guilds(guilds_.totals());
      arrival.shard.set_guilds(guilds_.guilds_of(arrival.shard.id),
                               guilds_.pending_of(arrival.shard.id),
                               arrival.received);
      return true;
    case EventType::GuildCreate:
    case EventType::GuildDelete:
    case EventType::GuildUpdate:
      return learn_guild(arrival, type, dispatch);
    case EventType::GuildMemberAdd:
    case EventType::GuildMemberRemove:
      if (!reader_.guild_id(dispatch.guild) || !dispatch.guild) return false;
      guilds_.on_members(dispatch.guild, type == EventType::GuildMemberAdd ? 1 : -1);
      metrics_.show_guilds(guilds_.totals());
      return true;
    case EventType::MessageCreate: {
      MessageFields fields;
      if (!reader_.message(fields)) return false;
      dispatch.guild = fields.guild;
      const metrics::Counter& counter = fields.webhook ? metrics_.messages_webhook
                                        : fields.bot   ? metrics_.messages_bot
                                                       : metrics_.messages_person;
      counter.add();
      if (!fields.webhook && !fields.bot) metrics_.activity.count(fields.author, fields.guild);
      return true;
    }
    case EventType::InteractionCreate: {
      InteractionOrigin origin;
      if (!reader_.interaction(interaction_, origin)) return false;
      dispatch.guild = origin.guild;
      metrics_.activity.count(origin.user, origin.guild);
      discord_clock_.on_snowflake(interaction_.id.created(), arrival.received);
      // What waited for a resume is old for that reason.
      if (!arrival.backlog) note_age(interaction_.id);
      return true;
    }
    default:
      return true;
  }
}

void DispatchRouter::note_age(InteractionId id) {
  const auto age = discord_clock_.age_at_least(id.created());
  if (age <= kInteractionDeadline) {
    late_in_a_row_ = 0;
    late_seconds_.store(0, std::memory_order_relaxed);
    return;
  }
  if (++late_in_a_row_ < kLateEnough) return;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  late_seconds_.store(whole, std::memory_order_relaxed);
  if (late_in_a_row_ > kLateEnough) return;
  log::warn("gateway",
            "three interactions in a row were {} s old when they came, and older than 3 s they "
            "cannot be answered; this machine, its connection or Discord is too slow",
            whole);
}

bool DispatchRouter::learn_guild(const Arrival& arrival, EventType type, Dispatch& dispatch) {
  GuildFields fields;
  if (!reader_.guild(fields)) return false;
  dispatch.guild = fields.id;
  const std::uint32_t shard = arrival.shard.id;
  if (type == EventType::GuildUpdate) {
    guilds_.on_update(fields.id, fields.locale);
    return true;
  }
  if (type == EventType::GuildCreate) {
    count_change(guilds_.on_create(
        shard, {fields.id, fields.members, fields.locale, fields.unavailable}, arrival.received));
  } else {
    count_change(guilds_.on_delete(shard, fields.id, fields.unavailable));
  }
  metrics_.show_guilds(guilds_.totals());
  arrival.shard.set_guilds(guilds_.guilds_of(shard), guilds_.pending_of(shard), arrival.received);
  return true;
}

void DispatchRouter::count_change(GuildCache::Change change) {
  if (change == GuildCache::Change::Joined) metrics_.joins.add();
  if (change == GuildCache::Change::Left) metrics_.leaves.add();
}

void DispatchRouter::hand_on(const Arrival& arrival, Dispatch& dispatch) {
  dispatch.shard = arrival.shard.id;
  dispatch.sequence = arrival.head.sequence.value_or(0);
  dispatch.type = arrival.head.type;
  dispatch.received = arrival.received;
  dispatch.replayed = arrival.replayed;
  dispatch.backlog = arrival.backlog;
  dispatch.payload = copy_payload(arrival.text);
  sink_->on_dispatch(dispatch);
}

}  // namespace discern::discord
