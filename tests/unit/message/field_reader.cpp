// The reader of fields against the reader of whole trees: both take and refuse the same texts and see the same in what is looked at.
#include "engine/message/field_reader.hpp"

#include <doctest/doctest.h>

#include "tests/unit/message/json_samples.hpp"

using namespace weir;

namespace {

std::string written(const Value& value) {
    if (value.is_missing()) return "missing";
    std::string out;
    write_json(out, value);
    return out;
}

// Looks at about half of what stands in a tree, and at some fields that don't.
void choose(Fields& fields, Fields::At at, const Value& value, sample::Texts& dice) {
    if (dice.below(8) == 0) return fields.keep_whole(at);
    if (value.kind() == Kind::object) {
        for (std::uint32_t n = 0; n < value.length(); ++n) {
            if (dice.below(2) == 0) continue;
            const Fields::Slot slot = fields.field(at, value.o[n].key.text());
            if (slot.at != Fields::none) choose(fields, slot.at, value.o[n].value, dice);
        }
        if (dice.below(3) == 0) fields.keep_whole(fields.field(at, "elsewhere").at);
    } else if (value.kind() == Kind::array && value.length() > 0) {
        choose(fields, fields.items(at), value.a[dice.below(value.length())], dice);
    } else {
        fields.keep_whole(at);
    }
}

struct Looked {
    int fields = 0, items = 0, wholes = 0;
};

void compare(const Fields& fields, Fields::At at, const Value& whole, const Value& picked, Looked& looked) {
    const Fields::Node& node = fields.node(at);
    if (node.whole) {
        ++looked.wholes;
        REQUIRE(written(picked) == written(whole));
        return;
    }
    REQUIRE(picked.kind() == whole.kind());
    if (whole.kind() == Kind::object && !node.names.empty()) {
        REQUIRE(static_cast<std::uint32_t>(picked.head) == Fields::head_of(at));
        REQUIRE(picked.length() == node.names.size());
        for (std::size_t n = 0; n < node.names.size(); ++n) {
            ++looked.fields;
            const Value* there = whole.find(node.names[n]);
            REQUIRE(picked.o[n].key.text() == node.names[n]);
            if (there == nullptr) REQUIRE(picked.o[n].value.is_missing());
            else compare(fields, node.fields[n], *there, picked.o[n].value, looked);
        }
    } else if (whole.kind() == Kind::array && node.items != Fields::none) {
        REQUIRE(picked.length() == whole.length());
        for (std::uint32_t n = 0; n < whole.length(); ++n) {
            ++looked.items;
            compare(fields, node.items, whole.a[n], picked.a[n], looked);
        }
    } else if (whole.kind() != Kind::object && whole.kind() != Kind::array) {
        REQUIRE(written(picked) == written(whole));
    }
}

// False: both refuse it.
bool both(FieldReader& by_fields, std::string_view text, char behind, Looked& looked) {
    CAPTURE(text);
    CAPTURE(behind);
    const sample::Padded padded(text, behind);
    JsonReader reader;
    Arena one, other;
    Value whole, picked;
    const bool taken = reader.read(padded.text(), one, whole);
    REQUIRE(by_fields.read(padded.text(), other, reader, picked) == taken);
    if (taken) compare(*by_fields.fields, Fields::root, whole, picked, looked);
    return taken;
}

}  // namespace

