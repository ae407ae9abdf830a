// Declarations, their annotations and their documentation.
#include <algorithm>

#include "dsl/grammar/build.hpp"
#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
using namespace syntax;

namespace {

// The line that ends right before `offset` (which begins a line); nothing at the beginning of the text.
std::string_view line_above(std::string_view text, std::size_t offset) {
    const auto end = offset - 1;
    const auto begin = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    const auto from = begin == std::string_view::npos ? 0 : begin + 1;
    return text.substr(from, end - from);
}
std::size_t first_sign(std::string_view line) { return std::min(line.find_first_not_of(" \t\r"), line.size()); }
bool is_comment(std::string_view line) {
    const auto at = first_sign(line);
    return at < line.size() && line[at] == '#';
}

}  // namespace

// The comment lines directly above: a view over all of them, `#` included. The text of a documentation without its signs is the reader's to make.
std::string_view Builder::documentation_above(std::size_t offset) const {
    const std::string_view all = file_.text;
    std::size_t begin = offset;
    while (begin > 0 && all[begin - 1] != '\n') --begin;
    if (all.substr(begin, offset - begin).find_first_not_of(" \t") != std::string_view::npos) return {};  // not the first on its line
    const std::size_t end = begin;
    while (begin > 0) {
        const auto line = line_above(all, begin);
        if (!is_comment(line) || (static_cast<std::size_t>(line.data() - all.data()) == 0 && line.substr(0, 2) == "#!")) break;
        begin = static_cast<std::size_t>(line.data() - all.data());
    }
    if (begin == end) return {};
    begin += first_sign(all.substr(begin, end - begin));
    std::string_view found = all.substr(begin, end - begin);
    while (!found.empty() && (found.back() == '\n' || found.back() == '\r')) found.remove_suffix(1);
    return found;
}

// The first block of comment lines, with a blank line under it. The edition and the imports may stand above.
std::string_view Builder::file_documentation() const {
    const std::string_view all = file_.text;
    std::size_t begin = std::string_view::npos, end = 0;
    for (std::size_t at = all.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0; at < all.size();) {
        const auto newline = std::min(all.find('\n', at), all.size());
        const auto line = all.substr(at, newline - at);
        const auto first = first_sign(line);
        const auto word = word_at(line.data() + first, line.data() + line.size());
        if (is_comment(line)) {
            if (begin == std::string_view::npos && line.substr(0, 2) != "#!") begin = at + first;
            end = newline;
        } else if (begin != std::string_view::npos) {
            if (first < line.size()) return {};  // it belongs to what stands under it
            break;
        } else if (first < line.size() && word != "edition" && word != "import") {
            return {};
        }
        at = newline + 1;
    }
    if (begin == std::string_view::npos) return {};
    auto found = all.substr(begin, end - begin);
    while (!found.empty() && (found.back() == '\n' || found.back() == '\r')) found.remove_suffix(1);
    return found;
}

void Builder::check_case(const Name& name, bool capital) {
    if (name.text.empty()) return;
    const char first = name.text.front();
    const bool is_capital = first >= 'A' && first <= 'Z';
    if (is_capital == capital) return;
    std::string right(name.text);
    if (capital) {
        const auto letter = right.find_first_not_of('_');
        if (letter == std::string::npos || is_digit(right[letter])) right = "T" + right;
        else {
            right.erase(0, letter);
            if (right[0] >= 'a' && right[0] <= 'z') right[0] = static_cast<char>(right[0] - 32);
        }
    } else {
        right[0] = static_cast<char>(first | 32);
    }
    findings_.error(Code::W0018, name.at, "`{}` begins with a {}", name.text, is_capital ? "capital" : "small letter")
        .say("types begin with a capital, other names do not")
        .replace(name.at, right, "write it so");
}

Annotation Builder::annotation(Index i) {
    Annotation result;
    result.at = span(i);
    const auto all = text(i);
    const auto length = all.find_first_of(" \t");
    result.word = {all.substr(0, length), {span(i).begin, span(i).begin + static_cast<std::uint32_t>(length)}};
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        if (kind(item) == Kind::name || kind(item) == Kind::dotted) result.name = name(item);
        else result.text = plain(item);
    }
    return result;
}

std::vector<Clause> Builder::header(Index i, std::vector<Annotation>& annotations) {
    std::vector<Clause> out;
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        if (kind(item) == Kind::annotation) annotations.push_back(annotation(item));
        if (kind(item) != Kind::clause) continue;  // broken: its finding is made
        Children inner = children(item);
        Clause clause;
        clause.at = span(item);
        clause.word = name(take(inner));
        if (clause.word.text == "on") {
            while (next_is(inner, Kind::class_name)) {
                clause.classes.push_back(name(take(inner)));
                const Children ahead = inner;
                if (next_is(inner, Kind::comma)) take(inner);
                if (!next_is(inner, Kind::class_name)) {
                    inner = ahead;
                    break;
                }
            }
        }
        clause.parts = parts(inner);
        out.push_back(std::move(clause));
    }
    return out;
}

std::vector<Parameter> Builder::parameters(Children& c) {
    std::vector<Parameter> out;
    while (next_is(c, Kind::parameter)) {
        Children inner = children(take(c));
        Parameter parameter;
        parameter.name = name(take(inner));
        check_case(parameter.name, false);
        if (next_is(inner, Kind::union_)) parameter.type = type_union(take(inner));
        if (inner.more()) parameter.fallback = expression(take(inner));
        out.push_back(std::move(parameter));
    }
    return out;
}

