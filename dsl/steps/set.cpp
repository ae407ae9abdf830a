#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& ch : out)
        if (ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch + 32);
    return out;
}

// header.x or header["x-y"].
std::optional<std::string> header_name(Lowering& body, const syntax::Expr& e) {
    auto is_header = [](const syntax::ExprBox& base) {
        const auto* r = base ? std::get_if<syntax::Reference>(&base->node) : nullptr;
        return r && r->name.text == "header";
    };
    if (const auto* m = std::get_if<syntax::Member>(&e.node); m && !m->arguments && is_header(m->base)) return lower_case(m->field.text);
    if (const auto* i = std::get_if<syntax::Index>(&e.node); i && i->index && is_header(i->base)) {
        auto name = body.expressions().literal(*i->index);
        if (const auto* text = name ? std::get_if<std::string>(&*name) : nullptr) return lower_case(*text);
    }
    return std::nullopt;
}

void set(Lowering& body, const syntax::Statement& s, const Form& form) {
    const Filling& what = *form.get("path");
    plan::Node n = body.make("set", s.at);
    n.exprs = {body.value(*what.assigned)};
    const plan::TypeId type = body.expressions().type_of(n.exprs[0]);
    plan::Path path;
    std::string name;
    if (auto header = header_name(body, *what.value)) {
        path.names = {"header", *header};
        n.text = "header";
        name = "header." + *header;
        body.no_secret(n.exprs[0], "a header");
        if (body.types().every(type, [](plan::TypeKind k) { return k == plan::TypeKind::record || k == plan::TypeKind::array || k == plan::TypeKind::map; }))
            body.c.findings.error(Code::W0204, what.assigned->at, "a header is a text, and `{}` is {}", body.c.text(what.assigned->at), body.expressions().say(type));
    } else if (auto dotted = dotted_name(*what.value, body.c.sources); dotted && dotted->text == "meta.correlation_id") {
        path.names = {"correlation_id"};
        path.is_let = true;
        name = "meta.correlation_id";
        body.no_secret(n.exprs[0], "the correlation id");
    } else {
        auto place = body.body_path(*what.value, false, "set");
        if (!place) return;
        path = std::move(*place);
        name = "body";
        for (const std::string& part : path.names) name += "." + part;
        body.no_secret(n.exprs[0], "the body");
        if (!body.types().is(body.scope().body, plan::TypeKind::record)) n.can_fail.add(FailureClass::invalid);
        body.scope().body = body.types().with_field(body.scope().body, path.names, 0, type);
    }
    n.paths = {std::move(path)};
    body.add(std::move(n), name);
}

}  // namespace

StepSpec set_step() {
    return step("set", "Changes one field of the body, one header, or `meta.correlation_id`.")
        .operand("path", Want::assignment, "the place and its new value: `set body.total = 12`")
        .keeps_order()
        .example("set body.total = body.price * body.count")
        .example("set header.file = \"orders\"")
        .does(set);
}

}  // namespace weir
