#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// The body fits the type, with its defaults filled in, or the message is invalid.
class Validate final : public Step {
public:
    Validate(plan::TypeId type, bool texts, StepMaker& maker) : plan_(maker.plan), type_(type), texts_(texts), compiler_(maker.compiler) {}
    Go on(Scope& scope, Emissions&) const override {
        std::string why;
        Body& body = scope.message->body;
        if (!look(body, *scope.arena, *scope.reader, why)) return fail(scope, FailureClass::invalid, std::move(why), "body");
        Value out;
        Misfit misfit;
        if (!(texts_ ? conform_texts(plan_, type_, body.tree, scope, compiler_, out, misfit) : conform(plan_, type_, body.tree, scope, true, compiler_, out, misfit))) return fail(scope, FailureClass::invalid, misfit.text(), misfit.path);
        if (out.word != body.tree.word || out.head != body.tree.head) body = Body::of(out);  // untouched bodies keep their bytes
        return Go::next;
    }

private:
    const plan::Plan& plan_;
    plan::TypeId type_;
    bool texts_;
    Compiler& compiler_;
};

}  // namespace

StepPtr make_validate(const plan::Node& node, StepMaker& maker, At) {
    maker.compiler.keep_whole_body();
    return std::make_unique<Validate>(node.type, node.text == "texts", maker);
}

}  // namespace weir
