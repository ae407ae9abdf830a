#include "dsl/steps/formats.hpp"

#include "dsl/check/arguments.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

ArgumentSpec argument(std::string name, TypeKind type, std::string what) {
    ArgumentSpec out;
    out.name = std::move(name);
    out.type = type;
    out.doc = std::move(what);
    return out;
}

std::vector<ArgumentSpec> csv_arguments(bool reads) {
    std::vector<ArgumentSpec> out = {
        argument("separator", TypeKind::string, "one ASCII character between two fields; a comma where none is said"),
        argument("quote", TypeKind::string, "the character around fields that hold a separator or a line end; a double quote where none is said, \"\": there are no quotes"),
        argument("header", TypeKind::bool_, reads ? "the first line names the fields; true where nothing is said" : "a first line names the fields; true where nothing is said"),
        argument("columns", TypeKind::array, reads ? "the names of the fields of a text without a header" : "the fields that are written, in their order; those of the first record where nothing is said"),
    };
    if (reads) out.push_back(argument("skip", TypeKind::int_, "so many lines stand before the table"));
    return out;
}

// One ASCII character that is no line end, or for a quote none at all.
bool is_sign(const std::string& text, bool may_be_empty) { return text.empty() ? may_be_empty : text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\n' && text[0] != '\r' && text[0] != '\0'; }

Span at_of(const Lowering& body, const Node& node, std::string_view name) {
    for (const Argument& a : node.arguments)
        if (a.name == name) return body.c.plan.exprs[a.value].at;
    return node.at;
}

// What only all arguments of csv together show, as far as they are constants.
void check_csv(Lowering& body, const Node& node, bool reads) {
    const auto text = [&](std::string_view name) -> std::optional<std::string> {
        const auto constant = constant_argument(body, node, name);
        const auto* given = constant ? std::get_if<std::string>(&*constant) : nullptr;
        return given ? std::optional(*given) : std::nullopt;
    };
    Findings& findings = body.c.findings;
    std::string separator = ",", quote = "\"";
    if (const auto given = text("separator")) {
        separator = *given;
        if (!is_sign(separator, false)) findings.error(Code::W0306, at_of(body, node, "separator"), "`separator` of `csv` is one ASCII character");
    }
    if (const auto given = text("quote")) {
        quote = *given;
        if (!is_sign(quote, true)) findings.error(Code::W0306, at_of(body, node, "quote"), "`quote` of `csv` is one ASCII character, or \"\" where there are no quotes");
    }
    if (separator == quote) findings.error(Code::W0306, at_of(body, node, "quote"), "`separator` and `quote` of `csv` are the same");
    const auto header = constant_argument(body, node, "header");
    const bool* named = header ? std::get_if<bool>(&*header) : nullptr;
    for (const Argument& a : node.arguments) {
        if (a.name == "skip") {
            const auto count = constant_argument(body, node, "skip");
            if (const auto* n = count ? std::get_if<std::int64_t>(&*count) : nullptr; n && *n < 0) findings.error(Code::W0306, at_of(body, node, "skip"), "`skip` of `csv` is a number of lines");
        }
        if (a.name != "columns") continue;
        const Expr& list = body.c.plan.exprs[a.value];
        const bool array = body.c.types.is_any(list.type) || body.c.types.is(list.type, TypeKind::array);
        bool texts = array && !(list.op == Op::array && list.operands.empty());
        if (list.op == Op::array)
            for (ExprId e : list.operands) texts = texts && body.c.types.fits(body.c.plan.exprs[e].type, body.c.types.of(TypeKind::string)) != Fit::no;
        if (!texts) findings.error(Code::W0306, list.at, "`columns` of `csv` is a list of names: `columns: [\"id\", \"total\"]`");
        else if (reads && (!header || (named && *named))) findings.error(Code::W0306, list.at, "the header names the fields already").help("`columns` are for a text without one: `header: false`");
    }
}

}  // namespace

const std::vector<FormatSpec>& format_catalog() {
    static const std::vector<FormatSpec> all = {
        {"json", true, {}, {}},
        {"csv", true, csv_arguments(true), csv_arguments(false)},
        {"text", true, {}, {}},
        {"xml", false, {}, {}},
        {"yaml", false, {}, {}},
        {"form", false, {}, {}},
        {"avro", false, {}, {}},
        {"protobuf", false, {}, {}},
        {"gzip", false, {}, {}},
    };
    return all;
}

const FormatSpec* format_of(Lowering& body, const syntax::Statement& s, const Form& form, Node& node) {
    static const std::vector<syntax::Argument> nothing;
    const syntax::Expr& written = *form.get("format")->value;
    const auto* call = std::get_if<syntax::Call>(&written.node);
    const syntax::Name& name = call ? call->function : std::get<syntax::Reference>(written.node).name;
    const FormatSpec* found = nullptr;
    std::vector<std::string> names;
    for (const FormatSpec& spec : format_catalog()) {
        if (spec.name == name.text) found = &spec;
        names.emplace_back(spec.name);
    }
    const bool reads = s.word.text == "decode";
    if (found && found->built) {
        node.text = name.text;
        const std::size_t before = body.c.findings.all().size();
        node.arguments = lower_arguments(body.c, body.scope(), call ? call->arguments : nothing, reads ? found->reads : found->writes, "`" + std::string(name.text) + "`", written.at);
        if (body.c.findings.all().size() == before && found->name == "csv") check_csv(body, node, reads);
        if (body.c.findings.all().size() == before) return found;
        body.scope().body = body.types().any();
        return nullptr;
    }
    body.scope().body = body.types().any();
    if (found) {
        body.c.not_built(name.at, "`" + std::string(s.word.text) + " " + std::string(name.text) + "`");
        return nullptr;
    }
    auto finding = body.c.findings.error(Code::W0314, name.at, "`{}` has no format `{}`", s.word.text, name.text);
    const std::string best = nearest(name.text, names);
    if (!best.empty()) finding.replace(name.at, best, "did you mean");
    else finding.help("one of `json`, `csv`, `text`");
    return nullptr;
}

std::optional<Constant> constant_argument(const Lowering& body, const Node& node, std::string_view name) {
    for (const Argument& a : node.arguments)
        if (a.name == name && a.value != none && body.c.plan.exprs[a.value].op == Op::constant) return body.c.plan.exprs[a.value].constant;
    return std::nullopt;
}

}  // namespace weir
