#pragma once

// Discord's permission bits, for Command::requires_permissions.

#include <cstdint>

namespace discern::plugin::permission {

inline constexpr std::uint64_t kKickMembers = 1ull << 1;
inline constexpr std::uint64_t kBanMembers = 1ull << 2;
inline constexpr std::uint64_t kAdministrator = 1ull << 3;
inline constexpr std::uint64_t kManageChannels = 1ull << 4;
inline constexpr std::uint64_t kManageGuild = 1ull << 5;
inline constexpr std::uint64_t kViewAuditLog = 1ull << 7;
inline constexpr std::uint64_t kSendMessages = 1ull << 11;
inline constexpr std::uint64_t kManageMessages = 1ull << 13;
inline constexpr std::uint64_t kMentionEveryone = 1ull << 17;
inline constexpr std::uint64_t kManageNicknames = 1ull << 27;
inline constexpr std::uint64_t kManageRoles = 1ull << 28;
inline constexpr std::uint64_t kManageWebhooks = 1ull << 29;
inline constexpr std::uint64_t kManageEvents = 1ull << 33;
inline constexpr std::uint64_t kManageThreads = 1ull << 34;
inline constexpr std::uint64_t kModerateMembers = 1ull << 40;
// Nobody but administrators.
inline constexpr std::uint64_t kNobody = 0;

}  // namespace discern::plugin::permission
