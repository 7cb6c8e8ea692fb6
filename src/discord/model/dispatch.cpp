#include "discord/model/dispatch.hpp"

namespace discern::discord {

std::string_view to_string(InteractionType type) {
  switch (type) {
    case InteractionType::Ping:
      return "ping";
    case InteractionType::Command:
      return "command";
    case InteractionType::Component:
      return "component";
    case InteractionType::Autocomplete:
      return "autocomplete";
    case InteractionType::ModalSubmit:
      return "modal";
  }
  return "other";
}

std::string command_name(CommandType type, std::string_view path) {
  std::string name(path);
  if (type == CommandType::User) name += " (user)";
  if (type == CommandType::Message) name += " (message)";
  return name;
}

}  // namespace discern::discord
