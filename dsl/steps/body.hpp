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
    std::vector<const PatternName*> expanding;
    std::string subject = "flow";
};

class Lowering {
public:
    Lowering(Checker& checker, FlowState& flow, ExprScope& scope) : c(checker), flow_(flow), scope_(&scope) {}

    Checker& c;
    ExprScope& scope() { return *scope_; }
    Types& types() { return c.types; }
    const FlowState& flow() const { return flow_; }

    // ---- blocks ----
    // The steps as a block of their own below `label`; its first node. `ended`: nothing goes on behind it.
    plan::NodeId block(const syntax::Block& b, const std::string& label, bool& ended);
    plan::NodeId action_block(const WrittenAction& a, const std::string& label, bool& ended);
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
    std::uint32_t let(std::string name, plan::TypeId type, bool secret, Span at);
    void pattern(const syntax::Statement& s);

private:
    struct Placed {
        plan::NodeId id;
        std::string target;
        bool own = true;  // false: of an expanded pattern, has its identity already
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
    bool bind_blocks(const syntax::Statement& s, PatternName& p, ExprScope& inside);
    void action(const WrittenAction& a);

    FlowState& flow_;
    ExprScope* scope_;
    std::vector<std::string> labels_;
    std::vector<Placed> nodes_;
    bool ended_ = false;
    const syntax::Block* around_ = nullptr;
};

// A statement whose word is no step: says what it may have meant.
void unknown_step(Checker& checker, Module& module, const syntax::Statement& statement);
// FNV-1a: the same everywhere and for ever, as the ids of messages rest on it.
std::uint64_t identity_hash(std::string_view text);

}  // namespace weir
