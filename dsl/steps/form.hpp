#pragma once
// Fits the parts of a statement, a clause or an action into the places of its form.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/steps/parts.hpp"
#include "dsl/steps/spec.hpp"

namespace weir {

struct Filling {
    const FormPlace* place = nullptr;
    Span at;                                 // its first part; of a clause, its word
    const syntax::Expr* value = nullptr;     // value, path, choice, subject, .., and the left side of an assignment
    const syntax::Expr* assigned = nullptr;
    const syntax::Expr* upto = nullptr;      // range
    std::vector<const syntax::Expr*> paths;
    const syntax::Target* target = nullptr;  // of `->` and `call`
    const syntax::Expr* sent = nullptr;      // the message behind a target
    const syntax::Block* block = nullptr;
    std::optional<WrittenAction> action;
    std::string word;                        // choice, name, text
};
// What may stand under every step and arm.
struct WrittenOn {
    Span at;
    std::vector<syntax::Name> classes;
    WrittenAction action;
};
struct WrittenUndo {
    Span at;
    const syntax::Block* block = nullptr;
};
struct WrittenAllow {
    Span at;
    syntax::Name code;
};
struct Form {
    std::vector<Filling> fillings;
    std::vector<WrittenOn> on;
    std::vector<WrittenUndo> undo;
    std::vector<WrittenAllow> allow;
    std::vector<NotBuilt> not_built;  // what fits and this version can't do
    const Filling* get(std::string_view name) const {
        for (const Filling& f : fillings)
            if (f.place->name == name) return &f;
        return nullptr;
    }
};

// None: a part is missing or does not belong, with its finding.
std::optional<Form> match_form(Checker& checker, const StepSpec& spec, const syntax::Statement& statement, Around around = {});
std::optional<Form> match_parts(Checker& checker, const StepSpec& spec, const std::vector<syntax::Part>& parts, Span word, Around around = {}, bool annotations = false);
// As many parts as fit; what is left stays for the caller. False: has its finding. `shown`: the form, for findings.
bool take_places(Parts& parts, Checker& checker, const StepSpec& shown, const Places& places, Span word, Around around, ActionPlace actions, Form& out);
// `on`, `undo` or `allow`, where one stands here. None: none does. False: has its finding.
std::optional<bool> take_annotation(Parts& parts, Checker& checker, Around around, Form& out);
// `allow CODE` under a statement holds for the statement.
void note_allowed(Checker& checker, const Form& form, Span statement);
// An arm's action and what belongs to it. None: has its finding.
struct ArmForm {
    WrittenAction action;
    Form form;
};
std::optional<ArmForm> match_arm(Checker& checker, const syntax::Statement& arm, Around around = {});
// A statement that is no arm among arms.
void no_arm(Checker& checker, const syntax::Statement& statement, std::string_view word, bool sends_too);
// What stands at a part, for findings: "`for`".
std::string part_text(const Checker& checker, const syntax::Part& part);

// ---- what the forms alone say of blocks that are not lowered: those of words that are not built ----
enum class BlockKind : std::uint8_t { steps, arms, recipients, states, state, test };
void check_forms(Checker& checker, const syntax::Block& block, BlockKind kind, std::string_view word, Around around = {});
void check_forms_inside(Checker& checker, const Form& form, std::string_view word, Around around = {});
void check_forms_inside(Checker& checker, const WrittenAction& action, Around around);

}  // namespace weir
