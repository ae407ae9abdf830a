#include "engine/evaluate/path.hpp"

namespace weir {

namespace {

const Value null_value = Value::null();
const Value missing_value;

// One step further down. Null: `value` has no such field or item, or is of another kind.
[[gnu::noinline]] const Value* descend_seldom(const Value& value, const Segment& segment) {
    if (segment.key != nullptr) return value.kind() == Kind::object ? find_field(value, segment.key, segment.length) : nullptr;
    if (value.kind() != Kind::array) return nullptr;
    const std::int64_t at = segment.index < 0 ? segment.index + value.length() : segment.index;
    return at >= 0 && at < value.length() ? value.a + at : nullptr;
}
[[gnu::always_inline]] inline const Value* descend(const Value& value, const Segment& segment) {
    if (static_cast<std::uint32_t>(value.head) == segment.head) return &value.o[segment.place].value;
    // Short names are looked for here, with no call in the loop: that keeps it in registers.
    if (value.kind() == Kind::object && segment.is_short) [[likely]] return find_field<true>(value, segment.key, segment.length);
    return descend_seldom(value, segment);
}
void write_segment(std::string& path, const Segment& segment) {
    if (segment.key != nullptr) {
        path += '.';
        path.append(segment.key, segment.length);
    } else {
        path += '[' + std::to_string(segment.index) + ']';
    }
}
std::string step_name(const Segment& segment) {
    if (segment.key != nullptr) return "field `" + std::string(segment.key, segment.length) + "`";
    return "item " + std::to_string(segment.index);
}
// What a failed or forgiven step gives. `last`: nothing follows; `forgiving`: a last field that is not there is `missing`.
// False: it is a failure; `scope` has the reason, and the path up to and with `upto` segments.
enum class Fault : std::uint8_t { none, absent, lacking, kind };
Fault explain(const Value& value, const Segment& segment, bool forgiving, bool last, const Value*& out) {
    if (value.is_absent()) {
        out = &null_value;
        return segment.safe ? Fault::none : Fault::absent;
    }
    if (value.kind() != (segment.key != nullptr ? Kind::object : Kind::array)) return Fault::kind;
    out = segment.safe ? &null_value : &missing_value;
    return segment.safe || !last || forgiving ? Fault::none : Fault::lacking;
}
std::string reason(Fault fault, const Value& value, const Segment& segment, const std::string& before) {
    const std::string place = before.empty() ? "the value" : before;
    switch (fault) {
        case Fault::absent: return place + " is " + kind_name(value) + " and has no " + step_name(segment) + ": `?` or `??` says what then";
        case Fault::lacking: return place + " has no " + step_name(segment);
        default: return place + " is " + a_kind(value) + " and has no " + step_name(segment);
    }
}

class Path : public Node {
public:
    explicit Path(PathParts parts) : parts_(std::move(parts)) { refers = parts_.root != Root::node; }

