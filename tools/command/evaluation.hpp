#pragma once
// Computes one expression for one message after the other, without an engine. Thread: one. The plan outlives it.
#include <cstdint>
#include <memory>
#include <string_view>

#include "dsl/plan/plan.hpp"

namespace weir::command {

class Evaluation {
public:
    Evaluation(const plan::Plan& plan, plan::ExprId expression);
    ~Evaluation();
    // The value as a line on standard output; false: the failure stands on standard error.
    bool run(std::string_view message, std::uint64_t number);
    bool writable() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weir::command
