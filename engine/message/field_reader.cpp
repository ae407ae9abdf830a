#include "engine/message/field_reader.hpp"

#include <algorithm>

#include "engine/message/json_pass.hpp"

namespace weir {

namespace {

constexpr std::size_t most_keys = 64;  // that are remembered of one object; maps whose keys are data would fill it with no gain
constexpr int most_left_out = 2;       // fields that are often absent lie between a key and the next one

}  // namespace

struct FieldPass {
    FieldReader& reader;
    const Fields& fields;
    JsonPass pass;
    const unsigned max_depth;

    // At `{`, with `depth` brackets around it.
    const char* object(const char* at, Fields::At node, unsigned depth, Value& out) {
        if (depth == max_depth) [[unlikely]] return nullptr;
        FieldReader::Object& known = reader.objects_[node];
        const std::size_t count = known.empty.size();  // one more than are looked at: what is not goes there
        Member* const members = pass.arena.take_array<Member>(count);
        for (std::size_t n = 0; n + 1 < count; ++n) members[n] = known.empty[n];
        out.head = known.head;
        out.o = members;
        at = pass.skip_space(at + 1);
        if (*at == '}') [[unlikely]] return closed(at);
        const FieldReader::Key* next = known.keys.data();
        for (;;) {
            if (at >= pass.end) [[unlikely]] return nullptr;  // from here a whole key is compared: as much as the padding has
            const FieldReader::Key* key = next;
            if (stands(at, *key)) [[likely]] {
                at += key->length;
                ++next;
            } else {
                const Found other = not_guessed(at, node, known, next);
                if (other.behind == nullptr) [[unlikely]] return nullptr;
                at = other.behind;
                key = other.key;
                next = other.next;
            }
            at = pass.skip_space(at);
            Value found;
            if (*at == '"') [[likely]] {
                at = at < pass.end ? pass.string(at + 1, found) : nullptr;
            } else if (is_digit(*at) || *at == '-') {
                at = at < pass.end ? pass.number(at, found) : nullptr;
            } else {
                Value other;  // `found` never has its address taken, so that it can live in registers
                at = inside(at, key->at, depth + 1, other);
                found = other;
            }
            if (at == nullptr) [[unlikely]] return nullptr;
            put(members[key->place].value, found);
            if (*at == ',' && at[1] == '"') [[likely]] {
                ++at;
                continue;
            }
            at = pass.skip_space(at);
            if (*at == '}') return closed(at);
            if (*at != ',') [[unlikely]] return nullptr;
            at = pass.skip_space(at + 1);
        }
    }

    const char* array(const char* at, Fields::At node, unsigned depth, Value& out) {
        if (depth == max_depth) [[unlikely]] return nullptr;
        const bool objects = !fields.node(node).whole && !fields.node(node).names.empty();
        const std::size_t first = reader.items_.size();
        at = pass.skip_space(at + 1);
        if (*at == ']') {
            out = Value::array(nullptr, 0);
            return closed(at);
        }
        for (;;) {
            Value found;
            at = objects && *at == '{' ? object(at, node, depth + 1, found) : value(at, node, depth + 1, found);
            if (at == nullptr) [[unlikely]] return nullptr;
            reader.items_.push_back(found);
            at = pass.skip_space(at);
            if (*at == ']') break;
            if (*at != ',') [[unlikely]] return nullptr;
            at = pass.skip_space(at + 1);
        }
        const std::size_t count = reader.items_.size() - first;
        Value* const items = pass.arena.take_array<Value>(count);
        for (std::size_t n = 0; n < count; ++n) items[n] = reader.items_[first + n];
        reader.items_.resize(first);
        out = Value::array(items, count);
        return closed(at);
    }

    const char* value(const char* at, Fields::At node, unsigned depth, Value& found) {
        if (*at == '"') return at < pass.end ? pass.string(at + 1, found) : nullptr;
        if (is_digit(*at) || *at == '-') return at < pass.end ? pass.number(at, found) : nullptr;
        return inside(at, node, depth, found);
    }

