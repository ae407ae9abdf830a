#pragma once
// The table of types of one plan and what can be said about two of them. Gradual: `any` fits everywhere and everything fits `any`.
// Owner: the checker, while it makes a plan. Thread: one.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/plan/plan.hpp"

namespace weir {

enum class Fit : std::uint8_t { yes, maybe, no };  // no: proved, every value fails

class Types {
public:
    explicit Types(plan::Plan& plan);  // puts `any` at 0

    plan::TypeId any() const { return 0; }
    plan::TypeId of(plan::TypeKind kind);
    plan::TypeId array(plan::TypeId element);
    plan::TypeId map(plan::TypeId element);
    plan::TypeId literal(Constant value);
    plan::TypeId range(plan::TypeId base, Constant low, Constant high);
    plan::TypeId maybe(plan::TypeId inner);  // T?
    plan::TypeId not_null(plan::TypeId type);
    plan::TypeId either(plan::TypeId a, plan::TypeId b);  // the smallest type that this table can say for both
    plan::TypeId one_of(std::vector<plan::TypeId> alternatives);
    // `exact`: an object made here, which has no other fields.
    plan::TypeId record(std::vector<plan::Field> fields, bool exact);
    plan::TypeId add(plan::Type type, bool exact = false);
    // While a declared type is being made, its copy would be half a type.
    void unfinished(plan::TypeId id) { unfinished_.push_back(id); }
    void finished(plan::TypeId id) { std::erase(unfinished_, id); }

    const plan::Type& at(plan::TypeId id) const { return plan_.types[id]; }
    plan::Type& change(plan::TypeId id) { return plan_.types[id]; }
    bool exact(plan::TypeId id) const { return exact_[id]; }
    bool is_any(plan::TypeId id) const { return at(id).kind == plan::TypeKind::any; }
    bool nullable(plan::TypeId id) const;
    bool is(plan::TypeId id, plan::TypeKind kind) const;       // every value but null is of this kind; literals and ranges by their base
    bool is_number(plan::TypeId id) const;
    plan::TypeKind base(plan::TypeId id) const;                // literal, range: of what; otherwise the kind
    bool every(plan::TypeId id, bool (*test)(plan::TypeKind)) const;  // of the bases of all alternatives

    Fit fits(plan::TypeId from, plan::TypeId to) const;
    // Can a value of one equal a value of the other? False is a proof.
    bool may_equal(plan::TypeId a, plan::TypeId b) const;

    struct Found {
        plan::TypeId type = 0;
        bool certain = false;  // it is there in every value
        bool never = false;    // proved: no value has it
    };
    Found field(plan::TypeId record, std::string_view name) const;
    std::vector<std::string> field_names(plan::TypeId record) const;
    plan::TypeId with_field(plan::TypeId record, const std::vector<std::string>& path, std::size_t index, plan::TypeId value);
    plan::TypeId without_field(plan::TypeId record, const std::string& name);
    plan::TypeId element(plan::TypeId array) const;  // any where it isn't known
    // The values of a union of literals; none where other values are possible.
    std::optional<std::vector<Constant>> literals(plan::TypeId id) const;
    std::string name(plan::TypeId id) const;

private:
    plan::Plan& plan_;
    std::vector<char> exact_;
    std::vector<plan::TypeId> unfinished_;
    std::vector<plan::TypeId> simple_;
    mutable int depth_ = 0;  // of `fits`, which a type that holds itself would not end
};

bool same_constant(const Constant& a, const Constant& b);      // 2.5 is 2.50 is no int
std::optional<int> order(const Constant& a, const Constant& b);  // none: they can't be compared
plan::TypeKind kind_of(const Constant& value);
std::string_view kind_name(plan::TypeKind kind);                // as written in the language
std::optional<plan::TypeKind> kind_of_name(std::string_view name);

}  // namespace weir
