#include "engine/steps/bind.hpp"

#include "engine/steps/change.hpp"

namespace weir {

Bind::Bind(const plan::Node& node, StepMaker& maker) : slot_(node.slot), type_(node.type), plan_(maker.plan), compiler_(maker.compiler) {
    if (node.word == "let") into_ = Into::let;
    if (node.word == "translate") into_ = Into::body;
    if (node.word == "enrich") {
        into_ = Into::path;
        path_ = node.paths.at(0);
        if (!path_.names.empty()) maker.compiler.keep_whole_body();
    }
}

Go Bind::put(Scope& scope, const Value& value) const {
    Value fitting = value;
    if (type_ != plan::none) {
        Misfit misfit;
        if (!conform(plan_, type_, value, scope, false, compiler_, fitting, misfit)) return fail(scope, FailureClass::invalid, "the answer does not fit: " + misfit.why, misfit.path);
    }
    Message& message = *scope.message;
    switch (into_) {
        case Into::nothing: return Go::next;
        case Into::let: scope.lets[slot_] = fitting; return Go::next;
        case Into::body: message.body = Body::of(fitting); return Go::next;
        case Into::path: break;
    }
    if (path_.names.empty()) {
        message.body = Body::of(fitting);
        return Go::next;
    }
    std::string why;
    if (!look(message.body, *scope.arena, *scope.reader, why)) return fail(scope, FailureClass::invalid, std::move(why), "body");
    Value changed;
    std::string path = "body";
    if (!put_at(message.body.tree, path_.names, 0, fitting, *scope.arena, changed, path)) return fail(scope, FailureClass::invalid, "there is no object here to set a field of", path);
    message.body = keep_owner(message.body, changed);
    return Go::next;
}

}  // namespace weir
