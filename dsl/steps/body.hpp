#pragma once
// Lowers the steps of one flow into nodes. Steps (one file each) get their form filled in and add nodes through this.
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/checker.hpp"
#include "dsl/expressions/expressions.hpp"
#include "dsl/steps/form.hpp"

namespace weir {

struct FlowState {  // what is counted over the whole flow
    std::string name;
    std::uint32_t lets = 0;
    std::vector<plan::Binding> bindings;
    bool takes_back = true;
    bool source_known = false;               // every source is declared: what it can't do is a finding
    Span source_at;                          // the first one that can't take a message back
    std::vector<std::pair<FailureClass, Span>> table_classes;  // of the table's lines, as written
    std::size_t tap_count = 0;
    std::vector<plan::Flow> taps;            // the flows behind its taps' queues, in their order
    std::vector<const PatternName*> expanding;
    std::string subject = "flow";
};

enum class FailurePlace : std::uint8_t { table, step };
struct ActionResult {  // what a step's own failure line leaves to the steps behind it
    bool goes_on = false;
    bool skipped = false;
    plan::TypeId body = 0;
    plan::TypeId given = plan::none;
    std::optional<Span> replied;
};

// Whom a call asks: a channel's name, or `connector.operation(arguments)`.
struct Asked {
    syntax::Name name;
    const std::vector<syntax::Argument>* arguments = nullptr;
    Span at;
};
Asked asked_of(const Filling& filling, const Sources& sources);

class Lowering {
public:
    Lowering(Checker& checker, FlowState& flow, ExprScope& scope);

    Checker& c;
    ExprScope& scope() { return *scope_; }
    Types& types() { return c.types; }
    const FlowState& flow() const { return flow_; }

    // ---- blocks ----
    // The steps as a block of their own below `label`; its first node. `ended`: nothing goes on behind it.
    plan::NodeId block(const syntax::Block& b, const std::string& label, bool& ended);
    plan::NodeId action_block(const WrittenAction& a, const std::string& label, bool& ended);
    // The same with failure lines of its own.
    plan::NodeId guarded_block(const WrittenAction& a, const std::vector<WrittenOn>& on, const std::string& label, bool& ended);
    void statements(const syntax::Block& b);
    void arms(const syntax::Block& b, BlockKind kind, plan::ExprId subject, plan::Node& node, std::string_view word);

    // ---- nodes ----
    plan::Node make(std::string word, Span at) const;
    plan::NodeId add(plan::Node node, const std::string& target = {});
    void end() { ended_ = true; }  // what stands behind in this block is never reached

    // ---- what steps are made of ----
    Expressions expressions() { return Expressions(c, *scope_); }
    plan::ExprId value(const syntax::Expr& e);
    plan::ExprId condition(const syntax::Expr& e, const std::string& what);
    // A finding where the value holds a secret; `where`: "a log".
    void no_secret(plan::ExprId id, std::string_view where);
    std::optional<plan::Path> body_path(const syntax::Expr& e, bool each_allowed, std::string_view word);
    std::optional<plan::Target> target(const syntax::Target& t);
    std::string target_name(const plan::Target& t) const;
    void send(const syntax::Target& t, const syntax::Expr* message, const syntax::Expr* headers, Span at);
    void check_channel(const plan::Target& t, plan::TypeId body, Span at);
    void fail(const syntax::Name& failure, const syntax::Expr* why, Span at);
    void discard(const syntax::Expr* why, Span at);
    plan::ExprId headers(const syntax::Expr& e);
    // Fills `node.call` and what it can fail as; `name`: the target's. False: has its finding.
    bool call(const Asked& t, const syntax::Expr* message, const Form& form, plan::Node& node, std::string& name);
    void reply(const Form& form, Span at);
    // The copy goes to a queue of the tap's own, and a flow of its own takes it from there (T2).
    void tap(const Form& form, Span at);
    // `possible`: what the lines cover can fail as these. `results`: one for each line that is made.
    std::vector<plan::FailureLine> failure_lines(const std::vector<WrittenOn>& written, FailurePlace place, FailureSet possible, std::vector<ActionResult>* results = nullptr);
    std::uint32_t let(std::string name, plan::TypeId type, bool secret, Span at);
    void pattern(const syntax::Statement& s);

private:
    struct Placed {
        plan::NodeId id;
        std::string target;
        bool own = true;  // false: of an expanded pattern, has its identity already
        plan::NodeId on_begin = 0, on_end = 0;  // the nodes in its own failure actions
    };
    struct Open {
        std::vector<Placed> nodes;
        bool ended = false;
    };
    void statement(const syntax::Statement& s, const syntax::Block& around);
    void step(const syntax::Statement& s);
    void identify(std::vector<Placed>& nodes);
    plan::NodeId link(const std::vector<Placed>& nodes);
    void expand(const syntax::Statement& s, PatternName& p);
    bool bind_arguments(const syntax::Statement& s, PatternName& p, ExprScope& inside);
    bool bind_blocks(const syntax::Statement& s, PatternName& p, ExprScope& inside, Form& form);
    void action(const WrittenAction& a);
    struct Before {  // what is known in front of a step, for its own failure lines
        plan::TypeId body = 0;
        std::vector<Bound> bound;
        std::optional<Span> replied;
        bool ended = false;
    };
    Before before() const;
    template <class Lower> plan::NodeId inside(const std::string& label, bool& ended, Lower lower);
    void own_lines(const std::vector<WrittenOn>& written, const Before& at);
    void go_on(plan::NodeId id, const plan::FailureLine& line, const ActionResult& result, const Before& at);
    void guard(plan::NodeId first, bool ended, Span at, const std::string& what, const std::vector<WrittenOn>& on, const Before& before_it);
    std::string prefix() const;
    bool failure_action(const WrittenAction& w, FailurePlace place, const std::string& label, plan::Action& a);
    bool step_only(const WrittenAction& w, FailurePlace place);
    bool reply_parts(const Form& form, Span at, plan::ExprId& status, plan::ExprId& body);

    FlowState& flow_;
    ExprScope* scope_;
    std::vector<std::string> labels_;
    std::vector<Placed> nodes_;
    bool ended_ = false;
    bool action_ended_ = false;
    std::optional<Span> replied_, block_replied_;  // on some way to here; at the end of the block before
    std::string copies_;                           // inside a step that works on copies: its word
    const syntax::Block* around_ = nullptr;
};

// A tap to an endpoint or to steps: through a queue of its own.
bool taps_on_its_own(const Form& form);
// A statement whose word is no step: says what it may have meant.
void unknown_step(Checker& checker, Module& module, const syntax::Statement& statement);
// FNV-1a: the same everywhere and for ever, as the ids of messages rest on it.
std::uint64_t identity_hash(std::string_view text);

}  // namespace weir
