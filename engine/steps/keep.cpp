#include <cstring>

#include "engine/steps/catalog.hpp"
#include "engine/steps/change.hpp"

namespace weir {
namespace {

// A tree of the fields that a content filter names; `each` stands for the elements of an array.
struct Fields {
    std::vector<std::pair<std::string, Fields>> fields;
    std::vector<Fields> each;  // at most one
    bool whole = false;
};

void add(Fields& to, const std::vector<std::string>& names, std::size_t from) {
    if (from == names.size()) {
        to.whole = true;
        return;
    }
    if (names[from] == "[]") {
        if (to.each.empty()) to.each.emplace_back();
        add(to.each[0], names, from + 1);
        return;
    }
    for (auto& [name, inner] : to.fields)
        if (name == names[from]) return add(inner, names, from + 1);
    to.fields.emplace_back(names[from], Fields{});
    add(to.fields.back().second, names, from + 1);
}

const Fields* inner_of(const Fields& fields, std::string_view key) {
    for (const auto& [name, inner] : fields.fields)
        if (name == key) return &inner;
    return nullptr;
}

// `keeping`: only what is named; otherwise all but what is named.
Value chosen(const Value& in, const Fields& fields, bool keeping, Arena& arena) {
    if (in.kind() == Kind::array) {
        if (fields.each.empty()) return in;
        Value* items = arena.take_array<Value>(in.length());
        for (std::uint32_t n = 0; n < in.length(); ++n) new (items + n) Value(fields.each[0].whole && keeping ? in.a[n] : chosen(in.a[n], fields.each[0], keeping, arena));
        return Value::array(items, in.length());
    }
    if (in.kind() != Kind::object) return in;
    Member* members = arena.take_array<Member>(in.length());
    std::uint32_t used = 0;
    for (std::uint32_t n = 0; n < in.length(); ++n) {
        const Fields* inner = inner_of(fields, in.o[n].key.text());
        Member member = in.o[n];
        if (inner == nullptr) {
            if (keeping) continue;
        } else if (inner->whole) {
            if (!keeping) continue;
        } else {
            member.value = chosen(member.value, *inner, keeping, arena);
        }
        std::memcpy(static_cast<void*>(members + used++), &member, sizeof member);
    }
    return Value::object(members, used);
}

// Content filter: what is not there can't be kept or dropped, and is no failure.
class Choose final : public Step {
public:
    Choose(const plan::Node& node, bool keeping) : keeping_(keeping) {
        for (const plan::Path& path : node.paths) add(fields_, path.names, 0);
    }
    Go on(Scope& scope, Emissions&) const override {
        Body& body = scope.message->body;
        std::string why;
        if (!look(body, *scope.arena, *scope.reader, why)) return fail(scope, FailureClass::invalid, std::move(why), "body");
        if (body.tree.kind() != Kind::object && body.tree.kind() != Kind::array) return fail(scope, FailureClass::invalid, "the body has no fields to choose from", "body");
        body = keep_owner(body, chosen(body.tree, fields_, keeping_, *scope.arena));
        return Go::next;
    }

private:
    Fields fields_;
    bool keeping_;
};

}  // namespace

StepPtr make_keep(const plan::Node& node, StepMaker& maker, At) {
    maker.compiler.keep_whole_body();
    return std::make_unique<Choose>(node, true);
}
StepPtr make_drop(const plan::Node& node, StepMaker& maker, At) {
    maker.compiler.keep_whole_body();
    return std::make_unique<Choose>(node, false);
}

}  // namespace weir
