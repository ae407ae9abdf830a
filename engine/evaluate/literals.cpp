#include "engine/evaluate/nodes.hpp"

namespace weir {

namespace {

class Text final : public Node {
public:
    explicit Text(std::vector<NodePtr> parts) : parts_(std::move(parts)) {}
    bool run(Scope& scope, Value& out) const override {
        std::string_view few[8];
        auto* texts = parts_.size() <= std::size(few) ? few : scope.arena->take_array<std::string_view>(parts_.size());
        std::size_t size = 0;
        for (std::size_t n = 0; n < parts_.size(); ++n) {
            Value room;
            const Value* value = fetch(*parts_[n], scope, room);
            if (value == nullptr) return false;
            if (!scalar_text(*value, *scope.arena, texts[n])) {
                std::string why = "${} takes a text, a number or another scalar, and this is " + a_kind(*value);
                why += value->is_absent() ? ": `??` says what stands for it" : ": json(x) writes it";
                return fail_at(scope, *parts_[n], std::move(why));
            }
            size += texts[n].size();
        }
        if (size > max_text) return fail(scope, "the text is longer than 16 MB");
        char* to = static_cast<char*>(scope.arena->take(size));
        out = Value::string({to, size});
        for (std::size_t n = 0; n < parts_.size(); ++n) {
            std::memcpy(to, texts[n].data(), texts[n].size());
            to += texts[n].size();
        }
        return true;
    }

private:
    std::vector<NodePtr> parts_;
};

// A value in an array or object is there: what may be missing stands as null.
inline void settle(Value& value) {
    if (value.is_missing()) value = Value::null();
}

class Array final : public Node {
public:
    explicit Array(std::vector<Item> items) : items_(std::move(items)) {
        for (const Item& item : items_) spreads_ = spreads_ || item.spread;
    }
    bool run(Scope& scope, Value& out) const override {
        if (spreads_) return run_spread(scope, out);
        Value* values = scope.arena->take_array<Value>(items_.size());
        for (std::size_t n = 0; n < items_.size(); ++n) {
            if (!items_[n].value->run(scope, values[n])) return false;
            settle(values[n]);
        }
        out = Value::array(values, items_.size());
        return true;
    }

private:
    bool run_spread(Scope& scope, Value& out) const {
        std::vector<Value> values;
        for (const Item& item : items_) {
            Value room;
            const Value* value = fetch(*item.value, scope, room);
            if (value == nullptr) return false;
            if (!item.spread) {
                values.push_back(*value);
                settle(values.back());
            } else if (value->kind() == Kind::array) {
                values.insert(values.end(), value->begin(), value->end());
            } else {
                return fail_at(scope, *item.value, "`...` in an array takes an array, and this is " + a_kind(*value));
            }
            if (values.size() > max_items) return fail_at(scope, *item.value, "the array has more than 1,000,000 items");
        }
        Value* to = scope.arena->take_array<Value>(values.size());
        std::copy(values.begin(), values.end(), to);
        out = Value::array(to, values.size());
        return true;
    }
    std::vector<Item> items_;
    bool spreads_ = false;
};

// { a: x, b: y }: all keys known, none twice.
class PlainObject final : public Node {
public:
    PlainObject(std::vector<Field> fields, std::shared_ptr<Arena> memory) : fields_(std::move(fields)), memory_(std::move(memory)) {}
    bool run(Scope& scope, Value& out) const override {
        Member* const members = scope.arena->take_array<Member>(fields_.size());
        Member* to = members;
        for (const Field& field : fields_) {
            if (!field.optional) [[likely]] {
                if (!field.value->run(scope, to->value)) return false;
                settle(to->value);
            } else {
                if (!field.value->peek(scope, to->value)) return false;
                if (to->value.is_absent()) continue;
            }
            to->key = field.key;
            ++to;
        }
        out = Value::object(members, static_cast<std::size_t>(to - members));
        return true;
    }

private:
    std::vector<Field> fields_;
    std::shared_ptr<Arena> memory_;
};

class Object final : public Node {
public:
    Object(std::vector<Field> fields, std::shared_ptr<Arena> memory) : fields_(std::move(fields)), memory_(std::move(memory)) {}
    bool run(Scope& scope, Value& out) const override {
        ObjectBuilder builder(*scope.arena);
        for (const Field& field : fields_) {
            Value value;
            if (!(field.optional ? field.value->peek(scope, value) : field.value->run(scope, value))) return false;
            if (field.spread) {
                if (value.kind() != Kind::object) return fail_at(scope, *field.value, "`...` in an object takes an object, and this is " + a_kind(value));
                for (std::uint32_t n = 0; n < value.length(); ++n) builder.put(value.o[n].key, value.o[n].value);
            } else {
                if (field.optional && value.is_absent()) continue;
                Value key = field.key;
                if (field.computed_key != nullptr && !read_key(scope, *field.computed_key, key)) return false;
                settle(value);
                builder.put(key, value);
            }
            if (builder.size() > max_items) return fail_at(scope, *field.value, "the object has more than 1,000,000 fields");
        }
        out = builder.take();
        return true;
    }

private:
    static bool read_key(Scope& scope, const Node& node, Value& key) {
        if (!node.run(scope, key)) return false;
        if (key.kind() == Kind::string) return true;
        return fail_at(scope, node, "a key is a text, and this is " + a_kind(key));
    }
    std::vector<Field> fields_;
    std::shared_ptr<Arena> memory_;
};

}  // namespace

NodePtr make_text(std::vector<NodePtr> parts) { return std::make_unique<Text>(std::move(parts)); }
NodePtr make_array(std::vector<Item> items) { return std::make_unique<Array>(std::move(items)); }
NodePtr make_object(std::vector<Field> fields, std::shared_ptr<Arena> memory) {
    bool plain = true;
    for (std::size_t n = 0; n < fields.size(); ++n) {
        plain = plain && !fields[n].spread && fields[n].computed_key == nullptr;
        for (std::size_t k = 0; plain && k < n; ++k) plain = fields[k].key.text() != fields[n].key.text();
    }
    if (plain) return std::make_unique<PlainObject>(std::move(fields), std::move(memory));
    return std::make_unique<Object>(std::move(fields), std::move(memory));
}

}  // namespace weir
