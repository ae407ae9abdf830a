#include "engine/test/values.hpp"

#include "engine/evaluate/compare.hpp"
#include "engine/runtime/settings.hpp"

namespace weir {

TestValues::TestValues(TestWorld& world, const plan::Test& test) : world_(world), compiler_(world.setup.plan), lets_(test.lets) {}

Scope TestValues::scope(Message& message) {
    Scope out;
    out.arena = &arena;
    out.reader = &reader;
    out.message = &message;
    out.params = params_.data();
    out.lets = lets_.data();
    out.now = world_.clock.wall();
    out.random = &world_.random;
    out.environment = &world_.environment;
    out.id_names = &names_;
    return out;
}

bool TestValues::open(std::string& why) {
    Scope at = scope(nothing_);
    const Result<Done> set = evaluate_params(world_.setup.plan, world_.setup.settings, compiler_, at, params_);
    if (!set) why = set.error().text;
    return static_cast<bool>(set);
}

bool TestValues::value(plan::ExprId id, Value& out, std::string& why) {
    out = Value();
    if (id == plan::none) return true;
    CodePtr& code = codes_[id];
    if (!code) code = compiler_.compile(id);
    Scope at = scope(nothing_);
    if (code->run(at, out)) return true;
    why = at.why + (at.path.empty() ? "" : " (" + at.path + ")");
    return false;
}

bool TestValues::duration(plan::ExprId id, EngineTime& out, std::string& why) {
    Value value;
    out = EngineTime{0};
    if (!this->value(id, value, why)) return false;
    if (value.is_missing()) return true;
    if (value.kind() == Kind::duration && value.i >= 0) {
        out = EngineTime(value.i);
        return true;
    }
    why = "a duration is wanted, and this is " + json(value);
    return false;
}

bool TestValues::count(plan::ExprId id, std::uint64_t& out, std::string& why) {
    Value value;
    if (!this->value(id, value, why)) return false;
    if (value.is_missing()) return true;
    if (value.kind() == Kind::integer && value.i >= 0) {
        out = static_cast<std::uint64_t>(value.i);
        return true;
    }
    why = "a count is wanted, and this is " + json(value);
    return false;
}

int TestValues::fits(plan::ExprId where, std::uint32_t arguments, SeenMessage& seen, std::string& why) {
    if (where == plan::none) return 1;
    CodePtr& code = codes_[where];
    if (!code) code = compiler_.compile(where);
    if (arguments != plan::none) lets_[arguments] = seen.arguments;
    Scope at = scope(seen.message);
    const int result = code->test(at);
    if (result < 0) why = at.why + (at.path.empty() ? "" : " (" + at.path + ")");
    return result;
}

Body TestValues::body(const Value& value) {
    if (value.is_missing()) return Body::of(Value::null());
    if (value.kind() == Kind::string) return Body::copy_of(value.text(), Format::text);
    if (value.kind() == Kind::bytes) return Body::copy_of(value.text(), Format::bytes);
    return Body::copy_of(json(value), Format::json);
}

bool TestValues::open_body(Body& body, plan::TypeId type, std::string& why) {
    if (!look(body, arena, reader, why)) return false;
    if (type == plan::none || type == 0) return true;
    Scope at = scope(nothing_);
    Value out;
    Misfit misfit;
    if (!conform(world_.setup.plan, type, body.tree, at, false, compiler_, out, misfit)) {
        why = misfit.why + (misfit.path.empty() ? "" : " (" + misfit.path + ")");
        return false;
    }
    body.tree = out;
    return true;
}

Id128 TestValues::id(std::string_view text) {
    Id128 out;
    if (read_id(text, out)) return out;
    out = sha256_128("an id of a test", text);
    for (const auto& [known, name] : names_)
        if (known == out) return out;
    names_.emplace_back(out, std::string(text));
    return out;
}

std::string TestValues::named(std::string text) const {
    for (const auto& [id, name] : names_) {
        const std::string digits = to_text(id);
        for (std::size_t at = text.find(digits); at != std::string::npos; at = text.find(digits, at + name.size())) text.replace(at, digits.size(), name);
    }
    return text;
}

bool TestValues::equal(const Value& a, const Value& b) { return weir::equal(a, b, arena); }

std::string TestValues::json(const Value& value) {
    std::string out;
    write_json(out, value);
    return out;
}

std::string TestValues::difference(const Value& expected, const Value& was, const std::string& path) {
    if (equal(expected, was)) return {};
    const std::string where = path.empty() ? "" : path + ": ";
    if (expected.kind() == Kind::array && was.kind() == Kind::array) {
        for (std::uint32_t n = 0; n < expected.length() && n < was.length(); ++n)
            if (std::string text = difference(expected.a[n], was.a[n], path + "[" + std::to_string(n) + "]"); !text.empty()) return text;
        return where + std::to_string(expected.length()) + " expected, " + std::to_string(was.length()) + " there";
    }
    if (expected.kind() == Kind::object && was.kind() == Kind::object) {
        const std::string dot = path.empty() ? "" : path + ".";
        for (std::uint32_t n = 0; n < expected.length(); ++n) {
            const Value* there = was.find(expected.o[n].key.text());
            const std::string name = dot + std::string(expected.o[n].key.text());
            if (!there) return name + " is missing";
            if (std::string text = difference(expected.o[n].value, *there, name); !text.empty()) return text;
        }
        for (std::uint32_t n = 0; n < was.length(); ++n)
            if (!expected.find(was.o[n].key.text())) return dot + std::string(was.o[n].key.text()) + " is there and not expected: " + json(was.o[n].value);
    }
    return where + json(expected) + " expected, " + json(was) + " there";
}

}  // namespace weir
