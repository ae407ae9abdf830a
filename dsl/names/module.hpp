#pragma once
// One file with the names that it declares. Owner: the Checker. Channels and flows are not here: they belong to the store, not to a file.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/connectors/spec.hpp"
#include "dsl/plan/plan.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir {

struct Module;
enum class Progress : std::uint8_t { fresh, doing, done };

struct TypeName {
    const syntax::TypeDeclaration* declaration = nullptr;
    Module* home = nullptr;
    plan::TypeId id = plan::none;
    Progress progress = Progress::fresh;
};
struct ParamName {
    Span at;
    std::uint32_t index = plan::none;  // none: its turn has not come
    bool secret = false;
};
struct FunctionName {
    const syntax::Function* declaration = nullptr;
    Module* home = nullptr;
    std::uint32_t index = plan::none;
    Progress progress = Progress::fresh;
    std::vector<plan::TypeId> parameters;
    plan::TypeId result = 0;
    FailureSet fails;
};
struct PatternName {
    const syntax::PatternDeclaration* declaration = nullptr;
    Module* home = nullptr;
    bool expanding = false;
};
struct ConnectorName {
    Span at;
    plan::ConnectorId id = plan::none;
    const ConnectorSpec* spec = nullptr;
};

template <class T> using NameMap = std::map<std::string, T, std::less<>>;

struct Module {
    std::size_t source = 0;
    std::string path;
    std::string stem;
    bool root = false;
    syntax::File tree;
    std::vector<Module*> imports;
    NameMap<TypeName> types;
    NameMap<ParamName> params;
    NameMap<FunctionName> functions;
    NameMap<PatternName> patterns;
    NameMap<ConnectorName> connectors;
    NameMap<Span> later;  // tables and switches: declared, refused once, not complained of again where they are used

    // Its own names first, then those of the files it imports (not of the files that those import).
    template <class T> T* find(NameMap<T> Module::* map, std::string_view name) {
        if (auto at = (this->*map).find(name); at != (this->*map).end()) return &at->second;
        for (Module* m : imports)
            if (auto at = (m->*map).find(name); at != (m->*map).end()) return &at->second;
        return nullptr;
    }
    template <class T> std::vector<std::string> names(NameMap<T> Module::* map) const {
        std::vector<std::string> all;
        for (const auto& [name, value] : this->*map) all.push_back(name);
        for (const Module* m : imports)
            for (const auto& [name, value] : m->*map) all.push_back(name);
        return all;
    }
};

}  // namespace weir
