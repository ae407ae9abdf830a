#include "dsl/grammar/build.hpp"

#include <algorithm>

namespace weir::grammar {

// Stages behind the parser walk the tree by recursion: a chain of operators makes it deep without a bracket.
inline constexpr std::uint32_t deepest = 2000;

Builder::Builder(const SourceFile& file, const Nodes& nodes, Findings& findings) : file_(file), nodes_(nodes), findings_(findings) { measure(); }

void Builder::measure() {
    depths_.assign(nodes_.size(), 0);
    for (auto i = nodes_.size(); i-- > 0;) {
        std::uint32_t below = 0, count = 0;
        for (Children c = children(static_cast<Index>(i)); c.more(); ++count) below = std::max(below, depths_[take(c)]);
        const Kind k = nodes_[i].kind;
        const bool chain = k == Kind::chain || k == Kind::expression || k == Kind::in;
        depths_[i] = below + (chain ? count : 1);
    }
}

bool Builder::too_deep(Index i) { return depths_[i] > deepest; }

syntax::File Builder::build(std::size_t source) {
    syntax::File file;
    file.source = source;
    if (nodes_.empty()) return file;
    file.documentation = file_documentation();
    for (Children c = children(0); c.more();) file.declarations.push_back(declaration(take(c)));
    return file;
}

}  // namespace weir::grammar
