#pragma once

// What Discord refuses of the components of a message and of a modal: "Component Reference".

#include <initializer_list>
#include <set>

#include "discern/plugin/limits/form.hpp"

namespace discern::plugin::limits {

// Component Reference: Component Types.
namespace component {
inline constexpr std::int64_t kActionRow = 1;
inline constexpr std::int64_t kButton = 2;
inline constexpr std::int64_t kStringSelect = 3;
inline constexpr std::int64_t kTextInput = 4;
inline constexpr std::int64_t kUserSelect = 5;
inline constexpr std::int64_t kChannelSelect = 8;
inline constexpr std::int64_t kSection = 9;
inline constexpr std::int64_t kTextDisplay = 10;
inline constexpr std::int64_t kThumbnail = 11;
inline constexpr std::int64_t kMediaGallery = 12;
inline constexpr std::int64_t kFile = 13;
inline constexpr std::int64_t kSeparator = 14;
inline constexpr std::int64_t kContainer = 17;
inline constexpr std::int64_t kLabel = 18;
inline constexpr std::int64_t kFileUpload = 19;
inline constexpr std::int64_t kRadioGroup = 21;
inline constexpr std::int64_t kCheckboxGroup = 22;
inline constexpr std::int64_t kCheckbox = 23;

inline bool is_select(std::int64_t type) {
  return type == kStringSelect || (type >= kUserSelect && type <= kChannelSelect);
}
}  // namespace component

namespace detail {

inline bool is_one_of(std::int64_t type, std::initializer_list<std::int64_t> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Walks the components of one message or modal.
class Components {
 public:
  explicit Components(bool modal) : modal_(modal) {}

  void check_row(Form& row);
  // What a type must and must not have; children and all.
  void check(Form& one, std::int64_t type);
  // Notes it; the type, or 0 when it has none or `allowed` does not hold it.
  std::int64_t enter(Form& one,
                     std::initializer_list<std::int64_t> allowed,
                     std::string_view where);

  std::int64_t count() const { return count_; }
  std::int64_t text() const { return text_; }

 private:
  void check_button(Form& button);
  void check_select(Form& select, std::int64_t type);
  void check_options(Form& owner, const Limit& limit, std::int64_t most);
  void check_section(Form& section);
  void check_container(Form& container);
  void check_input(Form& input);
  void check_label(Form& label);
  void check_custom_id(Form& one, Need need = Need::Required);
  void check_range(Form& one, const Limit& least, const Limit& most, std::int64_t usual_most);
  static void check_media(Form& owner, std::string_view key, bool only_attachments);

  const bool modal_;
  std::int64_t count_ = 0;
  std::int64_t text_ = 0;  // Characters of text displays.
  std::set<std::string> custom_ids_;
  std::set<std::int64_t> ids_;
};

inline std::int64_t Components::enter(Form& one,
                                      std::initializer_list<std::int64_t> allowed,
                                      std::string_view where) {
  ++count_;
  const std::int64_t id = one["id"].integer();
  if (id != 0 && !ids_.insert(id).second) {
    one.problem("id",
                "COMPONENT_ID_DUPLICATED",
                "Component id cannot be duplicated",
                "is " + std::to_string(id) + " a second time; give each component its own id");
  }
  if (!one["type"].exists()) {
    one.missing("type");
    return 0;
  }
  const std::int64_t type = one["type"].integer();
  if (is_one_of(type, allowed)) return type;
  std::string list;
  for (const std::int64_t other : allowed) {
    list.append(list.empty() ? "" : ", ").append(std::to_string(other));
  }
  one.problem("type",
              "UNION_TYPE_CHOICES",
              "Value of field \"type\" must be one of (" + list + ").",
              "is " + std::to_string(type) + "; " + std::string(where) + " allows " + list);
  return 0;
}

inline void Components::check_custom_id(Form& one, Need need) {
  const std::string id = one.text("custom_id", kCustomId, need);
  if (id.empty() || custom_ids_.insert(id).second) return;
  one.problem("custom_id",
              "COMPONENT_CUSTOM_ID_DUPLICATED",
              "Component custom id cannot be duplicated",
              "is \"" + id + "\" a second time; give each component its own custom_id");
}

inline void Components::check_range(Form& one,
                                    const Limit& least_limit,
                                    const Limit& most_limit,
                                    std::int64_t usual_most) {
  const std::int64_t least = one.integer("min_values", least_limit).value_or(1);
  const std::int64_t most = one.integer("max_values", most_limit).value_or(usual_most);
  if (least > most) {
    one.problem(
        "min_values",
        "NUMBER_TYPE_MAX",
        "Value must be less than or equal to " + std::to_string(most) + ".",
        "is " + std::to_string(least) + ", more than max_values (" + std::to_string(most) + ")");
  }
  if (modal_ && one.has("min_values") && least == 0 && one["required"].boolean(true)) {
    one.problem("min_values",
                "NUMBER_TYPE_MIN",
                "Value must be greater than or equal to 1.",
                "is 0, but the field is required; write required: false");
  }
}

inline void Components::check_button(Form& button) {
  constexpr std::int64_t kLink = 5;
  constexpr std::int64_t kPremium = 6;
  const std::int64_t style = button.integer("style", kButtonStyle, Need::Required).value_or(0);
  if (style < 1 || style > kPremium) return;
  const auto forbid = [&](std::initializer_list<const char*> keys, const std::string& kind) {
    for (const char* key : keys) {
      if (!button.has(key)) continue;
      button.problem(key,
                     "BUTTON_COMPONENT_FIELD_NOT_ALLOWED",
                     std::string(key) + " cannot be used with this button style",
                     "does not go with " + kind);
    }
  };
  button.text("label", kButtonLabel);
  if (style == kPremium) {
    if (!button.has("sku_id")) button.missing("sku_id");
    return forbid({"custom_id", "label", "url", "emoji"}, "a premium button");
  }
  if (style == kLink) {
    const std::string url = button.text("url", kButtonUrl, Need::Required);
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://") &&
        !url.starts_with("discord://")) {
      button.problem("url",
                     "URL_TYPE_INVALID_SCHEME",
                     "Scheme must be one of ('http', 'https', 'discord').",
                     "must begin with http:// or https://");
    }
    forbid({"custom_id", "sku_id"}, "a button with a link");
  } else {
    check_custom_id(button);
    forbid({"url", "sku_id"}, "a button of that style; use style 5 for a link");
  }
  if (button["label"].string().empty() && !button.has("emoji")) {
    button.missing("label", "is missing: a button needs a label or an emoji");
  }
}

inline void Components::check_options(Form& owner, const Limit& limit, std::int64_t most) {
  const auto given = owner.list("options", limit, Need::Required);
  if (!given) return;
  if (*given > 0 && *given < most) {
    owner.problem("options",
                  "BASE_TYPE_BAD_LENGTH",
                  "Must be between " + std::to_string(most) + " and " + std::to_string(limit.most) +
                      " in length.",
                  "has " + std::to_string(*given) + " options, fewer than max_values (" +
                      std::to_string(most) + ")");
  }
  std::set<std::string> values;
  std::int64_t chosen = 0;
  owner.each("options", [&](Form option) {
    option.text("label", kSelectOptionLabel, Need::Required);
    option.text("description", kSelectOptionText);
    const std::string value = option.text("value", kSelectOptionValue, Need::Required);
    chosen += option["default"].boolean() ? 1 : 0;
    if (value.empty() || values.insert(value).second) return;
    option.problem("value",
                   "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                   "The specified option value is already used",
                   "is \"" + value + "\" a second time; give each option its own value");
  });
  if (chosen > std::max<std::int64_t>(most, 1)) {
    owner.problem("options",
                  "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
                  "Too many default values",
                  "has " + std::to_string(chosen) + " chosen from the beginning, more than " +
                      std::to_string(std::max<std::int64_t>(most, 1)));
  }
}

inline void Components::check_select(Form& select, std::int64_t type) {
  check_custom_id(select);
  select.text("placeholder", kSelectPlaceholder);
  check_range(select, kSelectLeast, kSelectMost, 1);
  const std::int64_t least = select["min_values"].integer(1);
  const std::int64_t most = select["max_values"].integer(1);
  if (type == component::kStringSelect) return check_options(select, kSelectOptions, most);
  const auto defaults = select.list("default_values", kSelectDefaults);
  if (!defaults || *defaults == 0 || (*defaults >= least && *defaults <= most)) return;
  select.problem(
      "default_values",
      "BASE_TYPE_BAD_LENGTH",
      "Must be between " + std::to_string(least) + " and " + std::to_string(most) + " in length.",
      "has " + std::to_string(*defaults) + "; min_values and max_values allow " +
          std::to_string(least) + " to " + std::to_string(most));
}

inline void Components::check_row(Form& row) {
  using namespace component;
  row.list("components", kRowComponents, Need::Required);
  std::int64_t buttons = 0;
  std::int64_t others = 0;
  row.each("components", [&](Form child) {
    const std::int64_t type =
        modal_ ? enter(child, {kTextInput}, "an action row of a modal")
               : enter(child, {kButton, kStringSelect, 5, 6, 7, kChannelSelect}, "an action row");
    ++(type == kButton ? buttons : others);
    if (type == kTextInput) {
      child.text("label", kModalLabel, Need::Required);
      check_input(child);
    } else {
      check(child, type);
    }
  });
  if (others > 1 || (others == 1 && buttons > 0)) {
    row.problem("components",
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                "The specified component exceeds the maximum width",
                "holds a select or an input and something beside it; it takes a row of its own");
  }
}

inline void Components::check_media(Form& owner, std::string_view key, bool only_attachments) {
  if (!owner.has(key)) owner.missing(key);
  owner.object(key, [&](Form media) {
    const std::string url = media.text("url", kMediaUrl, Need::Required);
    const bool attached = url.starts_with("attachment://");
    const bool web = url.starts_with("http://") || url.starts_with("https://");
    if (url.empty() || attached || (web && !only_attachments)) return;
    media.problem("url",
                  "URL_TYPE_INVALID_SCHEME",
                  "Scheme is not supported.",
                  only_attachments ? "must be attachment:// and the name of a file"
                                   : "must begin with http://, https:// or attachment://");
  });
}

inline void Components::check_section(Form& section) {
  section.list("components", kSectionTexts, Need::Required);
  section.each("components", [&](Form child) {
    check(child, enter(child, {component::kTextDisplay}, "a section"));
  });
  if (!section.has("accessory")) section.missing("accessory");
  section.object("accessory", [&](Form one) {
    check(one, enter(one, {component::kButton, component::kThumbnail}, "a section's accessory"));
  });
}

inline void Components::check_container(Form& container) {
  using namespace component;
  container.list("components", kContainerComponents, Need::Required);
  container.integer("accent_color", kColor);
  container.each("components", [&](Form child) {
    check(child,
          enter(child,
                {kActionRow, kSection, kTextDisplay, kMediaGallery, kFile, kSeparator},
                "a container"));
  });
}

inline void Components::check_input(Form& input) {
  check_custom_id(input);
  input.integer("style", kInputStyle, Need::Required);
  input.text("value", kInputValue);
  input.text("placeholder", kInputPlaceholder);
  const auto least = input.integer("min_length", kInputLeast);
  const auto most = input.integer("max_length", kInputMost);
  if (least && most && *least > *most) {
    input.problem("min_length",
                  "NUMBER_TYPE_MAX",
                  "Value must be less than or equal to " + std::to_string(*most) + ".",
                  "is more than max_length");
  }
}

inline void Components::check_label(Form& label) {
  using namespace component;
  label.text("label", kModalLabel, Need::Required);
  label.text("description", kModalLabelText);
  if (!label.has("component")) label.missing("component");
  label.object("component", [&](Form one) {
    check(one,
          enter(one,
                {kStringSelect,
                 kTextInput,
                 kUserSelect,
                 6,
                 7,
                 kChannelSelect,
                 kFileUpload,
                 kRadioGroup,
                 kCheckboxGroup,
                 kCheckbox},
                "a label"));
  });
}

inline void Components::check(Form& one, std::int64_t type) {
  using namespace component;
  if (type == kActionRow) check_row(one);
  if (type == kButton) check_button(one);
  if (is_select(type)) check_select(one, type);
  if (type == kTextInput) check_input(one);
  if (type == kSection) check_section(one);
  if (type == kTextDisplay)
    text_ += characters(one.text("content", kDisplayedText, Need::Required));
  if (type == kThumbnail) {
    check_media(one, "media", false);
    one.text("description", kMediaText);
  }
  if (type == kMediaGallery) {
    one.list("items", kGalleryItems, Need::Required);
    one.each("items", [](Form item) {
      check_media(item, "media", false);
      item.text("description", kMediaText);
    });
  }
  if (type == kFile) check_media(one, "file", true);
  if (type == kContainer) check_container(one);
  if (type == kLabel) check_label(one);
  if (type == kFileUpload) {
    check_custom_id(one);
    check_range(one, kUploadLeast, kUploadMost, 1);
  }
  if (type == kRadioGroup) {
    check_custom_id(one);
    check_options(one, kRadioOptions, 1);
  }
  if (type == kCheckboxGroup) {
    check_custom_id(one);
    const auto options = static_cast<std::int64_t>(one["options"].size());
    check_range(one, kUploadLeast, kUploadMost, options);
    check_options(one, kCheckboxOptions, one["max_values"].integer(options));
  }
  if (type == kCheckbox) check_custom_id(one);
}

// `modern`: may hold what only messages with the flag IS_COMPONENTS_V2 hold.
inline void check_message_components(Form& message, bool modern) {
  using namespace component;
  if (!message.list("components", modern ? kComponents : kActionRows)) return;
  Components all(false);
  message.each("components", [&](Form one) {
    const std::int64_t type =
        modern ? all.enter(one,
                           {kActionRow,
                            kSection,
                            kTextDisplay,
                            kMediaGallery,
                            kFile,
                            kSeparator,
                            kContainer},
                           "a message with the flag IS_COMPONENTS_V2")
               : all.enter(one, {kActionRow}, "a message without the flag IS_COMPONENTS_V2");
    all.check(one, type);
  });
  if (all.count() > kComponents.most) message.count("components", all.count(), kComponents);
  if (all.text() > kDisplayedTotal.most) {
    message.problem(
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
        "The total text of displayable components exceeds 4000 characters",
        "hold " + std::to_string(all.text()) + " characters of text together; Discord allows 4000");
  }
}

}  // namespace detail

// The data of a callback that opens a modal.
inline Problems check_modal(Json body) {
  using namespace component;
  Problems problems;
  Form modal(body, "", problems);
  modal.text("custom_id", kCustomId, Need::Required);
  modal.text("title", kModalTitle, Need::Required);
  modal.list("components", kModalComponents, Need::Required);
  detail::Components all(true);
  modal.each("components", [&](Form one) {
    all.check(one, all.enter(one, {kActionRow, kTextDisplay, kLabel}, "a modal"));
  });
  return problems;
}

}  // namespace discern::plugin::limits
