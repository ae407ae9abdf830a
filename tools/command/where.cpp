#include "tools/command/where.hpp"

#include "engine/evaluate/evaluate.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/system/world.hpp"
#include "tools/command/alone.hpp"

namespace weir::command {

struct Where::Parts {
    Loaded loaded;
    std::unique_ptr<Compiler> compiler;
    CodePtr code;
    Arena arena;
    JsonReader reader;
    std::vector<Value> lets;
    SystemClock clock;
    SystemRandom random;
    SystemEnvironment environment;
    Scope scope;
};

Where::Where() : parts_(std::make_unique<Parts>()) {}
Where::~Where() = default;

std::unique_ptr<Where> Where::make(const std::string& expression, std::string& why) {
    std::unique_ptr<Where> made(new Where());
    Parts& parts = *made->parts_;
    if (!check_alone(expression, parts.loaded, why)) return nullptr;
    const plan::Plan& plan = parts.loaded.plan;
    parts.compiler = std::make_unique<Compiler>(plan);
    parts.code = parts.compiler->compile(plan.nodes[plan.flows[0].first].exprs[0]);
    parts.lets.resize(plan.flows[0].lets);
    parts.scope.arena = &parts.arena;
    parts.scope.reader = &parts.reader;
    parts.scope.lets = parts.lets.data();
    parts.scope.random = &parts.random;
    parts.scope.environment = &parts.environment;
    parts.scope.locals.resize(plan.frame);
    return made;
}

bool Where::holds(Message message) {
    Parts& parts = *parts_;
    parts.arena.reset();
    parts.scope.message = &message;
    parts.scope.now = parts.clock.wall();
    return parts.code->test(parts.scope) == 1;
}

}  // namespace weir::command
