#pragma once
// `--where`: a condition over stored messages. Thread: one.
#include <memory>
#include <string>

#include "engine/message/message.hpp"

namespace weir::command {

class Where {
public:
    // Null: `why` has the findings.
    static std::unique_ptr<Where> make(const std::string& expression, std::string& why);
    ~Where();
    // Does it hold? What can't be computed for a message does not hold for it.
    bool holds(Message message);

private:
    Where();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weir::command
