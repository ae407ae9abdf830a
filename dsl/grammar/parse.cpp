#include "dsl/grammar/parse.hpp"

#include <algorithm>

#include "dsl/grammar/build.hpp"
#include "dsl/grammar/characters.hpp"
#include "dsl/grammar/rules.hpp"

namespace weir {

syntax::File parse(const Sources& sources, std::size_t index, Findings& findings) {
    const SourceFile& file = sources.file(index);
    syntax::File nothing;
    nothing.source = index;
    if (!grammar::check_characters(file, findings)) return nothing;
    const auto characters = findings.all().size();
    const auto nodes = grammar::read(file, findings);
    syntax::File tree = grammar::Builder(file, nodes, findings).build(index);
    if (characters > 0) {
        // A character that can't stand anywhere explains what the rules say about its place.
        auto& all = findings.all();
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(characters);
        all.erase(std::remove_if(first, all.end(), [&](const Finding& finding) {
                      return std::any_of(all.begin(), first, [&](const Finding& earlier) { return earlier.at.begin == finding.at.begin; });
                  }), all.end());
    }
    return tree;
}

}  // namespace weir