    const Value* ref(Scope& scope) const override {
        const Value* value = root(scope);
        if (value == nullptr) return nullptr;
        for (const Segment& segment : parts_.segments) {
            value = descend(*value, segment);
            if (value == nullptr) return nullptr;
        }
        return value->is_missing() ? nullptr : value;
    }
    bool run(Scope& scope, Value& out) const override {
        if (const Value* value = ref(scope)) [[likely]] {
            out = *value;
            return true;
        }
        return walk(scope, out, parts_.nullable);
    }
    bool peek(Scope& scope, Value& out) const override {
        if (const Value* value = ref(scope)) [[likely]] {
            out = *value;
            return true;
        }
        return walk(scope, out, true);
    }
    void write_path(Scope& scope, std::string& path) const override {
        write_root(scope, path);
        if (path.empty()) return;
        for (const Segment& segment : parts_.segments) write_segment(path, segment);
    }

private:
    const Value* root(Scope& scope) const {
        switch (parts_.root) {
            case Root::body: return body(scope);
            case Root::local: return &scope.locals[scope.frame + parts_.slot];
            case Root::let_: return &scope.lets[parts_.slot];
            case Root::param: return &scope.params[parts_.slot];
            case Root::source: return &scope.message->source;
            case Root::group: return scope.group != nullptr ? scope.group : &missing_value;
            case Root::node: return nullptr;
        }
        return nullptr;
    }
    [[gnu::always_inline]] const Value* body(Scope& scope) const {
        const Body& body = scope.message->body;
        if (!body.tree.is_missing()) return &body.tree;
        if (parts_.fields == nullptr) return load_body(scope);
        return !body.picked.is_missing() && scope.fields->fields == parts_.fields ? &body.picked : load_fields(scope, parts_.fields);
    }
    void write_root(Scope& scope, std::string& path) const {
        switch (parts_.root) {
            case Root::body: path += "body"; break;
            case Root::local: path += path_mark + std::to_string(parts_.slot) + ';'; break;
            case Root::let_:
            case Root::param: path += parts_.name; break;
            case Root::source: path += "source"; break;
            case Root::group: path += "group"; break;
            case Root::node: parts_.node->write_path(scope, path); break;
        }
    }

protected:
    // The way of `ref` again, with the reasons.
    bool walk(Scope& scope, Value& out, bool forgiving) const {
        Value room;
        const Value* value = root(scope);
        if (parts_.root == Root::node) {
            if (!parts_.segments.front().safe ? !parts_.node->run(scope, room) : !parts_.node->peek(scope, room)) return false;
            value = &room;
        }
        if (value == nullptr) return false;
        const std::size_t count = parts_.segments.size();
        for (std::size_t n = 0; n < count; ++n) {
            const Segment& segment = parts_.segments[n];
            const Value* next = descend(*value, segment);
            if (next == nullptr || next->is_missing()) {
                const Fault fault = explain(*value, segment, forgiving, n + 1 == count, next);
                if (fault != Fault::none) {
                    std::string path;
                    write_root(scope, path);
                    for (std::size_t k = 0; k < n && !path.empty(); ++k) write_segment(path, parts_.segments[k]);
                    std::string why = reason(fault, *value, segment, path.starts_with(path_mark) ? parts_.name + path.substr(path.find(';') + 1) : path);
                    if (fault == Fault::lacking && !path.empty()) write_segment(path, segment);
                    return fail(scope, std::move(why), std::move(path));
                }
            }
            value = next;
        }
        out = *value;
        return true;
    }
    PathParts parts_;
};

// Of a body that the flow reads by its fields, or of an item in it: as long as the objects on the way were read so, each step is one comparison.
template <Root begin> class FieldPath final : public Path {
public:
    using Path::Path;
    const Value* ref(Scope& scope) const override { return find(scope); }
    bool run(Scope& scope, Value& out) const override {
        const Value* value = find(scope);
        if (value == nullptr) [[unlikely]] return walk(scope, out, parts_.nullable);
        out = *value;
        return true;
    }
    bool peek(Scope& scope, Value& out) const override {
        const Value* value = find(scope);
        if (value == nullptr) [[unlikely]] return walk(scope, out, true);
        out = *value;
        return true;
    }

private:
    [[gnu::always_inline]] const Value* find(Scope& scope) const {
        const Value* value = nullptr;
        if constexpr (begin == Root::body) {
            const Body& body = scope.message->body;
            if (!body.tree.is_missing() || body.picked.is_missing() || scope.fields->fields != parts_.fields) [[unlikely]] return Path::ref(scope);
            value = &body.picked;
        } else {
            value = &scope.locals[scope.frame + parts_.slot];
        }
        for (const Segment& segment : parts_.segments) {
            if (static_cast<std::uint32_t>(value->head) != segment.head) [[unlikely]] return Path::ref(scope);
            value = &value->o[segment.place].value;
        }
        return value->is_missing() ? nullptr : value;
    }
};

// base[index], where the index is computed.
class Index final : public Node {
public:
    Index(NodePtr base, NodePtr index, bool safe, bool nullable) : base_(std::move(base)), index_(std::move(index)), safe_(safe), nullable_(nullable) {}
    bool run(Scope& scope, Value& out) const override { return take(scope, out, nullable_); }
    bool peek(Scope& scope, Value& out) const override { return take(scope, out, true); }
    void write_path(Scope& scope, std::string& path) const override {
        base_->write_path(scope, path);
        Value room;
        if (path.empty()) return;
        Segment segment;
        if (const Value* at = fetch(*index_, scope, room); at != nullptr && to_segment(scope, *at, segment)) write_segment(path, segment);
    }

private:
    bool to_segment(Scope& scope, const Value& at, Segment& out) const {
        out.safe = safe_;
        if (at.kind() == Kind::string) {
            out.key = at.s;
            out.length = at.length();
            return true;
        }
        Value computed;
        const char* why = nullptr;
        if (at.kind() == Kind::number_text && compute_number(at, *scope.arena, computed, why) && computed.kind() == Kind::integer) {
            out.index = computed.i;
            return true;
        }
        out.index = at.i;
        return at.kind() == Kind::integer;
    }
    bool take(Scope& scope, Value& out, bool forgiving) const {
        Value room, at_room;
        const Value* base = base_->refers ? base_->ref(scope) : nullptr;
        if (base == nullptr) {
            if (safe_ ? !base_->peek(scope, room) : !base_->run(scope, room)) return false;
            base = &room;
        }
        const Value* at = fetch(*index_, scope, at_room);
        if (at == nullptr) return false;
        Segment segment;
        if (!to_segment(scope, *at, segment)) return fail_at(scope, *index_, "an index is an int or the name of a field, and this is " + a_kind(*at));
        const Value* value = descend(*base, segment);
        if (value == nullptr || value->is_missing()) {
            const Fault fault = explain(*base, segment, forgiving, true, value);
            if (fault != Fault::none) {
                std::string path = path_of(scope, *base_);
                std::string why = reason(fault, *base, segment, path.starts_with(path_mark) ? path.substr(path.find(';') + 1) : path);
                if (fault == Fault::lacking && !path.empty()) write_segment(path, segment);
                return fail(scope, std::move(why), std::move(path));
            }
        }
        out = *value;
        return true;
    }
    NodePtr base_, index_;
    bool safe_, nullable_;
};

class Raw final : public Node {
public:
    bool run(Scope& scope, Value& out) const override {
        const Body& body = scope.message->body;
        if (body.format == Format::none && !body.tree.is_missing()) return fail(scope, "the body was made by a step and has no bytes of its own: json(body) writes it", "raw");
        out = Value::bytes(body.bytes);
        return true;
    }
    void write_path(Scope&, std::string& path) const override { path += "raw"; }
};

// Texts of headers and facts are copied: the message may get others while a `let` still holds these.
class HeaderField final : public Node {
public:
    HeaderField(std::string_view name, bool safe) : name_(name), safe_(safe) {}
    bool run(Scope& scope, Value& out) const override {
        peek(scope, out);
        if (!out.is_missing()) return true;
        if (!safe_) return fail(scope, "there is no header `" + std::string(name_) + "`: `header?.` or `??` says what then", "header." + std::string(name_));
        out = Value::null();
        return true;
    }
    bool peek(Scope& scope, Value& out) const override {
        const std::string* value = scope.message->headers ? find_header(*scope.message->headers, name_) : nullptr;
        out = value != nullptr ? text_value(*scope.arena, *value) : Value();
        return true;
    }
    void write_path(Scope&, std::string& path) const override { (path += "header.") += name_; }

private:
    std::string_view name_;
    bool safe_;
};
class AllHeaders final : public Node {
public:
    bool run(Scope& scope, Value& out) const override {
        static const Headers none;
        const Headers& headers = scope.message->headers ? *scope.message->headers : none;
        Member* members = scope.arena->take_array<Member>(headers.size());
        for (std::size_t n = 0; n < headers.size(); ++n)
            new (members + n) Member{text_value(*scope.arena, headers[n].name), text_value(*scope.arena, headers[n].value)};
        out = Value::object(members, headers.size());
        return true;
    }
    void write_path(Scope&, std::string& path) const override { path += "header"; }
};

Value id_text(const Id128& id, const Scope& scope) {
    if (id.empty()) return Value();
    if (scope.id_names != nullptr)
        for (const auto& [named, name] : *scope.id_names)
            if (named == id) return text_value(*scope.arena, name);
    return text_value(*scope.arena, to_text(id));
}

using FactReader = Value (*)(Scope&);
struct Fact {
    const char* name;
    FactReader read;
};
template <class List> Value object_of(const List& facts, Scope& scope) {
    Member* members = scope.arena->take_array<Member>(std::size(facts));
    std::size_t count = 0;
    for (const Fact& fact : facts) {
        const Value value = fact.read(scope);
        if (!value.is_missing()) new (members + count++) Member{Value::string(fact.name), value};
    }
    return Value::object(members, count);
}

Value failure_text(Scope& scope, std::string Failure::* field) {
    return scope.failure != nullptr ? text_value(*scope.arena, scope.failure->*field) : Value();
}
constexpr Fact failure_facts[] = {
    {"class", [](Scope& s) { return s.failure != nullptr ? Value::string(name_of(s.failure->kind)) : Value(); }},
    {"message", [](Scope& s) { return failure_text(s, &Failure::message); }},
    {"path", [](Scope& s) { return failure_text(s, &Failure::path); }},
    {"flow", [](Scope& s) { return failure_text(s, &Failure::flow); }},
    {"step", [](Scope& s) { return failure_text(s, &Failure::step); }},
    {"at", [](Scope& s) { return s.failure != nullptr ? Value::nanoseconds(Kind::timestamp, s.failure->at) : Value(); }},
    {"attempts", [](Scope& s) { return s.failure != nullptr ? Value::integer(s.failure->attempts) : Value(); }},
};
constexpr Fact meta_facts[] = {
    {"id", [](Scope& s) { return id_text(s.message->meta.id, s); }},
    {"created", [](Scope& s) { return Value::nanoseconds(Kind::timestamp, s.message->meta.created); }},
    {"correlation_id", [](Scope& s) { return id_text(s.message->meta.correlation, s); }},
    {"in_reply_to", [](Scope& s) { return id_text(s.message->meta.in_reply_to, s); }},
    {"trace_id",
     [](Scope& s) {  // without one from outside: the id of the conversation's first message
         const Meta& meta = s.message->meta;
         return id_text(!meta.trace.empty() ? meta.trace : !meta.correlation.empty() ? meta.correlation : meta.id, s);
     }},
    {"attempt", [](Scope& s) { return Value::integer(s.message->meta.attempt); }},
    {"expires", [](Scope& s) { return s.message->meta.expires == 0 ? Value::null() : Value::nanoseconds(Kind::timestamp, s.message->meta.expires); }},
    {"history",
     [](Scope& s) {
         static const std::vector<Hop> none;
         const std::vector<Hop>& hops = s.message->meta.history ? *s.message->meta.history : none;
         Value* items = s.arena->take_array<Value>(hops.size());
         for (std::size_t n = 0; n < hops.size(); ++n) {
             Member* members = s.arena->take_array<Member>(3);
             new (members) Member{Value::string("flow"), text_value(*s.arena, hops[n].flow)};
             new (members + 1) Member{Value::string("channel"), text_value(*s.arena, hops[n].channel)};
             new (members + 2) Member{Value::string("at"), Value::nanoseconds(Kind::timestamp, hops[n].at)};
             items[n] = Value::object(members, 3);
         }
         return Value::array(items, hops.size());
     }},
    {"failure",
     [](Scope& s) {
         if (!s.message->meta.failure) return Value();
         const Failure* outer = s.failure;
         s.failure = s.message->meta.failure.get();
         const Value value = object_of(failure_facts, s);
         s.failure = outer;
         return value;
     }},
};

class OneFact final : public Node {
public:
    OneFact(const char* of, const Fact& fact) : of_(of), fact_(fact) {}
    bool run(Scope& scope, Value& out) const override {
        out = fact_.read(scope);
        return true;
    }
    void write_path(Scope&, std::string& path) const override { ((path += of_) += '.') += fact_.name; }

private:
    const char* of_;
    const Fact& fact_;
};
class AllFacts final : public Node {
public:
    explicit AllFacts(Facts facts) : facts_(facts) {}
    bool run(Scope& scope, Value& out) const override {
        if (facts_ == Facts::meta)
            out = object_of(meta_facts, scope);
        else
            out = scope.failure != nullptr ? object_of(failure_facts, scope) : Value();
        return true;
    }
    void write_path(Scope&, std::string& path) const override { path += facts_ == Facts::meta ? "meta" : "failure"; }

private:
    Facts facts_;
};

}  // namespace

NodePtr make_path(PathParts parts) {
    const bool by_field = !parts.segments.empty() && parts.segments.back().head != ~0u;
    if (by_field && parts.root == Root::body) return std::make_unique<FieldPath<Root::body>>(std::move(parts));
    if (by_field && parts.root == Root::local) return std::make_unique<FieldPath<Root::local>>(std::move(parts));
    return std::make_unique<Path>(std::move(parts));
}
NodePtr make_index(NodePtr base, NodePtr index, bool safe, bool nullable) { return std::make_unique<Index>(std::move(base), std::move(index), safe, nullable); }
NodePtr make_raw() { return std::make_unique<Raw>(); }
NodePtr make_header(std::string_view name, bool safe) { return std::make_unique<HeaderField>(name, safe); }
NodePtr make_headers() { return std::make_unique<AllHeaders>(); }
NodePtr make_facts(Facts facts) { return std::make_unique<AllFacts>(facts); }
NodePtr make_fact(Facts facts, std::string_view name) {
    if (facts == Facts::meta) {
        for (const Fact& fact : meta_facts)
            if (name == fact.name) return std::make_unique<OneFact>("meta", fact);
    } else {
        for (const Fact& fact : failure_facts)
            if (name == fact.name) return std::make_unique<OneFact>("failure", fact);
    }
    return nullptr;
}

}  // namespace weir
