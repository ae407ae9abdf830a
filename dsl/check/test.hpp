#pragma once
// Lowers the statements of one test. Owner: lower_tests(). One file for each group of words.
#include <optional>

#include "dsl/check/checker.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

class TestLowering {
public:
    TestLowering(Checker& checker, Module& module, plan::Test& test);
    void statement(const syntax::Statement& s);
    std::uint32_t lets() const { return state_.lets; }

private:
    // test.cpp
    void let(const syntax::Statement& s);
    void advance(const Form& form, Span at);
    void hold(const Form& form, bool pause, Span at);
    void replay(const Form& form, Span at);
    void purge(const Form& form, Span at);
    // test_send.cpp
    void send(const Form& form, Span at);
    void stub(const Form& form, Span at);
    // test_expect.cpp
    void expect(const syntax::Statement& s);
    bool expect_flow(Parts& parts, plan::TestExpect& made, Span word);
    bool expect_reply(Parts& parts, plan::TestExpect& made);
    bool expect_targets(Parts& parts, plan::TestExpect& made, Span word, const syntax::Part& first);
    bool clauses(Parts& parts, plan::TestExpect& made, plan::TypeId body, const std::string& what);
    bool count(Parts& parts, plan::TestExpect& made, std::string_view word, Span at);
    // test_target.cpp
    enum class Side : std::uint8_t { source, sink, any };
    std::optional<plan::TestTarget> target(const Asked& asked, Side side);
    std::optional<plan::TestEndpoint> endpoint(const Asked& asked, Side side);
    std::string flow_name(const syntax::Name& name);  // empty: has its finding
    bool is_flow(std::string_view name) const;
    bool is_read(const plan::TestEndpoint& endpoint) const;  // by a flow
    const OperationSpec* operation(const plan::TestEndpoint& endpoint, OperationRole role) const;
    plan::TypeId body_of(const plan::TestTarget& target) const;

    plan::ExprId value(const syntax::Expr& e) { return body_.value(e); }
    // A value that is proved to be of another type has its finding.
    plan::ExprId typed(const syntax::Expr& e, plan::TypeKind kind, std::string_view word, std::string_view example);
    void add(plan::TestStep step) { test_.steps.push_back(std::move(step)); }

    Checker& c_;
    Module& module_;
    plan::Test& test_;
    FlowState state_;
    ExprScope scope_;
    Lowering body_;
    std::vector<std::string> replies_;  // names of sends that wait
    bool asked_ = false;
};

}  // namespace weir
