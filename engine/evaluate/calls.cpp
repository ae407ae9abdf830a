#include "engine/evaluate/builtins.hpp"

namespace weir {

bool Call::fail(std::string why, std::size_t place) const {
    std::string path = place < count && arguments[place].value != nullptr ? path_of(scope, *arguments[place].value) : std::string();
    return weir::fail(scope, "`" + std::string(name) + "`: " + std::move(why), std::move(path));
}
bool Call::wrong(std::size_t n, const char* wanted) const {
    const Value value = n < count ? values[n] : Value();
    return fail(std::string("wants ") + wanted + ", and this is " + a_kind(value) + (value.is_absent() ? ": `??` says what stands for it" : ""), n);
}
bool Call::text_or_bytes(std::size_t n, std::string_view& out) const {
    if (n >= count || (values[n].kind() != Kind::string && values[n].kind() != Kind::bytes)) return wrong(n, "a string or bytes");
    out = values[n].text();
    return true;
}
bool Call::integer(std::size_t n, std::int64_t& out) const {
    Value value = n < count ? values[n] : Value();
    const char* why = nullptr;
    if (value.kind() == Kind::number_text && !compute_number(value, arena(), value, why)) return fail(why, n);
    if (value.kind() != Kind::integer) return wrong(n, "an int");
    out = value.i;
    return true;
}
bool Call::flag(std::size_t n, bool& out) const {
    if (!given(n)) return true;
    if (values[n].kind() != Kind::boolean) return wrong(n, "a bool");
    out = values[n].boolean();
    return true;
}
bool Call::object(std::size_t n, Value& out) const {
    if (n >= count || values[n].kind() != Kind::object) return wrong(n, "an object");
    out = values[n];
    return true;
}
bool Call::give_text(std::string_view text, Value& out) const {
    if (text.size() > max_text) return fail("the text is longer than 16 MB");
    out = text_value(arena(), text);
    return true;
}

bool Call::name_item(std::size_t n, std::size_t index) const {
    std::string place = arguments[0].value != nullptr ? path_of(scope, *arguments[0].value) : std::string();
    const Value& of = values[0];
    if (!place.empty()) {
        if (of.kind() == Kind::object && index < of.length())
            (place += '.') += of.o[index].key.text();
        else
            place += '[' + std::to_string(index) + ']';
    }
    rename_path(scope, arguments[n].lambda.slots.front(), place);
    return false;
}

namespace {

class CallNode : public Node {
public:
    CallNode(const Implementation& implementation, std::vector<CallArgument> arguments) : implementation_(implementation), arguments_(std::move(arguments)) {}
    bool run(Scope& scope, Value& out) const override {
        Value few[6];
        const std::size_t count = arguments_.size();
        return run_with(scope, count <= std::size(few) ? few : scope.arena->take_array<Value>(count), count, out);
    }

protected:
    [[gnu::always_inline]] bool run_with(Scope& scope, Value* values, std::size_t count, Value& out) const {
        for (std::size_t n = 0; n < count; ++n) {
            const Node* node = arguments_[n].value.get();
            if (node == nullptr)
                values[n] = Value();
            else if (!(implementation_.takes_absent ? node->peek(scope, values[n]) : node->run(scope, values[n])))
                return false;
        }
        return implementation_.run(Call{scope, implementation_.name, values, arguments_.data(), count}, out);
    }

private:
    const Implementation implementation_;
    std::vector<CallArgument> arguments_;
};
// Nearly all calls have one argument or two: no loop over them, and no more room than they need.
template <std::size_t count> class FewArguments final : public CallNode {
public:
    using CallNode::CallNode;
    bool run(Scope& scope, Value& out) const override {
        Value values[count];
        return run_with(scope, values, count, out);
    }
};

class Apply final : public Node {
public:
    Apply(std::shared_ptr<const FunctionBody> function, std::uint32_t own_frame, std::vector<NodePtr> arguments)
        : function_(std::move(function)), own_frame_(own_frame), arguments_(std::move(arguments)) {}
    bool run(Scope& scope, Value& out) const override { return within(scope, [&] { return function_->body->run(scope, out); }); }
    int test(Scope& scope) const override {
        int result = -1;
        within(scope, [&] { return (result = function_->body->test(scope)) >= 0; });
        return result;
    }

private:
    // First all arguments, then the frame: an argument may call a function too, whose frame is at the same place.
    template <class Body> bool within(Scope& scope, const Body& body) const {
        Value few[6];
        const std::size_t count = arguments_.size();
        Value* values = count <= std::size(few) ? few : scope.arena->take_array<Value>(count);
        for (std::size_t n = 0; n < count; ++n)
            if (!arguments_[n]->run(scope, values[n])) return false;
        const std::uint32_t outer = scope.frame;
        scope.frame += own_frame_;
        std::copy(values, values + count, scope.locals.begin() + scope.frame);
        const bool done = body();
        scope.frame = outer;
        if (!done && scope.path.starts_with(path_mark)) {
            for (std::uint32_t n = 0; n < count; ++n) {
                if (!scope.path.starts_with(path_mark + std::to_string(n) + ';')) continue;
                rename_path(scope, n, path_of(scope, *arguments_[n]));
                break;  // what it is called now may begin with a mark of the outer frame
            }
        }
        return done;
    }
    std::shared_ptr<const FunctionBody> function_;
    std::uint32_t own_frame_;
    std::vector<NodePtr> arguments_;
};

class Framed final : public Node {
public:
    Framed(NodePtr body, std::uint32_t slots) : body_(std::move(body)), slots_(slots) { refers = body_->refers; }
    bool run(Scope& scope, Value& out) const override {
        reserve(scope);
        return body_->run(scope, out);
    }
    bool peek(Scope& scope, Value& out) const override {
        reserve(scope);
        return body_->peek(scope, out);
    }
    int test(Scope& scope) const override {
        reserve(scope);
        return body_->test(scope);
    }
    const Value* ref(Scope& scope) const override {
        reserve(scope);
        return body_->ref(scope);
    }
    void write_path(Scope& scope, std::string& path) const override { body_->write_path(scope, path); }

private:
    void reserve(Scope& scope) const {
        if (scope.locals.size() < scope.frame + slots_) scope.locals.resize(scope.frame + slots_);
    }
    NodePtr body_;
    std::uint32_t slots_;
};

}  // namespace

NodePtr make_call(std::string_view name, std::vector<CallArgument> arguments) {
    const Implementation* implementation = find_implementation(name);
    if (implementation == nullptr) return nullptr;
    if (name == "matches" && arguments.size() == 2 && arguments[1].value != nullptr) {
        const Value* pattern = constant_value(*arguments[1].value);
        if (pattern != nullptr && pattern->kind() == Kind::string) return make_matches(std::move(arguments[0].value), pattern->text());
    }
    if (name == "map" && arguments.size() == 2 && arguments[0].value != nullptr && arguments[1].lambda.body != nullptr) return make_map(implementation->name, std::move(arguments));
    if (name == "sum" && arguments.size() == 1 && arguments[0].value != nullptr)
        if (NodePtr made = make_map_sum(*implementation, arguments)) return made;
    switch (arguments.size()) {
        case 1: return std::make_unique<FewArguments<1>>(*implementation, std::move(arguments));
        case 2: return std::make_unique<FewArguments<2>>(*implementation, std::move(arguments));
        default: return std::make_unique<CallNode>(*implementation, std::move(arguments));
    }
}
NodePtr make_apply(std::shared_ptr<const FunctionBody> function, std::uint32_t own_frame, std::vector<NodePtr> arguments) {
    return std::make_unique<Apply>(std::move(function), own_frame, std::move(arguments));
}
NodePtr make_framed(NodePtr body, std::uint32_t slots) { return std::make_unique<Framed>(std::move(body), slots); }

}  // namespace weir
