#pragma once
// Fits the parts of a statement into the places of its step's form.
#include <optional>
#include <string_view>
#include <vector>

#include "dsl/steps/parts.hpp"
#include "dsl/steps/spec.hpp"

namespace weir {

struct Filling {
    const FormPlace* place = nullptr;
    Span at;
    const syntax::Expr* value = nullptr;     // value, condition, path, choice, and the left side of an assignment
    const syntax::Expr* assigned = nullptr;
    std::vector<const syntax::Expr*> paths;
    const syntax::Target* target = nullptr;
    const syntax::Expr* sent = nullptr;      // the message behind a target
    const syntax::Block* block = nullptr;
    std::optional<WrittenAction> action;
    std::string word;                        // choice
};
struct Form {
    std::vector<Filling> fillings;
    const Filling* get(std::string_view name) const {
        for (const Filling& f : fillings)
            if (f.place->name == name) return &f;
        return nullptr;
    }
};
// None: a part is missing or does not belong, with its finding.
std::optional<Form> match_form(Checker& checker, const StepSpec& spec, const syntax::Statement& statement);
// What stands at a part, for findings: "`for`".
std::string part_text(const Checker& checker, const syntax::Part& part);

}  // namespace weir
