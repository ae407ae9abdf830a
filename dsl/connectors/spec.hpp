#pragma once
// What a connector kind says of itself, as data: the checker, `weir explain` and the engine read it.
#include <string>
#include <vector>

#include "dsl/plan/failure.hpp"
#include "dsl/plan/plan.hpp"

namespace weir {

struct ArgumentSpec {
    std::string name;
    plan::TypeKind type = plan::TypeKind::string;
    bool required = false;
    bool positional = false;          // may stand without its name, in order
    bool per_message = false;         // an expression over the message; otherwise over params only
    bool takes_secret = false;
    std::vector<std::string> choices; // bare names, for example overlap: never
    std::string doc;
};
enum class OperationRole : std::uint8_t { source, sink };
struct FactSpec {  // a field of `source`
    std::string name;
    plan::TypeKind type = plan::TypeKind::string;
};
struct OperationSpec {
    std::string name;
    OperationRole role = OperationRole::sink;
    std::vector<ArgumentSpec> arguments;
    std::vector<FactSpec> facts;      // sources
    bool finite = false;              // a source that ends
    bool polls = false;               // takes `every d`
    bool takes_back = false;          // `reject` is possible
    bool ordered = true;
    plan::TypeKind body = plan::TypeKind::any;
    FailureSet raises;                // sinks
    bool append = false;              // X1: lines of a set, synced and cut back with the commit
    bool two_way = false;             // a source whose sender waits for an answer (Q1)
    bool answers = false;             // a sink that `call` may use: its answer is the value
    std::int64_t timeout = 0;         // nanoseconds, of a call that says none (R8)
    std::string doc;
    std::string example;
};
struct ConnectorSpec {
    std::string kind;
    std::string doc;
    bool ready_made = false;          // there without a declaration, under its kind's name
    bool pinned = false;              // all flows that read from one connection of it share a thread
    std::vector<ArgumentSpec> arguments;
    std::vector<OperationSpec> operations;
    // One name may be both: `web.post("/scan")` behind `from` takes requests, behind `call` and `->` it makes them.
    const OperationSpec* find(const std::string& operation, OperationRole role) const {
        for (const OperationSpec& o : operations)
            if (o.name == operation && o.role == role) return &o;
        return nullptr;
    }
};
struct ConnectorCatalog {
    std::vector<ConnectorSpec> kinds;
    const ConnectorSpec* find(const std::string& kind) const {
        for (const ConnectorSpec& k : kinds)
            if (k.kind == kind) return &k;
        return nullptr;
    }
};

}  // namespace weir
