#include "engine/message/json.hpp"
#include "engine/steps/catalog.hpp"
#include "engine/steps/change.hpp"

namespace weir {
namespace {

// set body.a.b = value, set header.x = value, set meta.correlation_id = value
class Set final : public Step {
public:
    Set(plan::Path path, std::string root, CodePtr value) : path_(std::move(path)), root_(std::move(root)), value_(std::move(value)) {}
    Go on(Scope& scope, Emissions&) const override {
        Value value;
        if (!value_->run(scope, value)) return Go::failed;
        Message& message = *scope.message;
        if (path_.is_let) return correlate(scope, value);
        if (root_ == "header") return set_header(scope, value);
        if (path_.names.empty()) {
            message.body = Body::of(value);
            return Go::next;
        }
        std::string why;
        if (!look(message.body, *scope.arena, *scope.reader, why)) return fail(scope, FailureClass::invalid, std::move(why), "body");
        Value changed;
        std::string path = "body";
        if (!put_at(message.body.tree, path_.names, 0, value, *scope.arena, changed, path)) return fail(scope, FailureClass::invalid, "there is no object here to set a field of", path);
        message.body = keep_owner(message.body, changed);
        return Go::next;
    }

private:
    static Go correlate(Scope& scope, const Value& value) {
        std::string text;
        if (value.kind() == Kind::string) text = value.text();
        else if (value.is_absent()) return fail(scope, FailureClass::invalid, "a correlation id can't be null");
        else write_json(text, value);
        Id128 id;
        scope.message->meta.correlation = read_id(text, id) ? id : sha256_128(text);
        return Go::next;
    }
    Go set_header(Scope& scope, const Value& value) const {
        auto headers = std::make_shared<Headers>(scope.message->headers ? *scope.message->headers : Headers{});
        std::erase_if(*headers, [&](const Header& h) { return h.name == path_.names.at(1); });
        if (!value.is_absent()) {
            std::string text;
            if (value.kind() == Kind::string) text = value.text();
            else write_json(text, value);
            for (const char c : text)
                if (c == '\r' || c == '\n' || c == '\0') return fail(scope, FailureClass::invalid, "a header can't hold a line end or NUL", "header." + path_.names.at(1));
            headers->push_back({path_.names.at(1), std::move(text)});
        }
        scope.message->headers = std::move(headers);
        return Go::next;
    }
    plan::Path path_;
    std::string root_;
    CodePtr value_;
};

}  // namespace

StepPtr make_set(const plan::Node& node, StepMaker& maker, At) {
    const bool in_body = node.text != "header" && !node.paths.at(0).is_let;
    if (in_body && !node.paths.at(0).names.empty()) maker.compiler.keep_whole_body();
    return std::make_unique<Set>(node.paths.at(0), node.text, maker.operand(node, 0));
}

}  // namespace weir
