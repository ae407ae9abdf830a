#include "engine/message/field_reader.hpp"

#include <algorithm>

#include "engine/message/json_pass.hpp"

namespace weir {

namespace {

constexpr std::uint16_t not_looked_at = 0xffff;
constexpr std::size_t most_keys = 64;  // that are remembered of one object; maps whose keys are data would fill it with no gain
constexpr unsigned guesses = 3;        // fields that are often absent lie between a key and the next one

}  // namespace

struct FieldPass {
    FieldReader& reader;
    const Fields& fields;
    JsonPass pass;
    const unsigned max_depth;

    // At `{`, with `depth` brackets around it.
    const char* object(const char* at, Fields::At node, unsigned depth, Value& out) {
        if (depth == max_depth) return nullptr;
        const Fields::Node& wanted = fields.node(node);
        FieldReader::Object& known = reader.objects_[node];
        const std::size_t count = wanted.names.size();
        Member* const members = pass.arena.take_array<Member>(count);
        for (std::size_t n = 0; n < count; ++n) members[n] = known.empty[n];
        at = pass.skip_space(at + 1);
        std::size_t next = 0;
        if (*at == '}') [[unlikely]] goto end;
        for (;;) {
            std::uint16_t place = not_looked_at;
            const char* behind = nullptr;
            for (unsigned guess = 0; guess < guesses && next + guess < known.keys.size(); ++guess) {
                const FieldReader::Key& key = known.keys[next + guess];
                if (!stands(at, key)) continue;
                place = key.place;
                behind = at + key.length;
                next += guess + 1;
                break;
            }
            if (behind == nullptr) [[unlikely]] {
                if ((behind = learn(at, wanted, known, next, place)) == nullptr) return nullptr;
            }
            at = pass.skip_space(behind);
            Value found;
            if ((at = value(at, place == not_looked_at ? Fields::none : wanted.fields[place], depth + 1, found)) == nullptr) [[unlikely]] return nullptr;
            if (place != not_looked_at) put(members[place].value, found);
            if (*at == ',' && at[1] == '"') [[likely]] {
                ++at;
                continue;
            }
            at = pass.skip_space(at);
            if (*at == '}') break;
            if (*at != ',') [[unlikely]] return nullptr;
            at = pass.skip_space(at + 1);
        }
    end:
        out = Value::object(members, count);
        out.head |= Fields::head_of(node);
        return at + 1;
    }

    const char* array(const char* at, Fields::At node, unsigned depth, Value& out) {
        if (depth == max_depth) return nullptr;
        const std::size_t first = reader.items_.size();
        at = pass.skip_space(at + 1);
        if (*at == ']') {
            out = Value::array(nullptr, 0);
            return at + 1;
        }
        for (;;) {
            Value found;
            if ((at = value(at, node, depth + 1, found)) == nullptr) [[unlikely]] return nullptr;
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
        return at + 1;
    }

    [[gnu::always_inline]] const char* value(const char* at, Fields::At node, unsigned depth, Value& found) {
        if (at >= pass.end) [[unlikely]] return nullptr;
        if (*at == '"') [[likely]] return pass.string(at + 1, found);
        if (is_digit(*at) || *at == '-') return pass.number(at, found);
        if (*at == '{' || *at == '[') return inside(at, node, depth, found);
        return pass.word(at, found);
    }

    [[gnu::noinline]] const char* inside(const char* at, Fields::At node, unsigned depth, Value& out) {
        const bool is_object = *at == '{';
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

    // A key is compared as a whole; bytes behind the end may be compared too, and then the value is found to be behind it.
    [[gnu::always_inline]] static bool stands(const char* at, const FieldReader::Key& key) {
        unsigned same = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at), load(key.text))));
        if (key.length > 16) same |= static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at + 16), load(key.text + 16)))) << 16;
        return (key.mask & ~same) == 0;
    }

    // Reads the key that was not guessed, and remembers it behind those that came before. Answers the place behind its colon.
    [[gnu::noinline]] const char* learn(const char* at, const Fields::Node& wanted, FieldReader::Object& known, std::size_t& next, std::uint16_t& place) {
        if (*at != '"' || at >= pass.end) return nullptr;
        const char* const first = at;
        Value key;
        if ((at = pass.string(at + 1, key)) == nullptr) return nullptr;
        const auto name = std::find(wanted.names.begin(), wanted.names.end(), key.text());
        place = name == wanted.names.end() ? not_looked_at : static_cast<std::uint16_t>(name - wanted.names.begin());
        if (*at != ':') {
            at = pass.skip_space(at);
            return *at == ':' ? at + 1 : nullptr;
        }
        ++at;
        const auto length = static_cast<std::size_t>(at - first);
        if (length > FieldReader::Key::longest || known.keys.size() == most_keys) return at;
        const auto same = [&](const FieldReader::Key& each) { return each.length == length && std::memcmp(each.text, first, length) == 0; };
        const auto found = std::find_if(known.keys.begin(), known.keys.end(), same);
        if (found != known.keys.end()) {
            next = static_cast<std::size_t>(found - known.keys.begin()) + 1;
            return at;
        }
        FieldReader::Key made;
        std::memcpy(made.text, first, length);
        made.length = static_cast<std::uint16_t>(length);
        made.mask = length == 32 ? ~0u : (1u << length) - 1;
        made.place = place;
        known.keys.insert(known.keys.begin() + static_cast<std::ptrdiff_t>(next), made);
        ++next;
        return at;
    }
};

FieldReader::FieldReader(const Fields& of) : fields(&of), objects_(of.size()) {
    for (std::size_t at = 0; at < objects_.size(); ++at)
        for (const std::string& name : of.node(static_cast<Fields::At>(at)).names) objects_[at].empty.push_back({Value::string(name), Value()});
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
