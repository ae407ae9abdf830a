#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

struct ArgumentCode {
    std::string name;
    CodePtr code;
};

// A target of the plan, resolved: exactly one of a channel, a file to append to, a sink. Immutable while the engine runs.
struct Destination {
    enum class Sort : std::uint8_t { channel, append, sink } sort = Sort::channel;
    std::string name;                       // as people say it: orders.big, file.append("x")
    No channel = 0;
    plan::TypeId type = plan::none;         // of a typed channel
    std::uint32_t type_mark = 0;
    std::uint64_t limit = 0;                // of a channel, in rows; 0: none (P3)
    bool may_answer = false;                // of a channel: a flow that reads it may reply (Q3)
    Connector* connector = nullptr;
    std::string operation;
    std::vector<ArgumentCode> arguments;
    std::string root;                       // the folder that a computed path may not leave
    std::optional<std::string> fixed_path;  // append, where the path is the same for every message
    Sink* sink = nullptr;
    EngineTime timeout{0};                  // of the sink's manifest (R8); 0: it names none
};

}  // namespace weir
