#include "dsl/names/nearest.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

// body.a["b"].c, with `[]` for each element where `keep` and `drop` allow it.
std::optional<Path> Lowering::body_path(const syntax::Expr& e, bool each_allowed, std::string_view word) {
    Path path;
    const syntax::Expr* at = &e;
    auto wrong = [&]() {
        auto finding = c.findings.error(Code::W0309, e.at, "`{}` is no place that `{}` can change", c.text(e.at), word);
        if (word == "enrich") finding.help("a path of the body: `enrich body.x = call ..`");
        else if (word == "set") finding.help("`body.x`, `header.x` or `meta.correlation_id`; a name is bound by `let`");
        else finding.help("a path of the body: `body.x`, `body.lines[].price`");
        return std::nullopt;
    };
    while (true) {
        if (const auto* m = std::get_if<syntax::Member>(&at->node); m && m->base && !m->safe && !m->arguments) {
            path.names.insert(path.names.begin(), std::string(m->field.text));
            at = m->base.get();
        } else if (const auto* i = std::get_if<syntax::Index>(&at->node); i && i->base && !i->safe) {
            if (!i->index) {
                if (!each_allowed) return wrong();
                path.names.insert(path.names.begin(), "[]");
            } else {
                auto name = expressions().literal(*i->index);
                const auto* text = name ? std::get_if<std::string>(&*name) : nullptr;
                if (!text) return wrong();
                path.names.insert(path.names.begin(), *text);
            }
            at = i->base.get();
        } else {
            break;
        }
    }
    const auto* root = std::get_if<syntax::Reference>(&at->node);
    if (!root || root->name.text != "body" || path.names.empty()) return wrong();
    // What isn't there can't be kept or dropped; `set` and `enrich` make a field.
    if (word != "set" && word != "enrich") {
        TypeId type = scope_->body;
        for (const std::string& name : path.names) {
            if (name == "[]") {
                type = c.types.element(type);
                continue;
            }
            const Types::Found found = c.types.field(type, name);
            if (found.never) {
                auto finding = c.findings.error(Code::W0200, e.at, "`{}` has no field `{}`", c.types.at(type).name.empty() ? "the body" : c.types.name(type), name);
                const std::string best = nearest(name, c.types.field_names(type));
                if (!best.empty()) finding.help("did you mean `{}`?", best);
                return std::nullopt;
            }
            type = found.type;
        }
    }
    return path;
}

}  // namespace weir
