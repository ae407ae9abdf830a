#pragma once
// Content types and bodies; statuses and failure classes. Pure.
#include <string>
#include <string_view>

#include "dsl/plan/failure.hpp"
#include "engine/message/message.hpp"

namespace weir::http {

// What a body says it is. `other` comes as bytes.
enum class Media : std::uint8_t { none, json, text, form, multipart, other, foreign_charset };
Media media_of(std::string_view content_type);
Format format_of(Media media);
std::string_view content_type_of(Format format);  // empty for none

// The class of a status from 300; library.md, status to class.
FailureClass class_of(unsigned status);

}  // namespace weir::http
