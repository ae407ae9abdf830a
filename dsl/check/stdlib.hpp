#pragma once
// The texts of stdlib/, put into the program when it is built: `import std.envelope` reads "envelope.flow". Immutable; any thread.
#include <span>
#include <string_view>

namespace weir {

struct StandardText {
    std::string_view name;  // "envelope"
    std::string_view text;
};
std::span<const StandardText> standard_library();

}  // namespace weir
