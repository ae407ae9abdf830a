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
        if (made.type != plan::none) compiler.keep_whole_body();  // it is looked at whether it fits
        return made;
    }
    At block(plan::NodeId first, At behind) override {
        std::vector<const plan::Node*> chain;
        for (plan::NodeId id = first; id != plan::none; id = plan.nodes[id].next) chain.push_back(&plan.nodes[id]);
        if (chain.empty()) return behind;
        std::size_t count = 0;
        for (const plan::Node* node : chain) count += node->on.empty() ? 1u : 3u;
        const auto base = static_cast<At>(program_.nodes.size());
        program_.nodes.resize(base + count);
        At at = base;
        for (std::size_t n = 0; n < chain.size(); ++n) {
            const plan::Node& node = *chain[n];
            const bool guarded = !node.on.empty();
            program_.has_lines = program_.has_lines || guarded;
            const auto after = static_cast<At>(at + (guarded ? 3 : 1));
            const At next = n + 1 < chain.size() ? after : behind;
            const At step = guarded ? at + 1 : at;
            const At behind_step = guarded ? at + 2 : next;
            StepPtr made = make_step(node, *this, behind_step);  // may append blocks, so no reference into nodes is held
            program_.waits = program_.waits || made->waits();
            if (first == first_ && node.word == "translate") compiler.watch_fields(false);  // from here on the body is one that the flow has made
            std::unique_ptr<FailureTable> on;
            if (guarded) on = std::make_unique<FailureTable>(table(node.on, &node, next));
            program_.nodes[step].step = std::move(made);
            program_.nodes[step].next = behind_step;
            program_.nodes[step].plan = &node;
            if (guarded) {
                program_.nodes[at].sort = Program::Node::Sort::guard;
                program_.nodes[at].next = step;
                program_.nodes[at].plan = &node;
                program_.nodes[at].on = std::move(on);
                program_.nodes[at].behind = next;
                program_.nodes[at + 2].sort = Program::Node::Sort::release;
                program_.nodes[at + 2].next = next;
                program_.nodes[at + 2].plan = &node;
            }
            at = after;
        }
        return base;
    }
    // The lines of a flow, or of `step`, behind which a flow goes on at `behind`.
    FailureTable table(const std::vector<plan::FailureLine>& lines, const plan::Node* step, At behind) {
        FailureTable out;
        for (const plan::FailureLine& line : lines) {
            FailureAction made = action(line.action, step, behind);
            made.classes = line.classes;
            out.push_back(std::move(made));
        }
        return out;
    }
    // The flow's own steps: they begin with the body as it came.
    At flow(plan::NodeId first) {
        first_ = first;
        compiler.watch_fields(true);
        const At made = block(first, at_end);
        compiler.watch_fields(false);
        return made;
    }
    Error error;

private:
    plan::NodeId first_ = plan::none;
    FailureAction action(const plan::Action& from, const plan::Node* step, At behind) {
        FailureAction out;
        out.kind = from.kind;
        out.node = from.identity_hash;
        out.failure = from.failure;
        out.text = code(from.text);
        out.status = code(from.status);
        out.value = code(from.value);
        out.times = from.times;
        out.backoff_low = from.backoff_low;
        out.backoff_high = from.backoff_high;
        out.jitter = from.jitter;
        if (from.kind == plan::ActionKind::send) out.to = &destination(from.target);
        if (from.kind == plan::ActionKind::steps) out.block = block(from.block, behind);
        if (from.kind == plan::ActionKind::skip) out.block = behind;
        if (from.kind == plan::ActionKind::give && step != nullptr) {
            const auto at = static_cast<At>(program_.nodes.size());
            program_.nodes.emplace_back();
            program_.nodes[at].step = make_give(*step, code(from.value), *this);
            program_.nodes[at].next = behind;
            program_.nodes[at].plan = step;
            out.block = at;
        }
        for (const plan::Action& then : from.then) out.then.push_back(action(then, step, behind));
        return out;
    }
    Resolver& resolver_;
    Program& program_;
};

}  // namespace

Result<std::unique_ptr<Program>> compile(const plan::Plan& plan, const plan::Flow& flow, Compiler& compiler, Resolver& resolver) {
    auto program = std::make_unique<Program>();
    Maker maker(plan, compiler, resolver, *program);
    program->first = maker.flow(flow.first);
    program->on = maker.table(flow.on, nullptr, at_end);
    if (!maker.error.text.empty()) return maker.error;
    return program;
}

}  // namespace weir
