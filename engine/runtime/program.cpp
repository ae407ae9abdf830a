#include "engine/runtime/program.hpp"

#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

class Maker final : public StepMaker {
public:
    Maker(const plan::Plan& p, Compiler& c, Resolver& r, Program& program) : StepMaker(p, c), resolver_(r), program_(program) {}
    const Destination& destination(const plan::Target& target) override {
        Destination& made = program_.destinations.emplace_back();
        const Result<Done> done = resolver_.resolve(target, compiler, program_, made);
        if (!done && error.text.empty()) error = done.error();
        if (made.sort == Destination::Sort::sink) program_.has_sinks = true;
        return made;
    }
    At block(plan::NodeId first, At behind) override {
        std::vector<const plan::Node*> chain;
        for (plan::NodeId id = first; id != plan::none; id = plan.nodes[id].next) chain.push_back(&plan.nodes[id]);
        if (chain.empty()) return behind;
        const auto base = static_cast<At>(program_.nodes.size());
        program_.nodes.resize(base + chain.size());
        for (std::size_t n = 0; n < chain.size(); ++n) {
            const At next = n + 1 < chain.size() ? static_cast<At>(base + n + 1) : behind;
            StepPtr step = make_step(*chain[n], *this, next);  // may append blocks, so no reference into nodes is held
            Program::Node& node = program_.nodes[base + n];
            node.step = std::move(step);
            node.next = next;
            node.plan = chain[n];
        }
        return base;
    }
    Error error;

private:
    Resolver& resolver_;
    Program& program_;
};

}  // namespace

Result<std::unique_ptr<Program>> compile(const plan::Plan& plan, const plan::Flow& flow, Compiler& compiler, Resolver& resolver) {
    auto program = std::make_unique<Program>();
    Maker maker(plan, compiler, resolver, *program);
    program->first = maker.block(flow.first, at_end);
    for (const plan::FailureLine& line : flow.on) {
        FailureAction action;
        action.classes = line.classes;
        action.kind = line.action.kind;
        action.node = line.action.identity_hash;
        action.failure = line.action.failure;
        action.text = maker.code(line.action.text);
        if (line.action.kind == plan::ActionKind::send) action.to = &maker.destination(line.action.target);
        program->on.push_back(std::move(action));
    }
    if (!maker.error.text.empty()) return maker.error;
    return program;
}

}  // namespace weir