    // What is neither a text nor a number.
    [[gnu::noinline]] const char* inside(const char* at, Fields::At node, unsigned depth, Value& out) {
        if (at >= pass.end) return nullptr;
        const bool is_object = *at == '{';
        if (!is_object && *at != '[') return pass.word(at, out);
        if (node != Fields::none) {
            const Fields::Node& wanted = fields.node(node);
            if (wanted.whole) return pass.value<true>(at, max_depth - depth, out);
            if (is_object && !wanted.names.empty()) return object(at, node, depth, out);
            if (!is_object && wanted.items != Fields::none) return array(at, wanted.items, depth, out);
        }
        // Of what is not looked at the kind remains: a failure names it.
        Value none;
        at = pass.value<false>(at, max_depth - depth, none);
        out = is_object ? Value::object(nullptr, 0) : Value::array(nullptr, 0);
        return at;
    }

    // Behind a closing bracket. One that stands behind the end closes nothing: many of them would lead out of the padding.
    [[gnu::always_inline]] const char* closed(const char* at) const { return at < pass.end ? at + 1 : nullptr; }

    // A key is compared as a whole; bytes behind the end may be compared too, and then the value is found to be behind it.
    [[gnu::always_inline]] static bool stands(const char* at, const FieldReader::Key& key) {
        unsigned same = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at), load(key.text))));
        if (key.length > 16) same |= static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at + 16), load(key.text + 16)))) << 16;
        return (key.mask & ~same) == 0;
    }

    struct Found {
        const char* behind;  // its colon; null: it is no key
        const FieldReader::Key* key;
        const FieldReader::Key* next;
    };
    // Was a field left out that often stands here? Else the key is read, and remembered behind those that came before.
    [[gnu::noinline]] Found not_guessed(const char* at, Fields::At node, FieldReader::Object& known, const FieldReader::Key* next) {
        const FieldReader::Key* const end = known.keys.data() + known.keys.size() - 1;
        for (const FieldReader::Key* key = next; key < end && key - next <= most_left_out; ++key)
            if (stands(at, *key)) return {at + key->length, key, key + 1};
        if (*at != '"' || at >= pass.end) return {};
        const char* const first = at;
        Value text;
        if ((at = pass.string(at + 1, text)) == nullptr) return {};
        const std::size_t place = fields.place(node, text.text());
        FieldReader::Key& made = known.read;
        made.place = static_cast<std::uint32_t>(place);
        made.at = place + 1 < known.empty.size() ? fields.node(node).fields[place] : Fields::none;
        if (*at != ':') {
            at = pass.skip_space(at);
            return *at == ':' ? Found{at + 1, &made, next} : Found{};
        }
        ++at;
        const auto length = static_cast<std::size_t>(at - first);
        if (length > FieldReader::Key::longest || known.keys.size() > most_keys) return {at, &made, next};
        std::memcpy(made.text, first, length);
        made.length = static_cast<std::uint16_t>(length);
        made.mask = length == 32 ? ~0u : (1u << length) - 1;
        const auto same = [&](const FieldReader::Key& each) { return each.length == length && std::memcmp(each.text, first, length) == 0; };
        auto found = std::find_if(known.keys.begin(), known.keys.end(), same);
        if (found == known.keys.end()) found = known.keys.insert(known.keys.begin() + (next - known.keys.data()), made);
        return {at, &*found, &*found + 1};
    }
};

FieldReader::FieldReader(const Fields& of) : fields(&of), objects_(of.size()) {
    for (std::size_t at = 0; at < objects_.size(); ++at) {
        Object& object = objects_[at];
        for (const std::string& name : of.node(static_cast<Fields::At>(at)).names) object.empty.push_back({Value::string(name), Value()});
        object.head = Value::object(nullptr, object.empty.size()).head | Fields::head_of(static_cast<Fields::At>(at));
        object.empty.emplace_back();
        object.keys.emplace_back();  // the end: stands nowhere
    }
}

bool FieldReader::read(std::string_view padded_text, Arena& arena, JsonReader& stacks, Value& out) {
    if (padded_text.size() > UINT32_MAX) return false;
    constexpr unsigned max_depth = JsonReader::default_depth;
    stacks.make_room(max_depth);
    items_.clear();
    const char* const end = padded_text.data() + padded_text.size();
    FieldPass work{*this, *fields, {stacks, arena, padded_text.data(), end}, max_depth};
    const char* at = padded_text.data();
    if (padded_text.starts_with("\xEF\xBB\xBF")) at += 3;
    at = work.value(work.pass.skip_space(at), Fields::root, 0, out);
    if (at == nullptr) return false;
    return work.pass.skip_space(at) == end;
}

}  // namespace weir