TEST_CASE("what is looked at is read as the whole tree has it") {
    sample::Texts texts(271828);
    Looked looked;
    int taken = 0, refused = 0;
    for (int round = 0; round < 1500; ++round) {
        const std::string text = texts.next();
        const sample::Padded padded(text);
        JsonReader reader;
        Arena arena;
        Value tree;
        REQUIRE(reader.read(padded.text(), arena, tree));
        Fields fields;
        choose(fields, Fields::root, tree, texts);
        FieldReader by_fields(fields);
        for (int n = 0; n < 8; ++n) {  // one reader for many texts that are much alike: it guesses their keys
            const bool as_it_is = n % 4 == 0;
            const bool fine = both(by_fields, as_it_is ? text : texts.broken(text), sample::temptations[static_cast<unsigned>(round + n) % sample::temptations.size()], looked);
            if (as_it_is) REQUIRE(fine);
            ++(fine ? taken : refused);
        }
    }
    MESSAGE("taken " << taken << ", refused " << refused << "; fields " << looked.fields << ", items " << looked.items << ", wholes " << looked.wholes);
    CHECK(taken > 3000);
    CHECK(refused > 3000);
    CHECK(looked.fields > 2000);
    CHECK(looked.items > 1000);
}

TEST_CASE("keys are found whatever came before") {
    Fields fields;
    const auto number = fields.field(Fields::root, "n").at;
    const auto name = fields.field(fields.field(Fields::root, "who").at, "name").at;
    const auto long_name = fields.field(Fields::root, "a name of more than twenty-nine bytes").at;
    for (const auto at : {number, name, long_name}) fields.keep_whole(at);
    FieldReader by_fields(fields);
    Looked looked;
    std::string many = "{";
    for (int n = 0; n < 300; ++n) many += "\"key" + std::to_string(n) + "\":" + std::to_string(n) + ",";
    const std::string rows[] = {
        R"({"n":1,"who":{"name":"a"}})",
        R"({"who":{"name":"a"},"n":1})",
        R"({"x":1,"n":2,"y":3,"who":{"id":1,"name":"b"}})",
        R"({"n":2,"y":3,"who":{"name":"b"}})",
        R"({"n":1,"n":2,"who":{"name":"c"},"who":{"id":7}})",
        R"({"a name of more than twenty-nine bytes":true,"a name of more than twenty-nine byteS":false,"n":3})",
        R"({"\u006e":4,"who":{"n\u0061me":"d"}})",
        R"({"n" : 5 , "who" : { "name" : "e" } })",
        many + R"("n":6,"who":{"name":"f"}})",
        many + R"("who":{"name":"g"},"n":7})",
        R"({"n":8,"who":{"name":"h"}})",
        R"({"":1,"n":9})",
        R"({"no":1,"n":10,"nn":2})",
        "{\"n\":[1,{\"b\":2}],\"who\":[]}",
        "{}",
        "\xEF\xBB\xBF{\"n\":11}",
    };
    for (int round = 0; round < 3; ++round)
        for (const std::string& row : rows)
            for (const char behind : sample::temptations) CHECK(both(by_fields, row, behind, looked));
    const std::string deep(200, '[');
    CHECK_FALSE(both(by_fields, "{\"x\":" + deep + "}", '\0', looked));
    CHECK_FALSE(both(by_fields, "{\"n\":" + deep + "}", '\0', looked));
    std::string open, objects;
    for (int n = 0; n < 60; ++n) {
        open += "[";
        objects += "{\"who\":";
    }
    Fields all_the_way;
    Fields::At at = Fields::root;
    for (int n = 0; n < 60; ++n) at = all_the_way.field(at, "who").at;
    all_the_way.keep_whole(at);
    FieldReader deep_reader(all_the_way);
    for (const char behind : sample::temptations) {  // what a reader may believe behind the end, many times over
        CHECK_FALSE(both(by_fields, open + "1", behind, looked));
        CHECK_FALSE(both(by_fields, objects + "1", behind, looked));
        CHECK_FALSE(both(deep_reader, objects + "1", behind, looked));
        CHECK_FALSE(both(by_fields, "{\"n\":" + open + "1", behind, looked));
        CHECK_FALSE(both(by_fields, "{\"n\":1", behind, looked));
        CHECK_FALSE(both(by_fields, "{\"who\":{\"name\":[" + open.substr(0, 50) + "{}", behind, looked));
    }
}