Declaration Builder::declaration(Index i) {
    Declaration result;
    result.at = span(i);
    result.documentation = documentation_above(nodes_[i].begin);
    if (kind(i) != Kind::declaration) return result;
    const auto all = text(i);
    const auto word = word_at(all.data(), all.data() + all.size());
    const Name word_name{word, {span(i).begin, span(i).begin + static_cast<std::uint32_t>(word.size())}};
    Children c = children(i);
    auto body = [&]() -> BlockBox { return next_is(c, Kind::block) ? block(take(c)) : nullptr; };

    if (word == "flow") {
        Flow node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.header = header(take(c), result.annotations);
        node.body = body();
        result.node = std::move(node);
    } else if (word == "process") {
        Process node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.header = header(take(c), result.annotations);
        node.body = body();
        result.node = std::move(node);
    } else if (word == "probe") {
        Probe node;
        const Index title = take(c);
        node.name = plain(title);
        node.name_at = span(title);
        node.header = header(take(c), result.annotations);
        node.body = body();
        result.node = std::move(node);
    } else if (word == "test") {
        Test node;
        const Index title = take(c);
        node.name = plain(title);
        node.name_at = span(title);
        node.body = body();
        result.node = std::move(node);
    } else if (word == "queue" || word == "topic") {
        Channel node;
        node.topic = word == "topic";
        while (next_is(c, Kind::dotted)) {
            node.names.push_back(name(take(c)));
            check_case(node.names.back(), false);
        }
        if (next_is(c, Kind::union_)) node.type = type_union(take(c));
        while (c.more() && kind(c.at) != Kind::annotation) {
            const Index item = take(c);
            Children inner = children(item);
            if (kind(item) == Kind::replies) node.replies = type_union(take(inner));
            else if (kind(item) == Kind::binding) node.on = target(take(inner));
            else if (kind(item) == Kind::keep) {
                if (node.keep) findings_.error(Code::W0409, span(item), "`keep` stands twice").help("a topic keeps a time or a size");
                node.keep = expression(take(inner));
            }
            else
                while (inner.more()) {
                    Children entry = children(take(inner));
                    Option option;
                    option.key = key(take(entry));
                    if (entry.more()) option.value = expression(take(entry));
                    node.options.push_back(std::move(option));
                }
        }
        result.node = std::move(node);
    } else if (word == "type" || word == "command" || word == "event" || word == "document") {
        TypeDeclaration node;
        node.word = word_name;
        node.name = name(take(c));
        check_case(node.name, true);
        if (next_is(c, Kind::record)) node.body = record(take(c));
        else if (next_is(c, Kind::union_)) node.body = type_union(take(c));
        else if (next_is(c, Kind::type_from)) {
            Children inner = children(take(c));
            node.from = name(take(inner));
            node.path = plain(take(inner));
        }
        if (next_is(c, Kind::type_by)) node.by = name(take(c) + 1);
        result.node = std::move(node);
    } else if (word == "import") {
        Import node;
        const Index what = take(c);
        node.what = span(what);
        node.is_path = kind(what) != Kind::dotted;
        if (node.is_path) node.path = plain(what);
        else node.module = name(what);
        if (next_is(c, Kind::alias)) node.alias = name(take(c) + 1);
        result.node = std::move(node);
    } else if (word == "param") {
        Param node;
        node.name = name(take(c));
        check_case(node.name, false);
        if (next_is(c, Kind::union_)) node.type = type_union(take(c));
        if (next_is(c, Kind::expression)) node.value = expression(take(c));
        result.node = std::move(node);
    } else if (word == "secret") {
        Secret node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.value = expression(take(c));
        result.node = std::move(node);
    } else if (word == "connector") {
        Connector node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.kind = target(take(c));
        result.node = std::move(node);
    } else if (word == "fn") {
        Function node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.parameters = parameters(c);
        if (next_is(c, Kind::result)) node.result = type_union(take(c) + 1);
        node.body = expression(take(c));
        result.node = std::move(node);
    } else if (word == "pattern") {
        PatternDeclaration node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.parameters = parameters(c);
        if (next_is(c, Kind::result)) node.result = type_union(take(c) + 1);
        node.body = body();
        result.node = std::move(node);
    } else if (word == "edition") {
        result.node = Edition{name(take(c))};
    } else if (word == "table") {
        Table node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.type = type_union(take(c));
        while (c.more() && kind(c.at) != Kind::annotation) part(take(c), node.parts);
        result.node = std::move(node);
    } else if (word == "switch") {
        Switch node;
        node.name = name(take(c));
        check_case(node.name, false);
        node.on = text(take(c)) == "on";
        result.node = std::move(node);
    } else if (word == "store") {
        result.node = StoreKeep{expression(take(c) + 1)};
    } else if (word == "allow") {
        Allow node;
        node.code = name(take(c));
        node.why = plain(take(c));
        result.node = std::move(node);
    }
    while (c.more()) {
        const Index item = take(c);
        if (kind(item) == Kind::annotation) result.annotations.push_back(annotation(item));
    }
    return result;
}

}  // namespace weir::grammar
