#pragma once
// From the flat nodes to the syntax tree: precedence, escapes, indentation of texts, documentation.
// Thread: any; a Builder lives for one file. Views in the tree point into Sources.
#include <string>
#include <string_view>

#include "dsl/diagnostics/findings.hpp"
#include "dsl/grammar/nodes.hpp"
#include "dsl/source/sources.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir::grammar {

class Builder {
public:
    Builder(const SourceFile& file, const Nodes& nodes, Findings& findings);
    syntax::File build(std::size_t source);

private:
    using Index = std::uint32_t;
    // The children of a node, one after the other.
    struct Children {
        Index at, last;
        bool more() const { return at < last; }
    };
    Children children(Index i) const { return {i + 1, nodes_[i].last}; }
    Index take(Children& c) const {
        const Index i = c.at;
        c.at = nodes_[i].last;
        return i;
    }
    bool next_is(const Children& c, Kind kind) const { return c.more() && nodes_[c.at].kind == kind; }
    Kind kind(Index i) const { return nodes_[i].kind; }
    std::string_view text(Index i) const { return std::string_view(file_.text).substr(nodes_[i].begin, nodes_[i].end - nodes_[i].begin); }
    Span span(Index i) const { return {file_.begin + nodes_[i].begin, file_.begin + nodes_[i].end}; }
    Span offsets(std::size_t begin, std::size_t end) const { return {file_.begin + static_cast<std::uint32_t>(begin), file_.begin + static_cast<std::uint32_t>(end)}; }
    std::string_view text_of(Span at) const { return std::string_view(file_.text).substr(at.begin - file_.begin, at.end - at.begin); }
    syntax::Name name(Index i) const { return {text(i), span(i)}; }
    char character(std::size_t at) const { return at < file_.text.size() ? file_.text[at] : '\0'; }

    void measure();
    bool too_deep(Index i);

    // build_expression.cpp
    syntax::ExprBox expression(Index i);  // expression, chain or if
    syntax::ExprBox climb(Children& c, int level);
    syntax::ExprBox unary(Children& c);
    syntax::ExprBox postfix(Children& c);
    syntax::ExprBox primary(Children& c);
    syntax::ExprBox match(Index i);
    syntax::ExprBox object(Index i);
    syntax::ExprBox array(Index i);
    syntax::ExprBox lambda(Index i);
    syntax::ExprBox text_literal(Index i);
    syntax::ExprBox number(Index i) const;
    syntax::ExprBox constant(Index i) const;
    syntax::ExprBox bound(Index i);  // number, -number, timestamp, text, constant
    std::vector<syntax::Argument> arguments(Index i);
    std::vector<syntax::TextPiece> pieces(Index i);
    std::string plain(Index i);  // a text that must be constant
    syntax::Key key(Index i);
    syntax::Pattern pattern(Index i);

    // build_type.cpp
    syntax::TypeBox type(Index i);  // union or type
    syntax::TypeBox type_union(Index i);
    syntax::TypeBox record(Index i);

    // build_statement.cpp
    syntax::Target target(Index i);
    void part(Index i, std::vector<syntax::Part>& out);
    std::vector<syntax::Part> parts(Children& c);
    syntax::Statement statement(Index i);
    void check_parts(const syntax::Statement& statement);
    syntax::BlockBox block(Index i);

    // build_declaration.cpp
    syntax::Declaration declaration(Index i);
    syntax::Annotation annotation(Index i);
    std::vector<syntax::Clause> header(Index i, std::vector<syntax::Annotation>& annotations);
    std::vector<syntax::Parameter> parameters(Children& c);
    std::string_view documentation_above(std::size_t offset) const;
    std::string_view file_documentation() const;
    void check_case(const syntax::Name& name, bool capital);

    const SourceFile& file_;
    const Nodes& nodes_;
    Findings& findings_;
    std::vector<std::uint32_t> depths_;  // of the tree below each node
};

}  // namespace weir::grammar
