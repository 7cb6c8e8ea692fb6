#pragma once

// File names as Discord shows them. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "discord/model/rest_port.hpp"

namespace discern::plugin {

// Letters without accents, digits, . _ and -, at most 100: what parts words becomes _, everything
// else is left out, and a name of which nothing is left is "file". The extension stays.
std::string clean_file_name(std::string_view given);

// Cleans the names of the files, and in the message's JSON the attachments and the references
// ("attachment://...") that name them.
void clean_file_names(std::vector<discord::RestFile>& files, std::string& json);

}  // namespace discern::plugin
