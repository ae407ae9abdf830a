#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

using plan::TypeId;

// The record with only the fields of these paths; `any` where a path goes deeper than is worth following.
TypeId kept(Types& types, TypeId body, const std::vector<plan::Path>& paths) {
    if (types.at(body).kind == plan::TypeKind::text_record) return body;
    if (types.at(body).kind != plan::TypeKind::record) return types.any();
    std::vector<plan::Field> fields;
    for (const plan::Path& p : paths) {
        if (p.names.size() != 1) return types.any();
        for (const plan::Field& f : types.at(body).fields)
            if (f.name == p.names[0]) fields.push_back(f);
    }
    return types.record(std::move(fields), true);
}

void keep_or_drop(Lowering& body, const syntax::Statement& s, const Form& form) {
    const bool keep = s.word.text == "keep";
    plan::Node n = body.make(std::string(s.word.text), s.at);
    for (const syntax::Expr* e : form.get("paths")->paths) {
        auto path = body.body_path(*e, true, s.word.text);
        if (!path) return;
        n.paths.push_back(std::move(*path));
    }
    if (!body.types().is(body.scope().body, plan::TypeKind::record)) n.can_fail.add(FailureClass::invalid);
    if (keep) {
        body.scope().body = kept(body.types(), body.scope().body, n.paths);
    } else {
        for (const plan::Path& p : n.paths) body.scope().body = p.names.size() == 1 ? body.types().without_field(body.scope().body, p.names[0]) : body.types().any();
    }
    body.add(std::move(n));
}

}  // namespace

StepSpec keep_step() {
    return step("keep", "Keeps only these fields of the body.").operand("paths", Want::paths, "paths of the body").keeps_order().example("keep body.id, body.lines[].sku").does(keep_or_drop);
}
StepSpec drop_step() {
    return step("drop", "Takes these fields out of the body.").operand("paths", Want::paths, "paths of the body").keeps_order().example("drop body.internal, body.lines[].cost").does(keep_or_drop);
}

}  // namespace weir
