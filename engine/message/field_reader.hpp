#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/message/fields.hpp"
#include "engine/message/json.hpp"

namespace weir {

// Reads JSON as JsonReader does, with the same checks, but builds only the fields that a flow looks at. An object has exactly these members,
// in the order of Fields::Node, `missing` where they are absent; of a field that comes twice the last one counts; what else stands there is
// checked and left. Keys are guessed from the bodies before (one comparison instead of a search): a wrong guess costs time, nothing else.
// Thread: one; reuse it, what it has learned stays.
class FieldReader {
public:
    explicit FieldReader(const Fields& fields);
    const Fields* const fields;
    // False: it is no JSON, or too deep: JsonReader says where and why.
    bool read(std::string_view padded_text, Arena& arena, JsonReader& stacks, Value& out);

private:
    friend struct FieldPass;
    struct Key {  // as it stands in the texts, with its quotes and the colon
        static constexpr std::size_t longest = json_padding;
        char text[longest] = {1};
        std::uint32_t mask = 1;  // a bit for each byte of it
        std::uint32_t place = 0;
        std::uint16_t length = 0;
        Fields::At at = Fields::none;
    };
    struct Object {
        std::uint64_t head = 0;     // of its values
        std::vector<Member> empty;  // its members before any is read, and one more, which takes what is not looked at
        std::vector<Key> keys;  // about in the order in which they come; the last one stands nowhere
        Key read;               // one that is not remembered
    };
    std::vector<Object> objects_;  // by node
    std::vector<Value> items_;     // of the arrays that are open
};

}  // namespace weir
