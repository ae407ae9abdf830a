#include "tools/command/evaluation.hpp"

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

Evaluation::Evaluation(const plan::Plan& plan, plan::ExprId expression) : compiler_(plan), lets_(plan.flows[0].lets), code_(compiler_.compile(expression)) {
    scope_.arena = &arena_;
    scope_.reader = &reader_;
    scope_.message = &message_;
    scope_.lets = lets_.data();
    scope_.random = &random_;
    scope_.environment = &environment_;
    scope_.locals.resize(plan.frame);
}

bool Evaluation::run(std::string_view message, std::uint64_t number) {
    arena_.reset();
    message_ = Message{};
    message_.body = Body::copy_of(message, Format::json);
    scope_.now = clock_.wall();
    std::string why;
    if (!look(message_.body, arena_, reader_, why)) return failed(number, FailureClass::invalid, why, {});
    Value value;
    if (!code_->run(scope_, value)) return failed(number, scope_.failed, scope_.why, scope_.path);
    std::string line;
    write_json(line, value);
    writable_ = print_out(line + "\n");
    return writable_;
}

}  // namespace weir::command
