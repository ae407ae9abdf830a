#pragma once
// What all analyses of one check share: the plan that grows, the names, the findings. Owner: check(). Thread: one.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/names/module.hpp"
#include "dsl/syntax/tree.hpp"
#include "dsl/types/types.hpp"

namespace weir {

struct ChannelName {
    plan::ChannelId id = plan::none;
    Span at;
    std::string purpose;  // the word its type was declared with: command, event, document, type; empty: no type
    // Before any flow is lowered: who names it, for near misses.
    Span produced, consumed;
    bool has_producer = false, has_consumer = false;
};
struct FlowName {
    Span at;
};

struct Allowed {  // `allow CODE "why"` under a statement
    std::string code;
    Span where;
};

struct ReplyPlace {
    std::string flow;
    Span at;
};

struct Checker {
    Checker(const ReadFile& r, const ConnectorCatalog& c, const CheckOptions& o, Sources& s, Findings& f);

    plan::Plan plan;
    Types types;
    Findings& findings;
    Sources& sources;
    const ConnectorCatalog& catalog;
    const ReadFile& read;
    const CheckOptions& options;
    std::vector<std::unique_ptr<Module>> modules;  // what is imported stands before what imports it
    NameMap<ChannelName> channels;
    NameMap<FlowName> flows;
    std::unordered_set<plan::ExprId> secrets;      // expressions that hold a secret
    NameMap<ConnectorName> ready_made;             // connectors that are there without a declaration, once used
    std::set<std::string> subscriptions;           // "topic as name"
    std::vector<Allowed> allowed;
    std::vector<ReplyPlace> replies;
    std::set<plan::ChannelId> asked;               // channels that are called, or asked by a test: their messages carry a return address
    std::set<std::string> unknown_sources;         // flows with a source that has its finding

    std::string text(Span at) const { return std::string(sources.text(at)); }
    void not_built(Span at, std::string_view what);
    ConnectorName* connector(Module& module, std::string_view name);
    std::vector<std::string> connector_names(Module& module) const;
};

// ---- the passes, in their order (each in its own file) ----
bool load(Checker& checker, const std::vector<std::string>& roots);  // load.cpp: parse, imports
void declare(Checker& checker);                                      // declare.cpp: every declared name, types, params, connectors, channels
void lower_flows(Checker& checker);                                  // flow.cpp
void lower_tests(Checker& checker);                                   // test.cpp
void conversations(Checker& checker);                                // conversations.cpp: what only all flows together show
// types/declared.cpp: a written type as one of the plan.
plan::TypeId lower_type(Checker& checker, Module& module, const syntax::Type& type);
plan::TypeId lower_declared(Checker& checker, TypeName& name);

}  // namespace weir
