#include "tools/command/evaluation.hpp"

#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/system/world.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

bool failed(std::uint64_t number, FailureClass kind, const std::string& why, const std::string& path) {
    std::string text = (number > 0 ? "message " + std::to_string(number) + ": " : std::string()) + std::string(name_of(kind)) + ": " + visible(why, 4000);
    if (!path.empty()) text += " (" + visible(path, 500) + ")";
    print_error(text + "\n");
    return false;
}

}  // namespace

struct Evaluation::Parts {
    Compiler compiler;
    std::vector<Value> lets;
    CodePtr code;
    Arena arena;
    JsonReader reader;
    Message message;
    SystemClock clock;
    SystemRandom random;
    SystemEnvironment environment;
    Scope scope;
    bool writable = true;
    Parts(const plan::Plan& plan, plan::ExprId expression) : compiler(plan), lets(plan.flows[0].lets), code(compiler.compile(expression)) {
        scope.arena = &arena;
        scope.reader = &reader;
        scope.message = &message;
        scope.lets = lets.data();
        scope.random = &random;
        scope.environment = &environment;
        scope.locals.resize(plan.frame);
    }
};

Evaluation::Evaluation(const plan::Plan& plan, plan::ExprId expression) : parts_(std::make_unique<Parts>(plan, expression)) {}
Evaluation::~Evaluation() = default;
bool Evaluation::writable() const { return parts_->writable; }

bool Evaluation::run(std::string_view message, std::uint64_t number) {
    Parts& p = *parts_;
    p.arena.reset();
    p.message = Message{};
    p.message.body = Body::copy_of(message, Format::json);
    p.scope.now = p.clock.wall();
    std::string why;
    if (!look(p.message.body, p.arena, p.reader, why)) return failed(number, FailureClass::invalid, why, {});
    Value value;
    if (!p.code->run(p.scope, value)) return failed(number, p.scope.failed, p.scope.why, p.scope.path);
    std::string line;
    write_json(line, value);
    p.writable = print_out(line + "\n");
    return p.writable;
}

}  // namespace weir::command
